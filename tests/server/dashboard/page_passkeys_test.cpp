// Passkeys on the page: registered, signing decisions, signing in, and all that must not count.
#include <doctest/doctest.h>

#include "tests/fakes/passkey_holder.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::page_passkeys_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

/// ada and bob decide, ada with her device.
struct House {
    Page page;
    PasskeyHolder ada{page, "ada"};
    PasskeyHolder bob{page, "bob"};

    House() {
        page.enrolled({"ada", "bob"});
        REQUIRE(ada.register_it().status() == 201);
    }
    policy::Approval ask(const std::string& id, std::size_t quorum = 1) {
        auto made = approval(id, "token-" + id);
        policy::ApprovalForTests::terms(made).min_assurance = policy::Assurance::passkey;
        policy::ApprovalForTests::terms(made).quorum = quorum;
        return page.ask(made);
    }
    policy::Approval now(const std::string& id) { return page.wait(page.approvals.find(id)).value(); }
    bool undecided(const std::string& id) {
        const auto it = now(id);
        return it.state() == policy::Approval::State::pending && it.votes().empty();
    }
    Json last_record() { return page.journal().back().json(); }
};

std::string message_of(const CapturedAnswer& answer) {
    return answer.json().at("error").at("message").get<std::string>();
}

people::PasskeyAnswer answer_in(const Json& sent) {
    const auto& response = sent.at("response");
    return {.key_id = sent.at("id").get<std::string>(),
            .authenticator_data = response.at("authenticatorData").get<std::string>(),
            .client_data = response.at("clientDataJSON").get<std::string>(),
            .signature = response.at("signature").get<std::string>()};
}

Async<std::optional<policy::Human>> signer(Page& page, people::PasskeyAnswer answer) {
    auto signing = page.passkeys.signer("ada", std::move(answer));
    auto found = co_await std::move(signing);
    co_return found ? std::optional(*found) : std::nullopt;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a decision that a passkey signed is kept with all that was signed") {
    House house;
    const auto made = house.ask("apr_a");
    auto wish = approving(made);
    wish["reason"] = "planned";
    const auto answer = house.ada.decide_signed("apr_a", wish);
    REQUIRE(answer.status() == 200);
    CHECK(answer.json().at("decision").at("assurance") == "passkey");
    const auto record = house.last_record();
    CHECK(record.at("kind") == "approved");
    const auto& statement = record.at("body").at("passkey").at("statement");
    CHECK(statement.at("approval") == "apr_a");
    CHECK(statement.at("digest") == made.digest());
    CHECK(statement.at("verb") == "approve");
    CHECK(statement.at("person") == "ada");
    CHECK(statement.at("origin") == own_origin);
    const auto proof = house.page.wait(house.page.approvals.verify_journal());
    REQUIRE(proof.has_value());
    CHECK(holds(*proof, "One decision is signed with a passkey, and the signature holds."));

    house.ask("apr_b");
    const Json no = {{"verb", "deny"}, {"reason", "still used"}};
    const auto denied = house.ada.decide_signed("apr_b", no);
    CHECK(denied.status() == 200);
    CHECK(denied.json().at("decision").at("assurance") == "passkey");
    CHECK(holds(house.page.wait(house.page.approvals.verify_journal()).value(), "2 decisions are signed"));
}

TEST_CASE("a signed reason that turns out to hold a value decides nothing: its record could not be proven") {
    House house;
    const std::string value = "u7Ks93hdT1qLw0Zx8Vb2Nm4Cr6Yp5AeJg";
    const auto made = house.ask("apr_a");
    auto wish = approving(made);
    wish["reason"] = "in place of " + value;
    const auto signature = house.ada.sign("apr_a", wish);
    const auto human = house.page.wait(signer(house.page, answer_in(signature))).value();
    house.page.redaction.add(redaction::fingerprint(value, "ci", house.page.redaction.key()));
    const policy::DecisionInput choice{.reason = wish.at("reason").get<std::string>(),
                                       .typed_name = made.facts.subject,
                                       .digest = made.digest()};
    const auto decided = house.page.wait(house.page.approvals.approve("apr_a", human, choice));
    REQUIRE_FALSE(decided.has_value());
    CHECK(holds(decided.error().message, "The reason holds the value of an access token"));
    CHECK(house.undecided("apr_a"));
    CHECK(house.ada.decide_signed("apr_a", wish).status() == 200);
    CHECK(holds(house.page.wait(house.page.approvals.verify_journal()).value(), "and the signature holds"));
}

