// What may happen to an approval, and what may not.
#include "policy/approval.hpp"

#include <doctest/doctest.h>

#include <functional>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::policy::approval_test {
namespace {

using State = Approval::State;
using namespace examples;

constexpr State all_states[] = {State::pending,   State::approved,  State::executing, State::succeeded,
                                State::failed,    State::unknown,   State::denied,    State::expired,
                                State::withdrawn, State::superseded};

Approval in_state(State state) {
    auto approval = approved();
    ApprovalForTests::state(approval) = state;
    if (state == State::pending) {
        ApprovalForTests::decision(approval).reset();
        ApprovalForTests::votes(approval).clear();
    }
    return approval;
}

bool says_nothing_was_done(const Error& error) {
    return error.message.ends_with(" Nothing was done.") ||
           error.message.ends_with(" Nothing more was done.");
}

Facts create_facts() { return {"new-token", "A token is made.", {}, {}, nullptr, true}; }

}  // namespace

TEST_CASE("ten by ten: only these states follow each other") {
    // Rows: from; columns: to, in the same order.
    const char* table[] = {
        //                  pend appr exec succ fail unkn deni expi with supe
        /* pending    */ " .    x    .    .    .    .    x    x    x    x   ",
        /* approved   */ " .    .    x    .    .    .    .    x    x    x   ",
        /* executing  */ " .    .    .    x    x    x    .    .    .    .   ",
        /* succeeded  */ " .    .    .    .    .    .    .    .    .    .   ",
        /* failed     */ " .    .    .    .    .    .    .    .    .    .   ",
        /* unknown    */ " .    .    .    .    .    .    .    .    .    .   ",
        /* denied     */ " .    .    .    .    .    .    .    .    .    .   ",
        /* expired    */ " .    .    .    .    .    .    .    .    .    .   ",
        /* withdrawn  */ " .    .    .    .    .    .    .    .    .    .   ",
        /* superseded */ " .    .    .    .    .    .    .    .    .    .   ",
    };
    for (std::size_t from = 0; from < 10; ++from)
        for (std::size_t to = 0; to < 10; ++to) {
            CAPTURE(to_string(all_states[from]));
            CAPTURE(to_string(all_states[to]));
            CHECK(may_follow(all_states[from], all_states[to]) == (table[from][1 + 5 * to] == 'x'));
        }
}

TEST_CASE("each function keeps to the table, from every state") {
    for (const auto from : all_states) {
        CAPTURE(to_string(from));
        const auto before = in_state(from);
        const auto check = [&](State to, const Result<Approval>& after) {
            CAPTURE(to_string(to));
            CHECK(after.has_value() == may_follow(from, to));
            if (after) {
                CHECK(after->state() == to);
                return;
            }
            CHECK(after.error().code == (from == State::expired ? Errc::expired : Errc::refused));
            CHECK(says_nothing_was_done(after.error()));
        };
        check(State::approved, approve(before, person(), yes(before), noon + 1s, 15min, fakes::no_tokens()));
        check(State::denied, deny(before, person(), "no", noon + 1s, fakes::no_tokens()));
        check(State::withdrawn, withdraw(before, noon + 1s));
        check(State::superseded, supersede(before, "It can no longer run.", noon + 1s));
        check(State::executing, begin(before, "process-1", noon + 1s));
        for (const auto end : {State::succeeded, State::failed, State::unknown})
            check(end, finish(before, end, {{"text", "done"}}, noon));
        const auto late = lapse(before, noon + 24h);
        CHECK(late.state() == (may_follow(from, State::expired) ? State::expired : from));
    }
}

TEST_CASE("a call ends only as succeeded, failed or unknown") {
    for (const auto end : all_states) {
        CAPTURE(to_string(end));
        const bool final = end == State::succeeded || end == State::failed || end == State::unknown;
        CHECK(finish(in_state(State::executing), end, nullptr, noon).has_value() == final);
    }
}

TEST_CASE("an approval writes down who, how surely, when, why and where to") {
    const auto request = pending(remove_call(), create_facts());
    const auto after =
        approve(request, person(), {"looks right", Destination::agent, "new-token", request.digest()},
                noon + 1min, 10min, fakes::no_tokens());
    REQUIRE(after.has_value());
    CHECK(after->state() == State::approved);
    CHECK(after->expires == noon + 11min);  // the claim window, from the decision
    REQUIRE(after->decision());
    CHECK(after->decision()->approved);
    CHECK(after->decision()->by == "grace@example.com");
    CHECK(after->decision()->assurance == Assurance::signed_in);
    CHECK(after->decision()->at == noon + 1min);
    CHECK(after->decision()->reason == "looks right");
    CHECK(after->decision()->destination == Destination::agent);
    CHECK(after->call.arguments == request.call.arguments);
    CHECK(after->digest() == request.digest());
}

