// Who may decide, how many must, and what they may change first.
#include <doctest/doctest.h>

#include <functional>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::people_test {
namespace {

using State = Approval::State;
using namespace examples;

Human known(std::string name, Assurance assurance = Assurance::signed_in) {
    return HumanForTests::make(std::move(name), assurance);
}

/// A request of alice's agent.
Approval asked(const std::function<void(Rule&)>& change, const Facts& facts = remove_facts()) {
    Rule rule;
    change(rule);
    auto call = remove_call();
    call.caller.person = "alice";
    return Gate(Rules{}).request({call, rule}, facts, "apr_1", "", noon);
}

Facts create_facts() {
    auto facts = remove_facts();
    facts.yields_value = true;
    return facts;
}

Result<Approval> say_yes(const Approval& approval, const Human& person,
                         std::optional<Destination> destination = {}) {
    auto choice = yes(approval);
    choice.destination = destination;
    return approve(approval, person, choice, noon, 15min, fakes::no_tokens());
}

}  // namespace

TEST_CASE("only those whom the rule names decide, and they do so by name") {
    const auto request = asked([](Rule& rule) { rule.approvers = {"bob", "cem"}; });
    CHECK(request.terms().min_assurance ==
          Assurance::terminal);  // also where the transport's default is less
    for (const auto* name : {"dora", "alice", "bo", "bob "}) {
        CAPTURE(name);
        const auto refused = say_yes(request, known(name));
        REQUIRE(refused.has_error());
        CHECK(refused.error().message ==
              "Only these people can decide on this request: bob, cem. Nothing was done.");
    }
    CHECK(deny(request, known("dora"), "no", noon, fakes::no_tokens()).has_error());
    CHECK(deny(request, known("bob"), "no", noon, fakes::no_tokens())->state() == State::denied);
    CHECK(say_yes(request, known("bob", Assurance::client)).has_error());
    CHECK(say_yes(request, known("bob"))->state() == State::approved);
}

