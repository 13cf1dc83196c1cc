// Callers by keys: who is let in, what others are told, and how soon a change by another process counts.
#include "server/callers/keys.hpp"

#include <doctest/doctest.h>

#include <set>

#include "server/callers/api_key.hpp"
#include "server/callers/credentials.hpp"
#include "server/storage/oauth_grants.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::callers_keys_test {
namespace {

using namespace std::chrono_literals;
using Headers = transport::Headers;

struct Place {
    fakes::TempFolder folder;
    fakes::ManualClock clock{fakes::noon};
    std::unique_ptr<storage::Ledger> ledger = fakes::open_ledger(folder / "ledger.db");
    std::vector<std::string> used;
    callers::Credentials keys{verifiers(), {}, clock, {"10.0.0.7"}};

    std::vector<std::unique_ptr<callers::Verifier>> verifiers() {
        std::vector<std::unique_ptr<callers::Verifier>> all;
        all.push_back(std::make_unique<callers::Keys>(
            storage::Reader::open(folder / "ledger.db").value(), clock,
            [this](const std::string& id, policy::Time) { used.push_back(id); }));
        return all;
    }

    /// A key that another process makes; its text.
    std::string give(const std::string& person, bool may_request = true, policy::Duration life = 1h) const {
        const auto made = callers::make_api_key();
        const storage::CallerKey key{.id = made.id,
                                     .hash = callers::hash_of_api_key(made.text),
                                     .person = person,
                                     .label = "",
                                     .may_request = may_request,
                                     .created = clock.now(),
                                     .until = clock.now() + life};
        REQUIRE(
            ledger->add_caller_key(key, fakes::entry("caller_key_created"), fakes::no_tokens()).has_value());
        return made.text;
    }
    void revoke(const std::string& text) const {
        const auto before =
            ledger->revoke_caller_key(callers::id_of_api_key(text).value(), clock.now(),
                                      [](const auto&) { return fakes::entry("caller_key_revoked"); });
        REQUIRE(before.has_value());
        REQUIRE(before->has_value());
    }
    transport::Admission arrive(const Headers& headers, std::string_view remote = "127.0.0.1",
                                std::string_view method = "POST") {
        return keys.admit(
            {.method = method, .path = "/mcp", .headers = headers, .remote = remote, .account = {}});
    }
    transport::Admission show(const std::string& text, std::string_view remote = "127.0.0.1") {
        return arrive({{"authorization", "Bearer " + text}}, remote);
    }
};

const transport::KnownCaller& caller(const transport::Admission& admission) {
    REQUIRE(std::holds_alternative<transport::KnownCaller>(admission));
    return std::get<transport::KnownCaller>(admission);
}

const transport::guard::Rejection& refusal(const transport::Admission& admission) {
    REQUIRE(std::holds_alternative<transport::guard::Rejection>(admission));
    return std::get<transport::guard::Rejection>(admission);
}

std::string header(const transport::guard::Rejection& refused, std::string_view name) {
    for (const auto& [other, value] : refused.headers)
        if (other == name) return value;
    return {};
}

}  // namespace

TEST_CASE("a key says who calls, for whom, and what it may ask for") {
    Place place;
    const auto ada = place.give("ada");
    const auto bob = place.give("bob", false);
    const auto first = caller(place.show(ada));
    CHECK(first.principal == "key:" + callers::id_of_api_key(ada).value());
    CHECK(first.person == "ada");
    CHECK(first.may_request);
    CHECK(first.default_assurance == policy::Assurance::signed_in);
    const auto second = caller(place.show(bob));
    CHECK(second.person == "bob");
    CHECK_FALSE(second.may_request);
    CHECK(second.principal != first.principal);
}

