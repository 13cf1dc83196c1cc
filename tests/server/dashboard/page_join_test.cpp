// Joining on the page: by a link for the first person or an invitation, with a passkey or a passphrase.
#include <doctest/doctest.h>

#include "server/people/pairing.hpp"
#include "server/people/sign_in_codes.hpp"
#include "tests/fakes/passkey_holder.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/terminal.hpp"
#include "tools/own_command.hpp"

namespace tfy::page_join_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

struct Entrance : Page {
    Authenticator device{Authenticator::es256, "device of a new person"};

    std::string pairing(const std::string& person) {
        std::string code;
        in_ledger([&](storage::Ledger& ledger) {
            code = people::pair_first(ledger, person, clock.now()).value().code;
        });
        return code;
    }
    std::string invitation(const std::string& person, const std::string& by) {
        std::string code;
        in_ledger([&](storage::Ledger& ledger) {
            code = people::invite(ledger, policy::HumanForTests::make(by), person, clock.now()).value().code;
        });
        return code;
    }
    CapturedAnswer look(const std::string& code) {
        return post("/approvals/api/invitation", {{"code", code}});
    }
    Json made(const Json& asked, const Authenticator::Says& says = {}) {
        return as_browsers_send(device.make(asked.at("passkey").at("challenge").get<std::string>(), says));
    }
    CapturedAnswer join(const std::string& code, const Json& proof) {
        auto body = proof;
        body["code"] = code;
        return post("/approvals/api/join", body);
    }
    CapturedAnswer join_by_passkey(const std::string& code) {
        return join(code, {{"name", "laptop"}, {"passkey", made(look(code).json())}});
    }
    std::vector<storage::Person> enrolled_now() { return wait(enrolled_people.list()).value(); }
    void enter(const CapturedAnswer& joined) { key = joined.json().at("page_key").get<std::string>(); }
};

}  // namespace

TEST_CASE("the first person joins by a link with one touch, and may decide with that passkey") {
    Entrance page;
    const auto code = page.pairing("ada");
    const auto asked = page.look(code).json();
    CHECK(asked.at("person") == "ada");
    CHECK(asked.at("by").is_null());
    CHECK(asked.at("passkey").at("user").at("name") == "ada");
    const auto joined = page.join_by_passkey(code);
    REQUIRE(joined.status() == 201);
    CHECK(joined.json().at("may_decide") == true);
    page.enter(joined);
    const auto session = page.get("/approvals/api/session").json();
    CHECK(session.at("person") == "ada");
    CHECK(session.at("passkeys") == 1);
    const auto people = page.enrolled_now();
    REQUIRE(people.size() == 1);
    CHECK(people.front().let_in_by.empty());

    auto wanted = approval("apr_a");
    policy::ApprovalForTests::terms(wanted).min_assurance = policy::Assurance::passkey;
    PasskeyHolder ada{page, "ada", std::move(page.device)};
    const auto answer = ada.decide_signed("apr_a", approving(page.ask(wanted)));
    CHECK_MESSAGE(answer.status() == 200, answer.text());
    const auto proof = page.wait(page.approvals.verify_journal());
    REQUIRE(proof.has_value());
    CHECK(holds(*proof, "One decision is signed with a passkey"));
    page.key.clear();
    CHECK(page.look(code).status() == 403);  // it is used up
}

TEST_CASE("an invited person joins with a passkey; a second one has to confirm them") {
    Entrance page;
    page.enrolled({"ada", "bob"});
    const auto code = page.invitation("cy", "ada");
    CHECK(page.look(code).json().at("by") == "ada");
    const auto joined = page.join_by_passkey(code);
    REQUIRE(joined.status() == 201);
    CHECK(joined.json().at("may_decide") == false);
    page.enter(joined);
    CHECK(page.post("/approvals/api/people", {{"name", "eve"}}).status() == 403);
    page.in_ledger([](storage::Ledger& ledger) { ledger.confirm_person("cy", "bob", noon).value(); });
    CHECK(page.post("/approvals/api/people", {{"name", "eve"}}).status() == 201);
    CHECK(page.get("/approvals/api/passkeys").json().at("passkeys").at(0).at("name") == "laptop");
}

