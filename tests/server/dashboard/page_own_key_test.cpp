// A person's own key on the page: entered by them, for themselves, once more proven to be there; never shown.
#include <doctest/doctest.h>

#include "tests/fakes/passkey_holder.hpp"

namespace tfy::page_own_key_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

const std::string value = "tfy_pat_ada_q8Zr3mVt6Yb1Nc5Xw9Lk2Hs7Jd4Gf0Pe";

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Desk : Page {
    std::string everything;  // that was answered

    Desk() {
        enrolled({"ada", "bob", "cy"});
        sit_down("ada");
    }
    CapturedAnswer noted(CapturedAnswer answer) {
        everything += answer.text();
        return answer;
    }
    CapturedAnswer enter(const std::string& text = value, const std::string& passphrase = their_passphrase) {
        return noted(post("/approvals/api/key", {{"key", text}, {"passphrase", passphrase}}));
    }
    CapturedAnswer look() { return noted(get("/approvals/api/key")); }
    CapturedAnswer end() { return noted(post("/approvals/api/key/end", Json::object())); }
    std::vector<std::string> kinds() {
        std::vector<std::string> all;
        for (const auto& record : journal())
            if (record.kind.starts_with("person_key")) all.push_back(record.kind);
        return all;
    }
};

std::string said(const CapturedAnswer& answer) {
    return answer.json().at("error").at("message").get<std::string>();
}

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("a key that TrueFoundry takes is kept, in force, and told of without its characters") {
    Desk desk;
    CHECK(desk.get("/approvals/key").status() == 200);
    CHECK(desk.look().json() == Json{{"base_url", production}, {"key", nullptr}});
    desk.tried_keys.accept("ada@acme.example");
    const auto entered = desk.enter();
    REQUIRE(entered.status() == 201);
    CHECK(desk.tried_keys.asked_with == All{"Authorization: Bearer " + value});
    CHECK(desk.keys_in_force.keys.at("ada") == value);
    const auto key = desk.look().json().at("key");
    CHECK(key == entered.json().at("key"));
    CHECK(key == Json{{"mask", "tfy_****...****f0Pe"},
                      {"subject", "ada@acme.example"},
                      {"expires", nullptr},
                      {"since", "2026-11-23T12:00:00.000Z"},
                      {"broken", nullptr}});
    CHECK(desk.redaction.seal_text("it is " + value).text() == "it is [redacted:access-token]");

    desk.tried_keys.accept("ada@acme.example");
    CHECK(desk.enter("tfy_pat_ada_second_0123456789abcdefghij").status() == 200);
    CHECK(desk.end().json() == Json{{"withdrawn", 0}});
    CHECK(desk.end().status() == 404);
    CHECK(desk.look().json().at("key") == nullptr);
    CHECK(desk.keys_in_force.told == All{"put ada", "put ada", "end ada"});
    CHECK(desk.kinds() == All{"person_key_entered", "person_key_replaced", "person_key_ended"});
    CHECK_FALSE(holds(desk.everything, value.substr(12, 16)));
    for (const auto& record : desk.journal()) CHECK_FALSE(holds(record.body.dump(), value.substr(12, 16)));
}

TEST_CASE("who opens another's link enters their own key, and sees nothing of the other's") {
    Desk desk;
    desk.tried_keys.accept("ada@acme.example");
    desk.enter();
    desk.sit_down("bob");
    CHECK(desk.look().json().at("key") == nullptr);
    desk.tried_keys.accept("bob@acme.example");
    REQUIRE(desk.enter("tfy_pat_bob_0123456789abcdefghijklmnopqrst").status() == 201);
    CHECK(desk.keys_in_force.keys.at("ada") == value);
    CHECK(desk.keys_in_force.keys.at("bob") == "tfy_pat_bob_0123456789abcdefghijklmnopqrst");
    CHECK(desk.end().status() == 200);
    CHECK(desk.keys_in_force.keys.contains("ada"));
    desk.sit_down("ada");
    CHECK(desk.look().json().at("key").at("subject") == "ada@acme.example");
}