TEST_CASE("credentials are read from one Authorization header, in any case of its scheme") {
    Place place;
    const auto key = place.give("ada");
    for (const auto* scheme : {"Bearer ", "bearer ", "BEARER   ", "Bearer \t"})
        CHECK(caller(place.arrive({{"authorization", scheme + key}})).person == "ada");
    struct Row {
        Headers headers;
        int status;
        const char* error;
    };
    for (const auto& [headers, status, error] : {
             Row{{}, 401, ""},
             {{{"cookie", "key=" + key}, {"x-api-key", key}}, 401, ""},
             {{{"authorization", "Bearer " + key}, {"authorization", "Bearer " + key}},
              400,
              "invalid_request"},
             {{{"authorization", key}}, 400, "invalid_request"},
             {{{"authorization", "Basic " + key}}, 400, "invalid_request"},
             {{{"authorization", "Bearer "}}, 400, "invalid_request"},
             {{{"authorization", "Bearer " + key + "A"}}, 401, "invalid_token"},
             {{{"authorization", "Bearer " + key + " " + key}}, 401, "invalid_token"},
         }) {
        const auto admission = place.arrive(headers);
        const auto& refused = refusal(admission);
        CHECK(refused.status == status);
        const auto challenge = header(refused, "www-authenticate");
        CHECK(challenge.starts_with("Bearer realm=\"tfy-pat-mcp\""));
        CHECK((challenge.find("error=") == std::string::npos) == std::string(error).empty());
        CHECK(challenge.find(error) != std::string::npos);
        CHECK(challenge.find("resource_metadata") == std::string::npos);  // there is no authorization server
    }
    CHECK(caller(place.arrive({{"origin", "https://app.example.com"}}, "127.0.0.1", "OPTIONS"))
              .principal.empty());
}

TEST_CASE("a key, or a client, that is named by the value of a token is not kept") {
    Place place;
    const std::string value = "q7Kd92mXw4LzR8nTb3JhYc6DsGp1AeU5oXiV";
    const auto key = redaction::FingerprintKeyForTests::make();
    const auto seal = redaction::RedactorForTests::make(key, {redaction::fingerprint(value, "ci", key)});
    const storage::CallerKey plain{.id = "A",
                                   .hash = "h",
                                   .person = "ada",
                                   .label = "cursor",
                                   .created = fakes::noon,
                                   .until = fakes::noon + 1h};
    auto labelled = plain, named = plain;
    labelled.label = "for " + value;
    named.person = value;
    for (const auto& refused : {labelled, named}) {
        const auto made = place.ledger->add_caller_key(refused, fakes::entry("caller_key_created"), seal);
        REQUIRE_FALSE(made.has_value());
        CHECK(made.error().code == Errc::refused);
        CHECK(made.error().message.find("holds the value of an access token") != std::string::npos);
        CHECK(made.error().message.find("No key was made.") != std::string::npos);
    }
    CHECK(place.ledger->add_caller_key(plain, fakes::entry("caller_key_created"), seal).has_value());
    CHECK(place.ledger->caller_keys()->size() == 1);

    storage::OAuthGrants clients(*place.ledger);
    const storage::OAuthClientRow client{.id = "c",
                                         .name = "Own",
                                         .redirect_uris = {"https://own.example/back"},
                                         .created = fakes::noon,
                                         .used = fakes::noon};
    auto misnamed = client, misled = client;
    misnamed.name = value;
    misled.redirect_uris.push_back("https://own.example/" + value);
    for (const auto& refused : {misnamed, misled})
        CHECK(clients.add_client(refused, fakes::entry("client_registered"), seal).error().code ==
              Errc::refused);
    CHECK(clients.add_client(client, fakes::entry("client_registered"), seal).has_value());
    CHECK(clients.clients()->size() == 1);
}