TEST_CASE("where nobody at all could say yes, that can be told before anybody is asked") {
    struct Row {
        const char* name;
        Terms terms;
        const char* person;
        bool nobody;
    };
    const Row rows[] = {
        {"anybody", {}, "", false},
        {"anybody but one who is known", {.self_approval = false}, "alice", false},
        {"anybody but one who is not known", {.self_approval = false}, "", true},
        {"named people", {.approvers = {"ann", "bob"}, .quorum = 2}, "", false},
        {"named people, one of whom asks", {.approvers = {"ann", "bob"}, .quorum = 2}, "ann", false},
        {"too few are left", {.approvers = {"ann", "bob"}, .quorum = 2, .self_approval = false}, "ann", true},
        {"enough are left", {.approvers = {"ann", "bob"}, .quorum = 1, .self_approval = false}, "ann", false},
        {"named people, and nobody knows who asks",
         {.approvers = {"ann", "bob"}, .self_approval = false},
         "",
         true},
        {"only the asker itself", {.approvers = {"stdio:alice"}}, "", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const Caller caller{.principal = "stdio:alice", .person = row.person};
        CHECK(nobody_may_approve(row.terms, caller, fakes::no_tokens()).has_value() == row.nobody);
    }
}

TEST_CASE("the person whose agent asks may be kept from saying yes, never from saying no") {
    const auto request = asked([](Rule& rule) { rule.self_approval = false; });
    const auto own = say_yes(request, known("alice"));
    REQUIRE(own.has_error());
    CHECK(
        own.error().message ==
        "The rule asks for a person other than the agent's own, who is alice: another person has to decide. "
        "Nothing was done.");
    CHECK(say_yes(request, known("alice", Assurance::terminal)).has_error());
    for (const auto* name : {"Alice", "ALICE"}) {  // one person, however a key or an account spells her
        CHECK(say_yes(request, known(name)).has_error());
        auto spelled = request;
        spelled.call.caller.person = name;
        CHECK(say_yes(spelled, known("alice")).has_error());
    }
    CHECK(deny(request, known("alice"), "not me", noon, fakes::no_tokens())->state() == State::denied);
    CHECK(say_yes(request, known("bob"))->state() == State::approved);

    auto nobodys = request;
    nobodys.call.caller.person.clear();
    for (const auto* name : {"bob", ""}) CHECK(say_yes(nobodys, known(name)).has_error());
    CHECK(deny(nobodys, known("bob"), "no", noon, fakes::no_tokens())->state() == State::denied);
}

TEST_CASE("an agent's principal decides nothing, under whatever name it comes") {
    auto request = asked([](Rule&) {});
    for (const auto assurance : {Assurance::client, Assurance::terminal, Assurance::signed_in}) {
        CHECK(say_yes(request, known("stdio:alice", assurance)).has_error());
        CHECK(deny(request, known("stdio:alice", assurance), "no", noon, fakes::no_tokens()).has_error());
        CHECK(narrow(request, known("stdio:alice", assurance), request.digest(), {{"id", "b"}}, {}, noon,
                     fakes::no_tokens())
                  .has_error());
    }
}

TEST_CASE("a quorum counts people, and the last one's yes decides") {
    const auto request = asked([](Rule& rule) { rule.quorum = 3; }, create_facts());
    const auto first = say_yes(request, known("ann"), Destination::agent);
    REQUIRE(first.has_value());
    CHECK(first->state() == State::pending);
    CHECK_FALSE(first->decision());
    CHECK(unmet(*first) == "It needs the approval of 3 different people and has 1.");

    const auto again = say_yes(*first, known("ann", Assurance::terminal));
    REQUIRE(again.has_error());
    CHECK(again.error().message ==
          "ann has already approved this request. Another person must approve it too. Nothing was done.");

    const auto other_place = say_yes(*first, known("bob"), Destination::page);
    REQUIRE(other_place.has_error());
    CHECK(other_place.error().message.starts_with(
        "The first approver chose that the new value goes to 'agent'"));

    const auto second = say_yes(*first, known("bob"));
    CHECK(second->state() == State::pending);
    const auto third = say_yes(*second, known("cem"), Destination::agent);
    CHECK(third->state() == State::approved);
    CHECK(third->decision()->by == "cem");
    CHECK(third->decision()->destination == Destination::agent);
    CHECK(third->votes().size() == 3);
    CHECK_FALSE(unmet(*third));
    CHECK(deny(*second, known("dora"), "no", noon, fakes::no_tokens())->state() ==
          State::denied);  // one no is enough
}

TEST_CASE("a record that claims to be approved by too few, or by others, runs nothing") {
    struct Row {
        const char* name;
        std::function<void(Approval&)> change;
    };
    const Row rows[] = {
        {"no votes", [](Approval& a) { ApprovalForTests::votes(a).clear(); }},
        {"one of two", [](Approval& a) { ApprovalForTests::votes(a).pop_back(); }},
        {"one person twice", [](Approval& a) { ApprovalForTests::votes(a)[1] = a.votes()[0]; }},
        {"a stranger", [](Approval& a) { ApprovalForTests::votes(a)[1].by = "dora"; }},
        {"the agent's own person", [](Approval& a) { ApprovalForTests::votes(a)[1].by = "alice"; }},
        {"a no among them", [](Approval& a) { ApprovalForTests::votes(a)[1].approved = false; }},
        {"one of them not sure enough",
         [](Approval& a) { ApprovalForTests::votes(a)[0].assurance = Assurance::client; }},
    };
    auto request = asked([](Rule& rule) {
        rule.quorum = 2;
        rule.approvers = {"ann", "bob", "alice"};
        rule.self_approval = false;
    });
    const auto running = *begin(*say_yes(*say_yes(request, known("ann")), known("bob")), "process-1", noon);
    CHECK(Gate(Rules{}).redeem(ClaimForTests::make(running), request.call, noon).has_value());
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto forged = running;
        row.change(forged);
        const auto permit = Gate(Rules{}).redeem(ClaimForTests::make(forged), request.call, noon);
        REQUIRE(permit.has_error());
        CHECK(permit.error().code == Errc::refused);
    }
}