TEST_CASE("of a passkey's name no value is kept") {
    House house;
    const std::string value = "u7Ks93hdT1qLw0Zx8Vb2Nm4Cr6Yp5AeJg";
    house.page.redaction.add(redaction::fingerprint(value, "ci", house.page.redaction.key()));
    const auto asked = house.bob.ask_to_register().json();
    const auto made = house.bob.device.make(asked.at("challenge").get<std::string>(), {});
    const auto answer = house.page.post("/approvals/api/passkeys",
                                        {{"name", "with " + value}, {"passkey", as_browsers_send(made)}});
    REQUIRE(answer.status() == 201);
    const auto kept = house.page.wait(house.page.passkeys.of("bob")).value();
    REQUIRE(kept.size() == 1);
    CHECK(kept.front().name.starts_with("with [redacted:access-token"));
}

TEST_CASE("where the rule asks for a passkey nothing else is enough, and anyone may say no") {
    House house;
    const auto made = house.ask("apr_a");
    for (auto* who : {&house.ada, &house.bob}) {
        who->sit_down();
        const auto answer = house.page.post("/approvals/api/approvals/apr_a/approve", approving(made));
        CHECK(answer.status() == 403);
        CHECK(holds(message_of(answer), "signed with your passkey"));
        CHECK(house.undecided("apr_a"));
    }
    const auto none = house.bob.ask_to_sign("apr_a", approving(made));
    CHECK(none.status() == 404);
    CHECK(holds(message_of(none), "You have no passkey for this page"));
    CHECK(house.page.post("/approvals/api/approvals/apr_a/deny", {{"reason", "no"}}).status() == 200);
}