TEST_CASE("a session is not enough: without passphrase or passkey nothing is asked of TrueFoundry") {
    Desk desk;
    CHECK(desk.enter(value, "a wrong passphrase").status() == 403);
    CHECK(desk.post("/approvals/api/key", {{"key", value}}).status() >= 400);
    desk.key.clear();
    CHECK(desk.enter().status() == 401);
    CHECK(desk.look().status() == 401);
    CHECK(desk.end().status() == 401);
    CHECK(desk.tried_keys.script.sent.empty());

    PasskeyHolder ada{desk, "ada"};
    REQUIRE(ada.register_it().status() == 201);
    const auto asked = desk.post("/approvals/api/passkeys/confirm", Json::object()).json();
    const auto signature = as_browsers_send(ada.device.sign(asked.at("challenge").get<std::string>()));
    desk.tried_keys.accept("ada@acme.example");
    const auto entered = desk.post("/approvals/api/key", {{"key", value}, {"passkey", signature}});
    CHECK(entered.status() == 201);
}

TEST_CASE("what TrueFoundry refuses, or says nothing of, is not kept, and the person is told what to do") {
    Desk desk;
    struct Said {
        int upstream;
        int page;
        const char* words;
    };
    for (const auto& [upstream, status, words] : {Said{401, 422, "refused this key (401)"},
                                                  Said{403, 422, "(403)"}, Said{500, 502, "answered 500"}}) {
        desk.tried_keys.script.expect(ask_one, upstream, Json{{"message", "bad " + value}}.dump());
        const auto refused = desk.enter();
        CHECK(refused.status() == status);
        CHECK(holds(said(refused), words));
        CHECK(holds(said(refused), "Nothing was kept."));
    }
    const auto virtual_account = desk.enter("tfy_va_ci_0123456789abcdef");
    CHECK(virtual_account.status() == 422);
    CHECK(holds(said(virtual_account), "virtual account"));
    CHECK(desk.look().json().at("key") == nullptr);
    CHECK(desk.keys_in_force.told.empty());
    CHECK(desk.kinds().empty());
    CHECK_FALSE(holds(desk.everything, value.substr(12, 16)));
    CHECK(desk.redaction.seal_text(value.substr(12, 20)).text() ==
          value.substr(12, 20));  // any word may be tried
    CHECK(desk.post("/approvals/api/key", {{"key", 7}, {"passphrase", their_passphrase}}).status() == 422);
}

TEST_CASE("keys are tried five times a minute, no oftener") {
    Desk desk;
    for (int i = 0; i < 5; ++i) {
        desk.tried_keys.script.expect(ask_one, 401, "{}");
        CHECK(desk.enter().status() == 422);
    }
    const auto sixth = desk.enter();
    CHECK(sixth.status() == 429);
    CHECK(sixth.header("Retry-After") == "60");
    desk.clock.advance(1min);
    desk.tried_keys.accept("ada@acme.example");
    CHECK(desk.enter().status() == 201);
}

TEST_CASE("a key that TrueFoundry refuses later is said to be broken, to its person alone") {
    Desk desk;
    desk.tried_keys.accept("ada@acme.example");
    desk.enter();
    CHECK(desk.get("/approvals/api/session").json().at("key_broken") == false);
    desk.clock.advance(1min);
    const auto refused = [&]() -> Async<bool> {
        auto marking = desk.own_keys.mark_broken("ada");
        co_await std::move(marking);
        co_return true;
    };
    CHECK(desk.wait(refused()));
    CHECK(desk.get("/approvals/api/session").json().at("key_broken") == true);
    CHECK(desk.look().json().at("key").at("broken") == "2026-11-23T12:01:00.000Z");
    CHECK(desk.keys_in_force.told == All{"put ada"});
    desk.sit_down("bob");
    CHECK(desk.get("/approvals/api/session").json().at("key_broken") == false);
    CHECK(desk.kinds() == All{"person_key_entered", "person_key_broken"});
}

TEST_CASE("a suspended person's key is out of force when the page has its answer") {
    Desk desk;
    desk.sit_down("cy");
    desk.tried_keys.accept("cy@acme.example");
    desk.enter();
    desk.sit_down("ada");
    REQUIRE(desk.post("/approvals/api/people/suspend", {{"name", "cy"}}).status() == 200);
    CHECK(desk.keys_in_force.keys.empty());
    CHECK(desk.kinds() == All{"person_key_entered", "person_key_ended"});
}

}  // namespace tfy::page_own_key_test