TEST_CASE(
    "who narrows a request binds it anew: votes so far are void, and what was shown before decides nothing") {
    const auto request = asked([](Rule& rule) { rule.quorum = 2; });
    const auto voted = *say_yes(request, known("ann"));
    auto facts = remove_facts();
    facts.subject = "other";
    const auto narrower =
        narrow(voted, known("bob"), voted.digest(), {{"id", "pat-b"}}, facts, noon, fakes::no_tokens());
    REQUIRE(narrower.has_value());
    CHECK(narrower->state() == State::pending);
    CHECK(narrower->votes().empty());
    CHECK(narrower->digest() == digest(narrower->call));
    CHECK(narrower->digest() != request.digest());
    CHECK(narrower->asked_digest == request.digest());
    CHECK(narrower->asked_arguments() == request.call.arguments);
    CHECK(narrower->facts.subject == "other");

    auto old = yes(*narrower);
    old.digest = request.digest();
    CHECK(approve(*narrower, known("ann"), old, noon, 15min, fakes::no_tokens()).error().code ==
          Errc::superseded);
    CHECK(
        narrow(*narrower, known("ann"), request.digest(), {{"id", "pat-c"}}, facts, noon, fakes::no_tokens())
            .error()
            .code == Errc::superseded);

    const auto approved = *say_yes(*say_yes(*narrower, known("ann")), known("bob"));
    const auto running = *begin(approved, "process-1", noon);
    CHECK(Gate(Rules{}).redeem(ClaimForTests::make(running), request.call, noon).error().code ==
          Errc::superseded);
    CHECK(Gate(Rules{}).redeem(ClaimForTests::make(running), narrower->call, noon)->call().arguments ==
          Json{{"id", "pat-b"}});
}

TEST_CASE("a request is narrowed only while it waits, by who may decide, and to something else") {
    const auto request = asked([](Rule& rule) { rule.approvers = {"bob"}; });
    const Json other = {{"id", "pat-b"}};
    CHECK(narrow(request, known("ann"), request.digest(), other, {}, noon, fakes::no_tokens()).has_error());
    CHECK(narrow(request, known("bob", Assurance::client), request.digest(), other, {}, noon,
                 fakes::no_tokens())
              .has_error());
    CHECK(
        narrow(request, known("bob"), request.digest(), request.call.arguments, {}, noon, fakes::no_tokens())
            .has_error());
    CHECK(narrow(request, known("bob"), request.digest(), other, {}, noon + 1h, fakes::no_tokens())
              .error()
              .code == Errc::expired);
    CHECK(narrow(*say_yes(request, known("bob")), known("bob"), request.digest(), other, {}, noon,
                 fakes::no_tokens())
              .has_error());
}

TEST_CASE("a request gets its time once more, once, while it waits, by who may deny it") {
    const auto request = asked([](Rule& rule) { rule.approvers = {"bob"}; });
    const auto time = request.expires - request.created;
    CHECK(extend(request, known("ann"), noon, fakes::no_tokens()).has_error());
    CHECK(extend(request, known("bob"), request.expires, fakes::no_tokens()).error().code == Errc::expired);
    const auto longer = extend(request, known("bob"), noon + 1s, fakes::no_tokens()).value();
    CHECK(longer.expires == request.expires + time);
    CHECK((longer.extended->by == "bob" && longer.extended->at == noon + 1s));
    CHECK((longer.state() == State::pending && longer.digest() == request.digest()));
    CHECK(lapse(longer, request.expires).state() == State::pending);
    CHECK(lapse(longer, longer.expires).state() == State::expired);
    CHECK(extend(longer, known("alice"), noon + 2s, fakes::no_tokens())
              .error()
              .message.find("extended already, by bob") != std::string::npos);
    const auto again = Approval::restore(longer.json()).value();
    CHECK((again.extended && again.extended->by == "bob" && again.expires == longer.expires));
    CHECK(extend(request, known("alice"), noon, fakes::no_tokens())
              .has_value());  // her agent asks: she may deny it
    CHECK(extend(*say_yes(request, known("bob")), known("bob"), noon, fakes::no_tokens()).has_error());
}

TEST_CASE(
    "no request, and no approval, outlives what it needs; more time is not given where none would help") {
    const auto of = [](Time until) {
        auto facts = remove_facts();
        facts.until = until;
        return asked([](Rule& rule) { rule.lifetime = 15min; }, facts);
    };
    const auto brief = of(noon + 10min);
    CHECK(brief.expires == noon + 10min);
    CHECK(cannot_extend(brief, "bob", fakes::no_tokens())
              .value_or("")
              .find("2026-11-23 12:10 UTC, and no longer") != std::string::npos);
    CHECK(extend(brief, known("bob"), noon, fakes::no_tokens()).has_error());
    CHECK(say_yes(brief, known("bob")).value().expires == noon + 10min);
    CHECK(Approval::restore(brief.json()).value().facts.until == noon + 10min);
    const auto longer = extend(of(noon + 20min), known("bob"), noon, fakes::no_tokens()).value();
    CHECK(longer.expires == noon + 20min);
    CHECK(of(noon + 20min).expires == noon + 15min);
}

}  // namespace tfy::policy::people_test