TEST_CASE("with a passphrase it works as well, and only for a long one") {
    Entrance page;
    const auto code = page.pairing("ada");
    CHECK(page.join(code, {{"passphrase", "too short"}}).status() == 422);
    CHECK(page.enrolled_now().empty());
    const auto joined = page.join(code, {{"passphrase", their_passphrase}});
    REQUIRE(joined.status() == 201);
    page.key.clear();
    const Json proof = {{"name", "ada"}, {"passphrase", their_passphrase}};
    CHECK(page.post("/approvals/api/sign-in", proof).status() == 200);
}

TEST_CASE("an invitation comes with the command that takes it on this server's state directory") {
    Entrance page;
    page.enrolled({"ada"});
    page.sign_in("ada");
    const auto made = page.post("/approvals/api/people", {{"name", "cy"}});
    REQUIRE(made.status() == 201);
    CHECK(made.json().at("command") == tools::own_command("people join"));
    CHECK(page.get("/approvals/api/people").json().at("be_first") == tools::own_command("people first"));
}

TEST_CASE("an invitation that is wrong, over or used, or an answer made elsewhere, enrols no one") {
    Entrance page;
    const auto code = page.pairing("ada");
    const auto asked = page.look(code).json();
    for (const auto& says :
         {Authenticator::Says{.origin = "http://localhost:1"}, Authenticator::Says{.host = "example.com"},
          Authenticator::Says{.flags = Authenticator::person_there}})
        CHECK(page.join(code, {{"passkey", page.made(asked, says)}}).status() == 403);
    // What was asked for another invitation, or to sign in, is no answer to this one.
    const auto to_enter = page.post("/approvals/api/sign-in/passkey", Json::object()).json();
    const auto lent = as_browsers_send(page.device.make(to_enter.at("challenge").get<std::string>()));
    CHECK(page.join(code, {{"passkey", lent}}).status() == 403);
    const auto second = page.pairing("ada");  // takes the place of the first one
    CHECK(page.join(second, {{"passkey", page.made(asked)}}).status() == 403);
    CHECK(page.join(code, {{"passkey", page.made(asked)}}).status() == 403);
    const auto fresh = page.look(second).json();
    page.clock.advance(2min);
    CHECK(page.join(second, {{"passkey", page.made(fresh)}}).status() == 403);
    CHECK(page.enrolled_now().empty());
    page.clock.advance(13min);
    CHECK(page.look(second).status() == 403);
    CHECK(page.join(second, {{"passphrase", their_passphrase}}).status() == 403);
    CHECK(page.enrolled_now().empty());
}

TEST_CASE("wrong invitations are slowed down, and never stop a right one") {
    Entrance page;
    const auto code = page.pairing("ada");
    int refused = 0, slowed = 0;
    for (int i = 0; i < 40; ++i) {
        const auto status =
            page.look("AAAA-AAAA-AAA" + std::string(1, static_cast<char>('A' + i % 8))).status();
        (status == 403 ? refused : slowed) += 1;
        CHECK((status == 403 || status == 429));
    }
    CHECK(refused == 10);
    CHECK(slowed == 30);
    CHECK(page.join_by_passkey(code).status() == 201);
}

TEST_CASE("an invitation does not replace the person who is signed in") {
    Entrance page;
    page.enrolled({"ada"});
    const auto code = page.invitation("cy", "ada");
    page.sit_down("ada");
    CHECK(page.join(code, {{"passphrase", their_passphrase}}).status() == 409);
    CHECK(page.enrolled_now().size() == 1);
    CHECK(page.get("/approvals/api/session").json().at("person") == "ada");
}

TEST_CASE("a second passkey is registered behind the first one, where there is no passphrase") {
    Entrance page;
    page.enter(page.join_by_passkey(page.pairing("ada")));
    const auto confirm = [&] {
        const auto asked = page.post("/approvals/api/passkeys/confirm", Json::object()).json();
        return as_browsers_send(page.device.sign(asked.at("challenge").get<std::string>()));
    };
    CHECK(page.post("/approvals/api/passkeys/new", {{"passphrase", "anything at all"}}).status() == 403);
    const auto signature = confirm();
    const auto asked = page.post("/approvals/api/passkeys/new", {{"passkey", signature}});
    REQUIRE(asked.status() == 200);
    CHECK(asked.json().at("excludeCredentials").size() == 1);
    CHECK(page.post("/approvals/api/passkeys/new", {{"passkey", signature}}).status() == 403);  // used
    Authenticator phone{Authenticator::es256, "a phone"};
    const auto made = as_browsers_send(phone.make(asked.json().at("challenge").get<std::string>()));
    CHECK(page.post("/approvals/api/passkeys", {{"name", "phone"}, {"passkey", made}}).status() == 201);
    CHECK(page.get("/approvals/api/session").json().at("passkeys") == 2);
    // Who joins and who registers another one is the same account to a device.
    CHECK(asked.json().at("user").at("id") ==
          page.post("/approvals/api/passkeys/new", {{"passkey", confirm()}}).json().at("user").at("id"));
}