TEST_CASE("a person's yes counts only where everything is right") {
    struct Row {
        const char* name;
        std::function<void(Approval&, DecisionInput&)> change;
        Human who;
        Time now;
        std::optional<Errc> error;
        const char* why;
    };
    const auto nothing = [](Approval&, DecisionInput&) {};
    const Row rows[] = {
        {"all is right", nothing, person(), noon + 1s, {}, ""},
        {"the last moment", nothing, person(), noon + 15min - 1ms, {}, ""},
        {"the moment of expiry", nothing, person(), noon + 15min, Errc::expired, "expired"},
        {"denied before", [](Approval& a, DecisionInput&) { ApprovalForTests::state(a) = State::denied; },
         person(), noon, Errc::refused, "was denied"},
        {"expired before", [](Approval& a, DecisionInput&) { ApprovalForTests::state(a) = State::expired; },
         person(), noon, Errc::expired, "expired"},
        {"denied, and late", [](Approval& a, DecisionInput&) { ApprovalForTests::state(a) = State::denied; },
         person(), noon + 1h, Errc::refused, "was denied"},
        {"another digest was shown", [](Approval&, DecisionInput& c) { c.digest = "sha256:0"; }, person(),
         noon, Errc::superseded, "The request has changed since it was shown"},
        {"no digest was shown", [](Approval&, DecisionInput& c) { c.digest.clear(); }, person(), noon,
         Errc::superseded, "The request has changed since it was shown"},
        {"the record was changed after it was shown",
         [](Approval& a, DecisionInput&) { policy::ApprovalForTests::digest(a) += "0"; }, person(), noon,
         Errc::superseded, "The request has changed since it was shown"},
        {"late, and another digest", [](Approval&, DecisionInput& c) { c.digest.clear(); }, person(),
         noon + 1h, Errc::expired, "expired"},
        {"assurance as asked",
         [](Approval& a, DecisionInput&) {
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::terminal;
         },
         person(Assurance::terminal),
         noon,
         {},
         ""},
        {"assurance higher",
         [](Approval& a, DecisionInput&) {
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::terminal;
         },
         person(Assurance::signed_in),
         noon,
         {},
         ""},
        {"assurance too low",
         [](Approval& a, DecisionInput&) {
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::terminal;
         },
         person(Assurance::client), noon, Errc::refused, "'terminal'"},
        {"assurance that nobody has yet",
         [](Approval& a, DecisionInput&) {
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::passkey;
         },
         person(), noon, Errc::refused, "signed with your passkey"},
        {"another digest, and too low",
         [](Approval& a, DecisionInput& c) {
             policy::ApprovalForTests::terms(a).min_assurance = Assurance::passkey;
             c.digest.clear();
         },
         person(), noon, Errc::superseded, "The request has changed since it was shown"},
        {"name not typed", [](Approval&, DecisionInput& c) { c.typed_name.clear(); }, person(), noon,
         Errc::refused, "type the token's name"},
        {"name typed in capitals", [](Approval&, DecisionInput& c) { c.typed_name = "CI-pipeline"; },
         person(), noon, Errc::refused, "type the token's name"},
        {"name typed with a space", [](Approval&, DecisionInput& c) { c.typed_name += " "; }, person(), noon,
         Errc::refused, "type the token's name"},
        {"the name, where a sentence is to be typed",
         [](Approval& a, DecisionInput&) { a.facts.confirmation = "ci-pipeline locks this server out"; },
         person(), noon, Errc::refused, "type exactly: ci-pipeline locks this server out"},
        {"the sentence",
         [](Approval& a, DecisionInput& c) {
             a.facts.confirmation = "ci-pipeline locks this server out";
             c.typed_name = a.facts.confirmation;
         },
         person(),
         noon,
         {},
         ""},
        {"a name with what cannot be seen, typed as it is shown",
         [](Approval& a, DecisionInput& c) {
             a.facts.subject = "ci\u202Etxt";
             c.typed_name = "ci\u27E8U+202E\u27E9txt";
         },
         person(),
         noon,
         {},
         ""},
        {"a name with what cannot be seen, typed without it",
         [](Approval& a, DecisionInput& c) {
             a.facts.subject = "ci\u202Etxt";
             c.typed_name = "citxt";
         },
         person(), noon, Errc::refused, "type the token's name"},
        {"no name to type",
         [](Approval& a, DecisionInput& c) {
             a.facts.subject.clear();
             c.typed_name.clear();
         },
         person(),
         noon,
         {},
         ""},
        {"name and reason missing",
         [](Approval& a, DecisionInput& c) {
             policy::ApprovalForTests::terms(a).reason_required = true;
             c = {{}, {}, {}, a.digest()};
         },
         person(), noon, Errc::refused, "type the token's name"},
        {"reason missing but not asked for",
         [](Approval&, DecisionInput& c) { c.reason.clear(); },
         person(),
         noon,
         {},
         ""},
        {"reason missing",
         [](Approval& a, DecisionInput& c) {
             policy::ApprovalForTests::terms(a).reason_required = true;
             c.reason.clear();
         },
         person(), noon, Errc::refused, "reason"},
        {"reason blank",
         [](Approval& a, DecisionInput& c) {
             policy::ApprovalForTests::terms(a).reason_required = true;
             c.reason = " \t\n";
         },
         person(), noon, Errc::refused, "reason"},
        {"reason given",
         [](Approval& a, DecisionInput&) { policy::ApprovalForTests::terms(a).reason_required = true; },
         person(),
         noon,
         {},
         ""},
        {"the asking agent itself", nothing, HumanForTests::make("stdio:alice", Assurance::passkey), noon,
         Errc::refused, "The caller cannot decide"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto request = pending();
        auto choice = yes(request);
        row.change(request, choice);
        const auto after = approve(request, row.who, choice, row.now, 15min, fakes::no_tokens());
        CHECK(after.has_value() == !row.error);
        if (!row.error || after) continue;
        CHECK(after.error().code == *row.error);
        CHECK(after.error().message.find(row.why) != std::string::npos);
        CHECK(says_nothing_was_done(after.error()));
    }
}

TEST_CASE("a new value goes only where the rule lets it") {
    struct Row {
        const char* name;
        bool yields;
        std::vector<Destination> allowed;
        std::optional<Destination> chosen;
        std::optional<Destination> result;
    };
    using enum Destination;
    const Row rows[] = {
        {"nothing chosen: the default", true, {page, agent}, {}, page},
        {"nothing chosen: the rule's own order", true, {none, page}, {}, none},
        {"allowed", true, {page, agent}, agent, agent},
        {"not allowed", true, {page, none}, agent, {}},
        {"not even nobody", true, {page}, none, {}},
        {"nothing is allowed", true, {}, {}, none},
        {"nothing is allowed, something chosen", true, {}, page, {}},
        {"there is no value", false, {page, agent}, agent, none},
        {"there is no value, nothing chosen", false, {}, {}, none},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto request = pending(remove_call(), create_facts());
        request.facts.yields_value = row.yields;
        policy::ApprovalForTests::terms(request).destinations = row.allowed;
        auto choice = yes(request);
        choice.destination = row.chosen;
        const auto after = approve(request, person(), choice, noon, 15min, fakes::no_tokens());
        REQUIRE(after.has_value() == row.result.has_value());
        if (after) CHECK(after->decision()->destination == *row.result);
        if (!after) CHECK(says_nothing_was_done(after.error()));
    }
}

TEST_CASE("a denial needs a reason, but from a host's dialog") {
    struct Row {
        const char* name;
        Assurance assurance;
        const char* reason;
        bool denied;
    };
    const Row rows[] = {
        {"page, with reason", Assurance::signed_in, "not now", true},
        {"page, without", Assurance::signed_in, "", false},
        {"page, blank", Assurance::signed_in, "  \n", false},
        {"terminal, without", Assurance::terminal, "", false},
        {"terminal, with reason", Assurance::terminal, "no", true},
        {"dialog, without", Assurance::client, "", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto request = pending();
        policy::ApprovalForTests::terms(request).min_assurance = Assurance::passkey;  // anyone may say no
        const auto after = deny(request, person(row.assurance), row.reason, noon + 1s, fakes::no_tokens());
        REQUIRE(after.has_value() == row.denied);
        if (!after) {
            CHECK(after.error().code == Errc::refused);
            CHECK(says_nothing_was_done(after.error()));
            continue;
        }
        CHECK(after->state() == State::denied);
        REQUIRE(after->decision());
        CHECK_FALSE(after->decision()->approved);
        CHECK(after->decision()->reason == row.reason);
        CHECK(after->decision()->destination == Destination::none);
    }
    CHECK(deny(pending(), person(), "no", noon + 15min, fakes::no_tokens()).error().code == Errc::expired);
    CHECK(deny(pending(), HumanForTests::make("stdio:alice"), "no", noon, fakes::no_tokens()).error().code ==
          Errc::refused);
}

TEST_CASE("time ends a request that waits and an approval that is not used, at the very moment") {
    CHECK(lapse(pending(), noon + 15min - 1ms).state() == State::pending);
    CHECK(lapse(pending(), noon + 15min).state() == State::expired);
    CHECK(lapse(approved(), noon + 15min - 1ms).state() == State::approved);
    CHECK(lapse(approved(), noon + 15min).state() == State::expired);
    CHECK(lapse(in_state(State::executing), noon + 24h).state() == State::executing);
    CHECK(begin(approved(), "p", noon + 15min - 1ms).has_value());
    CHECK(begin(approved(), "p", noon + 15min).error().code == Errc::expired);
    CHECK(withdraw(pending(), noon + 15min).error().code == Errc::expired);
}

TEST_CASE("what runs it and what came of it are kept") {
    const auto running = begin(approved(), "process-7", noon + 1s);
    REQUIRE(running.has_value());
    CHECK(running->instance == "process-7");
    const auto done = finish(*running, State::succeeded, {{"text", "Deleted."}}, noon);
    REQUIRE(done.has_value());
    CHECK(done->outcome == Json{{"text", "Deleted."}});
    CHECK(done->decision());
}

TEST_CASE("a request is open until it is decided against, lapsed, taken back or over") {
    for (const auto state : all_states)
        CHECK(is_open(state) ==
              (state == State::pending || state == State::approved || state == State::executing));
}

}  // namespace tfy::policy::approval_test