TEST_CASE("a signature counts for the very decision that was signed, and for no other") {
    struct Row {
        const char* name;
        void (*change)(House& house, Json& wish);
    };
    const Row rows[] = {
        {"another reason", [](House&, Json& wish) { wish["reason"] = "because"; }},
        {"a denial instead", [](House&, Json& wish) { wish = {{"verb", "deny"}, {"reason", "planned"}}; }},
        {"another digest", [](House&, Json& wish) { wish["digest"] = "sha256:00"; }},
        {"two minutes later", [](House& house, Json&) { house.page.clock.advance(2min); }},
        {"by another person", [](House& house, Json&) { house.bob.sit_down(); }},
        {"of a passkey that is removed",
         [](House& house, Json&) {
             const auto mine = house.page.wait(house.page.passkeys.of("ada")).value();
             house.page.wait(house.page.passkeys.remove(mine.front().id, "bob")).value();
         }},
        {"of a person who is suspended meanwhile",
         [](House& house, Json&) {
             house.page.in_ledger(
                 [](storage::Ledger& ledger) { ledger.suspend_person("ada", "bob", noon).value(); });
         }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        House house;
        auto wish = approving(house.ask("apr_a"));
        wish["reason"] = "planned";
        const auto signature = house.ada.sign("apr_a", wish);
        row.change(house, wish);
        CHECK(house.ada.decide("apr_a", wish, signature).status() >= 400);
        CHECK(house.undecided("apr_a"));
    }
}

TEST_CASE("what was signed before a change of the request is void after it") {
    House house;
    house.page.ask_under({.min_assurance = policy::Assurance::passkey});
    const auto made = house.page.open_create("ci-night");
    auto wish = approving(made);
    wish["destination"] = "page";
    const auto signature = house.ada.sign(made.id, wish);
    const auto narrowed =
        house.page.post("/approvals/api/approvals/" + made.id + "/narrow",
                        {{"digest", made.digest()}, {"name", ""}, {"expiration", "5 days"}});
    REQUIRE(narrowed.status() == 200);
    CHECK(house.ada.decide(made.id, wish, signature).status() == 409);
    wish["digest"] = narrowed.json().at("digest");
    const auto late = house.ada.decide(made.id, wish, signature);
    CHECK(late.status() == 409);
    CHECK(holds(message_of(late), "signed another decision than this one"));
    CHECK(house.undecided(made.id));
    CHECK(house.last_record().at("kind") == "passkey_refused");
    CHECK(house.last_record().at("body").at("person") == "ada");
    CHECK(house.ada.decide_signed(made.id, wish).status() == 200);
}

TEST_CASE("where the value goes is signed, too") {
    House house;
    const auto made = house.page.ask_create("apr_a");
    auto wish = approving(made);
    wish["destination"] = "page";
    const auto signature = house.ada.sign("apr_a", wish);
    wish["destination"] = "agent";
    CHECK(house.ada.decide("apr_a", wish, signature).status() == 409);
    CHECK(house.undecided("apr_a"));
    wish["destination"] = "page";
    CHECK(house.ada.decide("apr_a", wish, signature).status() == 200);
}

TEST_CASE("a signature is used once: not again, not for another request, not by two at once") {
    House house;
    const auto first = house.ask("apr_a", 2);
    const auto wish = approving(first);
    const auto signature = house.ada.sign("apr_a", wish);
    REQUIRE(house.ada.decide("apr_a", wish, signature).status() == 200);
    CHECK(house.now("apr_a").votes().size() == 1);
    const auto second = house.ask("apr_b");
    for (const auto* id : {"apr_a", "apr_b"}) {
        const auto again = house.ada.decide(id, approving(house.now(id)), signature);
        CHECK(again.status() == 403);
        CHECK(holds(message_of(again), "used up"));
    }
    CHECK(house.undecided("apr_b"));

    // Both are looked at before either decides.
    const auto contested = house.ada.sign("apr_b", approving(second));
    const auto answer = answer_in(contested);
    const auto one = house.page.wait(signer(house.page, answer)).value();
    const auto other = house.page.wait(signer(house.page, answer)).value();
    const policy::DecisionInput choice{.typed_name = second.facts.subject, .digest = second.digest()};
    CHECK(house.page.wait(house.page.approvals.approve("apr_b", one, choice)).has_value());
    CHECK_FALSE(house.page.wait(house.page.approvals.approve("apr_b", other, choice)).has_value());
    const auto third = house.ask("apr_c");
    const policy::DecisionInput same{.typed_name = third.facts.subject, .digest = third.digest()};
    CHECK_FALSE(house.page.wait(house.page.approvals.approve("apr_c", other, same)).has_value());
}

TEST_CASE("two people sign for a quorum of two, each with their own device") {
    House house;
    REQUIRE(house.bob.register_it().status() == 201);
    const auto wish = approving(house.ask("apr_a", 2));
    CHECK(house.ada.decide_signed("apr_a", wish).json().at("state") == "pending");
    CHECK(house.last_record().at("body").at("passkey").at("statement").at("person") == "ada");
    CHECK(house.ada.ask_to_sign("apr_a", wish).status() == 422);  // twice
    CHECK(house.bob.decide_signed("apr_a", wish).json().at("state") == "approved");
    CHECK(house.page.wait(house.page.approvals.verify_journal()).has_value());
}

TEST_CASE("an answer of another page, of another device or without the person decides nothing") {
    constexpr auto there = Authenticator::person_there;
    const Authenticator::Says rows[] = {
        {.origin = "http://localhost:8781"},
        {.origin = "https://localhost:8780"},
        {.host = "example.com"},
        {.flags = there},
        {.flags = Authenticator::person_verified},
        {.flags = there | Authenticator::person_verified | Authenticator::may_be_backed_up},
        {.more = {{"crossOrigin", true}}},
        {.trailing = "more"}};
    House house;
    const auto wish = approving(house.ask("apr_a"));
    for (const auto& says : rows) {
        const auto answer = house.ada.decide("apr_a", wish, house.ada.sign("apr_a", wish, says));
        CHECK(answer.status() == 403);
        CHECK(house.last_record().at("kind") == "passkey_refused");
        CHECK(house.undecided("apr_a"));
    }
    PasskeyHolder stranger{house.page, "ada", Authenticator(Authenticator::es256, house.ada.device.id)};
    CHECK(house.ada.decide("apr_a", wish, stranger.sign("apr_a", wish)).status() == 403);
    PasskeyHolder unknown{house.page, "ada", Authenticator(Authenticator::es256, "an id of no one")};
    CHECK(house.ada.decide("apr_a", wish, unknown.sign("apr_a", wish)).status() == 403);
    for (const auto& odd : {Json("text"), Json::object(), Json({{"id", 7}}), Json({{"response", 7}})})
        CHECK(house.ada.decide("apr_a", wish, odd).status() >= 400);
    CHECK(house.undecided("apr_a"));
}

TEST_CASE("a count that goes back is a copy's: nothing is decided, and the journal has it") {
    House house;
    REQUIRE(house.ada.decide_signed("apr_a", approving(house.ask("apr_a"))).status() == 200);
    house.ada.device.count = 0;
    const auto wish = approving(house.ask("apr_b"));
    const auto answer = house.ada.decide_signed("apr_b", wish);
    CHECK(answer.status() == 403);
    CHECK(holds(message_of(answer), "a copy of it may be about"));
    CHECK(house.last_record().at("kind") == "passkey_refused");
    CHECK(house.undecided("apr_b"));
}

TEST_CASE("a passkey is registered by its person, behind the passphrase, and once") {
    House house;
    const auto wrong = house.bob.ask_to_register("wrong horse battery");
    CHECK(wrong.status() == 403);
    const auto asked = house.bob.ask_to_register().json();
    CHECK(asked.at("rp").at("id") == "localhost");
    CHECK(asked.at("excludeCredentials").empty());
    CHECK(asked.at("authenticatorSelection").at("userVerification") == "required");
    const auto challenge = asked.at("challenge").get<std::string>();
    const auto made = [&](const Json& answer) {
        return house.page.post("/approvals/api/passkeys", {{"name", "key"}, {"passkey", answer}}).status();
    };
    CHECK(made(as_browsers_send(house.bob.device.make(challenge, {.origin = "http://localhost:1"}))) == 403);
    CHECK(made(as_browsers_send(house.bob.device.sign(challenge))) == 403);
    const auto right = as_browsers_send(house.bob.device.make(challenge));
    house.ada.sit_down();
    CHECK(made(right) == 403);  // asked for by bob
    house.bob.sit_down();
    CHECK(made(right) == 201);
    CHECK(made(right) == 403);
    CHECK(house.bob.ask_to_register().json().at("excludeCredentials").size() == 1);
    CHECK(house.bob.register_it().status() == 409);
    auto& people = house.page.people;
    house.page.key = house.page.wait(people.sign_in(people.issue_code("guest", 10min))).value();
    CHECK(house.page.post("/approvals/api/passkeys/new", {{"passphrase", their_passphrase}}).status() == 401);
}

TEST_CASE(
    "what the identity provider confirmed registers a first passkey, and no second one that was begun") {
    Page page;
    page.enrolled({"grace"});
    page.in_ledger([](storage::Ledger& ledger) {
        ledger.enrol_by_provider("ada", {"https://idp.example.com", "u-ada"}, noon).value();
        ledger.confirm_person("ada", "grace", noon).value();
    });
    Authenticator laptop{Authenticator::es256, "laptop"}, phone{Authenticator::es256, "phone"};
    const auto begin = [&](std::string_view by) {
        return page.wait(page.passkeys.to_register("ada", std::string(by)))
            .value()
            .at("challenge")
            .get<std::string>();
    };
    const auto first = begin(storage::provider_kind), second = begin(storage::provider_kind);
    page.sit_down("ada");
    const auto add = [&](Authenticator& device, const std::string& challenge) {
        return page.post("/approvals/api/passkeys",
                         {{"name", "device"}, {"passkey", as_browsers_send(device.make(challenge))}});
    };
    CHECK(add(laptop, first).status() == 201);
    const auto refused = add(phone, second);
    CHECK(refused.status() == 422);
    CHECK(holds(message_of(refused), "You have a passphrase or a passkey here by now"));
    CHECK(holds(message_of(refused), "Nothing was changed."));
    CHECK(page.wait(page.passkeys.of("ada")).value().size() == 1);
    CHECK(add(phone, begin(storage::passkey_kind)).status() == 201);
}

TEST_CASE("a list of one's own passkeys, and only those can be removed on the page") {
    House house;
    REQUIRE(house.bob.register_it().status() == 201);
    house.ada.sit_down();
    const auto mine = house.page.get("/approvals/api/passkeys").json().at("passkeys");
    REQUIRE(mine.size() == 1);
    CHECK(mine.at(0).at("name") == "laptop");
    CHECK(house.page.get("/approvals/api/session").json().at("passkeys") == 1);
    const auto id = mine.at(0).at("id").get<std::string>();
    house.bob.sit_down();
    CHECK(house.page.post("/approvals/api/passkeys/" + id + "/remove", Json::object()).status() == 404);
    house.ada.sit_down();
    CHECK(house.page.post("/approvals/api/passkeys/" + id + "/remove", Json::object()).status() == 204);
    CHECK(house.page.get("/approvals/api/session").json().at("passkeys") == 0);
    CHECK(house.last_record().at("kind") == "person_credential_removed");
}

TEST_CASE("a passkey opens the page, also where its person's passphrase is locked") {
    House house;
    for (int guess = 0; guess < 6; ++guess)
        house.page.wait(house.page.passphrases.check("ada", policy::Secret("wrong horse battery")));
    CHECK(house.ada.ask_to_register().status() == 429);
    house.page.key.clear();
    const auto sign_in = [&](const Authenticator::Says& says) {
        const auto asked = house.page.post("/approvals/api/sign-in/passkey", Json::object()).json();
        CHECK(asked.at("allowCredentials").empty());
        const auto answer = house.ada.device.sign(asked.at("challenge").get<std::string>(), says);
        return house.page.post("/approvals/api/sign-in", {{"passkey", as_browsers_send(answer)}});
    };
    CHECK(sign_in({.origin = "http://localhost:1"}).status() == 403);
    const auto answer = sign_in({});
    REQUIRE(answer.status() == 200);
    house.page.key = answer.json().at("page_key").get<std::string>();
    const auto session = house.page.get("/approvals/api/session").json();
    CHECK(session.at("person") == "ada");
    // To have signed in is not to have signed a decision.
    const auto made = house.ask("apr_a");
    CHECK(house.page.post("/approvals/api/approvals/apr_a/approve", approving(made)).status() == 403);
    house.page.in_ledger([](storage::Ledger& ledger) { ledger.suspend_person("ada", "bob", noon).value(); });
    house.page.key.clear();
    CHECK(sign_in({}).status() == 403);
}

TEST_CASE("what was signed to sign in decides nothing, and the other way round") {
    House house;
    const auto wish = approving(house.ask("apr_a"));
    const auto asked = house.page.post("/approvals/api/sign-in/passkey", Json::object()).json();
    const auto to_enter = as_browsers_send(house.ada.device.sign(asked.at("challenge").get<std::string>()));
    house.ada.sit_down();
    CHECK(house.ada.decide("apr_a", wish, to_enter).status() == 403);
    const auto to_decide = house.ada.sign("apr_a", wish);
    CHECK(house.page.post("/approvals/api/sign-in", {{"passkey", to_decide}}).status() == 403);
    CHECK(house.undecided("apr_a"));
}

}  // namespace tfy::page_passkeys_test
