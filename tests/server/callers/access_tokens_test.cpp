// Callers by access tokens: whose they are, and how soon the end of one counts.
#include "server/callers/access_tokens.hpp"

#include <doctest/doctest.h>

#include "server/callers/credentials.hpp"
#include "server/oauth/values.hpp"
#include "server/storage/oauth_grants.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::access_tokens_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

struct Door {
    TempFolder folder;
    ManualClock clock{noon};
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    storage::OAuthGrants grants{*ledger};
    callers::Credentials door = credentials(folder, clock);
    int given = 0;

    Door() { enrol(*ledger, {"ada", "bob"}); }

    static callers::Credentials credentials(const TempFolder& folder, const Clock& clock) {
        std::vector<std::unique_ptr<callers::Verifier>> verifiers;
        verifiers.push_back(std::make_unique<callers::AccessTokens>(
            storage::AccessTokenReader::open(folder / "ledger.db").value(), clock));
        return {std::move(verifiers), {.metadata = "https://tools.example.com/meta"}, clock, {}};
    }
    /// An access token of a new grant, "g1" being the first.
    std::string give(const std::string& person, bool may_request = true) {
        const auto id = std::to_string(++given);
        const auto token = oauth::make_value(oauth::access_prefix);
        grants
            .give({.id = "g" + id,
                   .client_id = "https://client.example.com/c.json",
                   .client_name = "",
                   .person = person,
                   .may_request = may_request,
                   .created = clock.now()},
                  {"code" + id, "http://localhost/cb", "c"}, entry("grant_given"))
            .value();
        grants
            .redeem({{"code" + id, "https://client.example.com/c.json"}, std::nullopt, "c"},
                    {oauth::hash_of_value(token), "refresh" + id}, clock.now())
            .value()
            .value();
        return token;
    }
    static transport::Headers shown(const std::string& token) {
        return {{"authorization", "Bearer " + token}};
    }
    transport::Admission show(const std::string& token) {
        const auto headers = shown(token);
        return door.admit(
            {.method = "POST", .path = "/mcp", .headers = headers, .remote = "127.0.0.1", .account = {}});
    }
    transport::KnownCaller caller(const std::string& token) {
        const auto admitted = show(token);
        const auto* caller = std::get_if<transport::KnownCaller>(&admitted);
        return caller == nullptr ? transport::KnownCaller{} : *caller;
    }
    int status(const std::string& token) {
        const auto admitted = show(token);
        const auto* refused = std::get_if<transport::guard::Rejection>(&admitted);
        return refused == nullptr ? 200 : refused->status;
    }
    void revoke(const std::string& grant) {
        grants.revoke(grant, "", clock.now(), [](const auto&) { return entry("grant_revoked"); })
            .value()
            .value();
    }
};

}  // namespace

TEST_CASE("an access token says for whom its client calls, and what it may ask for") {
    Door house;
    const auto ada = house.caller(house.give("ada"));
    CHECK(ada.principal == "oauth:ada/https://client.example.com/c.json");
    CHECK(ada.person == "ada");
    CHECK(ada.may_request);
    CHECK(ada.default_assurance == policy::Assurance::signed_in);
    const auto bob = house.caller(house.give("bob", false));
    CHECK(bob.principal == "oauth:bob/https://client.example.com/c.json");
    CHECK_FALSE(bob.may_request);
}

TEST_CASE("a token that is over, revoked, or no access token lets no one in") {
    Door house;
    const auto token = house.give("ada");
    CHECK(house.status(token) == 200);
    CHECK(house.status(token + "x") == 401);
    CHECK(house.status("tpm_a_") == 401);
    CHECK(house.status("refresh1") == 401);
    CHECK(house.status("tpm_k_" + token) == 401);
    house.clock.advance(1h);
    CHECK(house.status(token) == 401);
    house.clock.advance(-1h);
    house.revoke("g1");
    CHECK(house.status(token) == 401);
    const auto bobs = house.give("bob");
    house.ledger->suspend_person("bob", "ada", noon).value();
    CHECK(house.status(bobs) == 401);
}

TEST_CASE("what a token let in ends with that token, whatever else its client was given") {
    Door house;
    const auto one = house.give("ada"), other = house.give("ada");
    const auto first = house.caller(one).held, second = house.caller(other).held;
    CHECK(first.find(one) == std::string::npos);
    CHECK(house.door.still_holds(first));
    house.revoke("g1");
    CHECK_FALSE(house.door.still_holds(first));
    CHECK(house.door.still_holds(second));
    house.clock.advance(1h);
    CHECK_FALSE(house.door.still_holds(second));
}

TEST_CASE("while tokens cannot be read no one is let in, and no stream is ended") {
    Door house;
    const auto token = house.give("ada");
    const auto held = house.caller(token).held;
    std::filesystem::rename(house.folder / "ledger.db", house.folder / "gone.db");
    CHECK(house.status(token) == 503);
    CHECK(house.door.still_holds(held));
    std::filesystem::rename(house.folder / "gone.db", house.folder / "ledger.db");
    CHECK(house.status(token) == 200);
}

}  // namespace tfy::access_tokens_test