TEST_CASE("whatever is wrong with a key, its caller hears the same") {
    Place place;
    const auto revoked = place.give("ada");
    place.revoke(revoked);
    const auto expired = place.give("ada", true, 1s);
    place.clock.advance(1s);
    auto forged = place.give("ada");  // the right id and checksum cannot be had together with another secret:
    const auto known = callers::id_of_api_key(forged).value();
    auto other = callers::make_api_key();
    REQUIRE(place.ledger
                ->add_caller_key({.id = other.id,
                                  .hash = callers::hash_of_api_key(forged),
                                  .person = "eve",
                                  .created = fakes::noon,
                                  .until = fakes::noon + 24h},
                                 fakes::entry("caller_key_created"), fakes::no_tokens())
                .has_value());  // a row with this id and the hash of another key
    std::set<std::string> said;
    for (const auto& key : {revoked, expired, other.text, callers::make_api_key().text, std::string("tpm_k_"),
                            std::string(500, 'x')}) {
        const auto admission = place.show(key);
        const auto& refused = refusal(admission);
        CHECK(refused.status == 401);
        said.insert(std::string(refused.reply().body->text()) + header(refused, "www-authenticate"));
    }
    CHECK(said.size() == 1);
    CHECK(Json::parse(refusal(place.show(revoked)).reply().body->text())["error"] == "invalid_token");
    CHECK(caller(place.show(forged)).principal == "key:" + known);
}

TEST_CASE("a key that another process revokes, or that ends, holds no longer at the next look") {
    Place place;
    const auto key = place.give("ada");
    const auto held = caller(place.show(key)).held;
    CHECK(held.find(key) == std::string::npos);
    CHECK(place.keys.still_holds(held));
    place.revoke(key);
    CHECK_FALSE(place.keys.still_holds(held));
    CHECK(refusal(place.show(key)).status == 401);
    const auto brief = caller(place.show(place.give("ada", true, 10s))).held;
    CHECK(place.keys.still_holds(brief));
    place.clock.advance(10s);
    CHECK_FALSE(place.keys.still_holds(brief));
}

TEST_CASE("the eleventh bad key of an address within a minute gets 429; good keys are still taken") {
    Place place;
    const auto good = place.give("ada");
    const auto bad = callers::make_api_key().text;
    for (int time = 0; time < 10; ++time) CHECK(refusal(place.show(bad)).status == 401);
    const auto admission = place.show(bad);
    const auto& refused = refusal(admission);
    CHECK(refused.status == 429);
    CHECK(header(refused, "retry-after") == "60");
    CHECK(caller(place.show(good)).person == "ada");
    CHECK(refusal(place.show(bad, "127.0.0.2")).status == 401);
    const auto through = [&](const std::string& from) {
        return refusal(
                   place.arrive({{"authorization", "Bearer " + bad}, {"x-forwarded-for", from}}, "10.0.0.7"))
            .status;
    };
    for (int time = 0; time < 10; ++time)
        CHECK(through("203.0.113.9, 198.51.100." + std::to_string(time)) == 401);
    for (int time = 0; time < 10; ++time) CHECK(through(std::to_string(time) + ".0.0.1, 203.0.113.9") == 401);
    CHECK(through("203.0.113.9") == 429);
    place.clock.advance(1min);
    CHECK(refusal(place.show(bad)).status == 401);
}

TEST_CASE("the first use of a key on a day is told, once") {
    Place place;
    const auto key = place.give("ada", true, 72h);
    const auto id = callers::id_of_api_key(key).value();
    place.show(key);
    place.show(key);
    CHECK(place.used == std::vector{id});
    place.clock.advance(24h);
    place.show(key);
    CHECK(place.used == std::vector{id, id});
}

TEST_CASE("where the database cannot be read, no one is let in, and what runs goes on") {
    Place place;
    const auto held = caller(place.show(place.give("ada"))).held;
    const auto other = place.give("ada");
    std::filesystem::rename(place.folder / "ledger.db", place.folder / "gone.db");
    const auto admission = place.show(other);
    CHECK(refusal(admission).status == 503);
    CHECK(header(refusal(admission), "retry-after") == "1");
    CHECK(place.keys.still_holds(held));
}

}  // namespace tfy::callers_keys_test