TEST_CASE("a flood of strangers who ask to sign in evicts no one's challenge, and nothing is kept of it") {
    Entrance page;
    page.enter(page.join_by_passkey(page.pairing("ada")));
    const auto session = page.key;
    page.key.clear();
    const auto ask = [&] {
        return page.post("/approvals/api/sign-in/passkey", Json::object())
            .json()
            .at("challenge")
            .get<std::string>();
    };
    const auto mine = ask();
    page.key = session;
    const auto to_confirm = page.post("/approvals/api/passkeys/confirm", Json::object()).json();
    page.key.clear();
    for (int i = 0; i < 3000; ++i) std::ignore = ask();
    const Json proof = {{"passkey", as_browsers_send(page.device.sign(mine))}};
    CHECK(page.post("/approvals/api/sign-in", proof).status() == 200);
    CHECK(page.post("/approvals/api/sign-in", proof).status() == 403);  // once
    page.key = session;
    const auto confirmed = as_browsers_send(page.device.sign(to_confirm.at("challenge").get<std::string>()));
    CHECK(page.post("/approvals/api/passkeys/new", {{"passkey", confirmed}}).status() == 200);

    const auto old = ask();
    page.clock.advance(2min);
    page.key.clear();
    const Json late = {{"passkey", as_browsers_send(page.device.sign(old))}};
    CHECK(page.post("/approvals/api/sign-in", late).status() == 403);
    for (auto forged : {policy::to_base64url("x 2030-01-01T00:00:00.000Z " + std::string(64, '0')),
                        policy::to_base64url("x y"), policy::to_base64url("")}) {
        const Json bad = {{"passkey", as_browsers_send(page.device.sign(forged))}};
        CHECK(page.post("/approvals/api/sign-in", bad).status() == 403);
    }
}

TEST_CASE("one person's passkey opens the page a hundred times in two minutes, and then others' still do") {
    Entrance page;
    page.enrolled({"bob"});
    page.enter(page.join_by_passkey(page.invitation("ada", "bob")));
    PasskeyHolder bob{page, "bob"};
    REQUIRE(bob.register_it().status() == 201);
    page.key.clear();
    const auto enter = [&](Authenticator& device) {
        const auto asked = page.post("/approvals/api/sign-in/passkey", Json::object()).json();
        const auto answer = device.sign(asked.at("challenge").get<std::string>());
        return page.post("/approvals/api/sign-in", {{"passkey", as_browsers_send(answer)}}).status();
    };
    for (int i = 0; i < 100; ++i) REQUIRE(enter(page.device) == 200);
    CHECK(enter(page.device) == 429);
    CHECK(enter(bob.device) == 200);
    page.clock.advance(2min);
    CHECK(enter(page.device) == 200);
}

TEST_CASE("whose a code is can be seen before it is used, and it still counts then") {
    Entrance page;
    page.enrolled({"ada"});
    page.in_ledger([](storage::Ledger& ledger) {
        const auto hash = people::hash_of_sign_in_code("AAAA-BBBB-CCCC");
        ledger.add_sign_in_code(hash, "ada", noon + 1h, entry("sign_in_code")).value();
    });
    const auto whose = [&](const std::string& code) {
        return page.post("/approvals/api/sign-in/whose", {{"code", code}});
    };
    CHECK(whose("aaaabbbbcccc").json().at("person") == "ada");
    const auto guest = page.people.issue_code("grace", 10min);
    CHECK(whose(guest).json().at("person") == "grace");
    CHECK(whose("AAAA-BBBB-CCCD").status() == 403);
    CHECK(page.post("/approvals/api/sign-in", {{"code", "AAAA-BBBB-CCCC"}}).status() == 200);
    CHECK(whose("AAAA-BBBB-CCCC").status() == 403);
    CHECK(page.post("/approvals/api/sign-in", {{"code", guest}}).status() == 200);
}

}  // namespace tfy::page_join_test
