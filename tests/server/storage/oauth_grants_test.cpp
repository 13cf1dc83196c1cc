// What people granted to clients: codes and refresh tokens count once, and a grant ends with all that hangs
// on it.
#include "server/storage/oauth_grants.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "tests/fakes/people.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::oauth_grants_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using storage::OAuthClientRow;
using storage::OAuthGrant;
using storage::OAuthGrants;

namespace {

const std::string document = "https://client.example.com/oauth.json";
const std::string address = "http://127.0.0.1:7777/callback";

std::function<std::string(const OAuthGrants::Given&)> sealed_as(const std::string& text) {
    return [text](const auto&) { return text; };
}

struct Desk {
    TempFolder folder;
    std::unique_ptr<storage::Ledger> ledger = open_ledger(folder / "ledger.db");
    OAuthGrants grants{*ledger};
    std::size_t told = 0;

    explicit Desk(const std::vector<std::string>& people = {"ada", "bob"}) {
        enrol(*ledger, people);
        told = ledger->journal()->size();
    }
    /// A grant with the code "code-ID".
    Result<void> give(const std::string& id, const std::string& client = document, bool may_request = true,
                      const std::string& person = "ada", policy::Time at = noon) {
        return grants.give({.id = id,
                            .client_id = client,
                            .client_name = "Claude",
                            .person = person,
                            .may_request = may_request,
                            .created = at},
                           {"code-" + id, address, "challenge"}, entry("grant_given"));
    }
    std::optional<OAuthGrants::Given> redeem(const OAuthGrants::Redeem& wish, const std::string& next,
                                             policy::Time at = noon + 1s) {
        return grants.redeem(wish, {"a-" + next, "r-" + next}, at).value();
    }
    std::optional<OAuthGrants::Given> refresh(const std::string& token, const std::string& next,
                                              policy::Time at, const std::string& client = document) {
        return grants
            .refresh({{token, client}, {}, sealed_as("sealed " + next)}, {"a-" + next, "r-" + next}, at)
            .value();
    }
    /// Records since the desk was made, or since the last time.
    std::vector<std::string> kinds() {
        std::vector<std::string> kinds;
        const auto records = ledger->journal().value();
        for (; told < records.size(); ++told) kinds.push_back(records[told].kind);
        return kinds;
    }
    bool revoked(const std::string& id) {
        for (const auto& grant : grants.grants().value())
            if (grant.id == id) return grant.revoked.has_value();
        return false;
    }
    int rows(const std::string& table) const {
        SQLite::Database database((folder / "ledger.db").string());
        return database.execAndGet("SELECT count(*) FROM " + table).getInt();
    }
};

OAuthGrants::Redeem shown(const std::string& id, const std::string& client = document) {
    return {{"code-" + id, client}, address, "challenge"};
}

OAuthClientRow client_row(const std::string& id, OAuthClientRow::Kind kind, policy::Time at = noon) {
    return {.id = id,
            .kind = kind,
            .name = "Tool \"7\"",
            .redirect_uris = {"http://localhost/callback", address},
            .created = at,
            .used = at};
}

using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a code gives tokens once, and the second use ends the grant and what was given for the first") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    CHECK(desk.kinds() == Kinds{"grant_given"});
    CHECK_FALSE(desk.grants.grants().value().at(0).holds(noon + 61s));
    const auto grant = desk.redeem(shown("g1"), "1");
    REQUIRE(grant.has_value());
    CHECK(grant->grant.person == "ada");
    CHECK(grant->until == noon + 1s + 1h);
    CHECK(grant->grant.until == noon + 1s + std::chrono::days{30});
    CHECK(desk.rows("oauth_tokens") == 2);

    CHECK_FALSE(desk.redeem(shown("g1"), "2").has_value());
    CHECK(desk.revoked("g1"));
    CHECK(desk.rows("oauth_tokens") == 0);
    CHECK(desk.kinds() == Kinds{"grant_revoked"});
    CHECK_FALSE(desk.refresh("r-1", "3", noon + 2s).has_value());
    CHECK_FALSE(desk.redeem(shown("g1"), "4").has_value());
    CHECK(desk.kinds().empty());
}

TEST_CASE("two servers on one state directory redeem a code once between them") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    const auto other = open_ledger(desk.folder / "ledger.db");
    CHECK(desk.redeem(shown("g1"), "1").has_value());
    CHECK_FALSE(OAuthGrants(*other).redeem(shown("g1"), {"a-2", "r-2"}, noon + 1s)->has_value());
    CHECK(desk.revoked("g1"));
}

TEST_CASE("a code that is too old gives nothing, and the grant is over") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    CHECK_FALSE(desk.redeem(shown("g1"), "1", noon + 60s).has_value());
    CHECK_FALSE(desk.revoked("g1"));
    REQUIRE(desk.give("g2").has_value());
    CHECK(desk.redeem(shown("g2"), "1", noon + 59s).has_value());
}

TEST_CASE("a code that the wrong client shows, or with the wrong address or verifier, is used up") {
    Desk desk;
    auto other_address = shown("g2");
    other_address.redirect_uri = address + "/";
    auto other_verifier = shown("g3");
    other_verifier.challenge = "";
    const std::vector<std::pair<std::string, OAuthGrants::Redeem>> wrong = {
        {"g1", shown("g1", "https://evil.example.com/c.json")},
        {"g2", other_address},
        {"g3", other_verifier}};
    for (const auto& [id, wish] : wrong) {
        CAPTURE(id);
        REQUIRE(desk.give(id).has_value());
        desk.kinds();
        CHECK_FALSE(desk.redeem(wish, id).has_value());
        CHECK(desk.kinds() == Kinds{"grant_revoked"});
        CHECK_FALSE(desk.redeem(shown(id), id + "x").has_value());
    }
    REQUIRE(desk.give("g4").has_value());
    auto without = shown("g4");
    without.redirect_uri = std::nullopt;
    CHECK(desk.redeem(without, "4").has_value());
}

TEST_CASE("a refresh token gives one successor, the same again for two minutes, and then ends its grant") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    const auto first = desk.refresh("r-1", "2", noon + 1h);
    REQUIRE(first.has_value());
    CHECK(first->sealed.empty());
    CHECK(first->grant.until == noon + 1h + std::chrono::days{30});
    const auto again = desk.refresh("r-1", "3", noon + 1h + 119s);
    REQUIRE(again.has_value());
    CHECK(again->sealed == "sealed 2");
    CHECK_FALSE(desk.refresh("r-3", "4", noon + 1h + 119s).has_value());  // was never written
    desk.kinds();
    CHECK_FALSE(desk.refresh("r-1", "5", noon + 1h + 120s).has_value());
    CHECK(desk.kinds() == Kinds{"refresh_reused"});
    CHECK(desk.revoked("g1"));
    CHECK_FALSE(desk.refresh("r-2", "6", noon + 1h + 121s).has_value());
}

TEST_CASE("a refresh token is its own client's, and what another one tries changes nothing") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    CHECK_FALSE(desk.refresh("r-1", "2", noon + 1h, "https://evil.example.com/c.json").has_value());
    CHECK_FALSE(desk.refresh("a-1", "2", noon + 1min).has_value());  // an access token refreshes nothing
    CHECK_FALSE(desk.revoked("g1"));
    CHECK(desk.refresh("r-1", "2", noon + 1h).has_value());
}

TEST_CASE("a scope may be narrower than what was granted, and never wider") {
    Desk desk;
    REQUIRE(desk.give("g1", document, false).has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    const auto wider =
        desk.grants.refresh({{"r-1", document}, true, sealed_as("s")}, {"a-2", "r-2"}, noon + 1min);
    REQUIRE(wider.has_error());
    CHECK(wider.error().code == Errc::invalid_params);
    CHECK(desk.refresh("r-1", "2", noon + 1min)->may_request == false);

    REQUIRE(desk.give("g2").has_value());
    REQUIRE(desk.redeem(shown("g2"), "3").has_value());
    const auto narrower =
        desk.grants.refresh({{"r-3", document}, false, sealed_as("s")}, {"a-4", "r-4"}, noon + 1min);
    CHECK((*narrower)->may_request == false);
    CHECK(desk.refresh("r-4", "5", noon + 2min)->may_request);  // as granted, again
}

TEST_CASE("a grant is over thirty days after its last use, and after ninety days in all") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    REQUIRE(desk.redeem(shown("g1"), "0", noon).has_value());
    const auto day = [](int days) { return noon + std::chrono::days{days}; };
    CHECK(desk.refresh("r-0", "1", day(29)).has_value());
    CHECK(desk.refresh("r-1", "2", day(58)).has_value());
    CHECK(desk.refresh("r-2", "3", day(87))->grant.until == day(90));
    CHECK_FALSE(desk.refresh("r-3", "4", day(90)).has_value());
    REQUIRE(desk.give("g2").has_value());
    REQUIRE(desk.redeem(shown("g2"), "5", noon).has_value());
    CHECK_FALSE(desk.refresh("r-5", "6", day(30)).has_value());
    CHECK(desk.rows("oauth_tokens") == 0);
    CHECK_FALSE(desk.refresh("r-5", "6", day(120)).has_value());
    CHECK(desk.grants.grants()->empty());
}

TEST_CASE("a client gives its tokens back: a refresh token with the grant, an access token alone") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    CHECK(desk.grants.revoke_token({"r-1", "https://evil.example.com/c.json"}, noon).has_value());
    CHECK(desk.grants.revoke_token({"unknown", document}, noon).has_value());
    CHECK(desk.rows("oauth_tokens") == 2);
    CHECK(desk.grants.revoke_token({"a-1", document}, noon).has_value());
    CHECK(desk.rows("oauth_tokens") == 1);
    CHECK_FALSE(desk.revoked("g1"));
    CHECK(desk.grants.revoke_token({"r-1", document}, noon).has_value());
    CHECK(desk.revoked("g1"));
}

TEST_CASE("a person revokes their own grant, and no one else's; once") {
    Desk desk;
    REQUIRE(desk.give("g1").has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    desk.kinds();
    const auto record = [](const OAuthGrant&) { return entry("grant_revoked"); };
    CHECK_FALSE(desk.grants.revoke("g1", "bob", noon, record)->has_value());
    CHECK_FALSE(desk.grants.revoke("g9", "", noon, record)->has_value());
    CHECK_FALSE(desk.grants.revoke("g1", "ada", noon, record)->value().revoked.has_value());
    CHECK(desk.grants.revoke("g1", "ada", noon, record)->value().revoked.has_value());
    CHECK(desk.kinds() == Kinds{"grant_revoked"});
    CHECK(desk.rows("oauth_tokens") == 0);
    CHECK(desk.grants.grants("bob")->empty());
    CHECK(desk.grants.grants("ada")->size() == 1);
}

TEST_CASE("a suspension ends the person's grants, and gives no new ones") {
    Desk desk;
    REQUIRE(desk.give("g1", document, true, "bob").has_value());
    REQUIRE(desk.redeem(shown("g1"), "1").has_value());
    REQUIRE(desk.give("g2", document, true, "bob").has_value());
    REQUIRE(desk.give("g3", document, true, "ada").has_value());
    const auto ended = desk.ledger->suspend_person("bob", "ada", noon + 2s);
    REQUIRE(ended.has_value());
    CHECK(ended->grants == 2);
    CHECK(desk.rows("oauth_tokens") == 0);
    CHECK(desk.rows("oauth_codes") == 1);
    CHECK(desk.revoked("g1"));
    CHECK_FALSE(desk.redeem(shown("g2"), "2").has_value());
    CHECK_FALSE(desk.refresh("r-1", "3", noon + 3s).has_value());
    CHECK(desk.redeem(shown("g3"), "4").has_value());
    CHECK(desk.give("g4", document, true, "bob").error().code == Errc::refused);
}

TEST_CASE("clients that registered themselves go where no one wants them, and those in use stay") {
    Desk desk;
    using Kind = OAuthClientRow::Kind;
    for (const auto* id : {"lonely", "loved"})
        REQUIRE(
            desk.grants
                .add_client(client_row(id, Kind::registered), entry("client_registered"), fakes::no_tokens())
                .has_value());
    REQUIRE(
        desk.grants
            .add_client(client_row("listed", Kind::listed), entry("client_registered"), fakes::no_tokens())
            .has_value());
    CHECK(desk.grants.client("loved").value()->redirect_uris.at(1) == address);
    CHECK_FALSE(desk.grants.client("loved").value()->secret_hash.has_value());
    REQUIRE(desk.give("g1", "loved").has_value());
    const auto later = noon + 24h;
    CHECK(desk.give("g2", "lonely", true, "ada", later).error().code == Errc::not_found);
    REQUIRE(desk.give("g3", "listed", true, "ada", later).has_value());
    CHECK_FALSE(desk.grants.client("lonely")->has_value());
    CHECK(desk.grants.client("loved")->has_value());
    REQUIRE(desk.give("g4", "listed", true, "ada", noon + std::chrono::days{90}).has_value());
    CHECK(desk.grants.clients()->size() == 1);
}

TEST_CASE("a thousand clients without a consent are enough, and those with one are not counted") {
    Desk desk;
    using Kind = OAuthClientRow::Kind;
    REQUIRE(
        desk.grants
            .add_client(client_row("loved", Kind::registered), entry("client_registered"), fakes::no_tokens())
            .has_value());
    REQUIRE(desk.give("g1", "loved").has_value());
    for (int i = 0; i < 1'000; ++i)
        REQUIRE(desk.grants
                    .add_client(client_row("c" + std::to_string(i), Kind::registered),
                                entry("client_registered"), fakes::no_tokens())
                    .has_value());
    CHECK(
        desk.grants
            .add_client(client_row("more", Kind::registered), entry("client_registered"), fakes::no_tokens())
            .error()
            .code == Errc::rate_limited);
    CHECK(desk.grants
              .add_client(client_row("mine", Kind::listed), entry("client_registered"), fakes::no_tokens())
              .has_value());
    CHECK(desk.grants
              .add_client(client_row("next day", Kind::registered, noon + 24h), entry("client_registered"),
                          fakes::no_tokens())
              .has_value());
    CHECK(desk.grants.clients()->size() == 3);
}

TEST_CASE("a client that is removed takes its grants along") {
    Desk desk;
    auto listed = client_row("listed", OAuthClientRow::Kind::listed);
    listed.secret_hash = "hash";
    REQUIRE(desk.grants.add_client(listed, entry("client_registered"), fakes::no_tokens()).has_value());
    CHECK(desk.grants.client("listed").value()->secret_hash == "hash");
    REQUIRE(desk.give("g1", "listed").has_value());
    REQUIRE(desk.give("g2").has_value());
    desk.kinds();
    const auto record = [](const OAuthClientRow&) { return entry("client_removed"); };
    CHECK(desk.grants.remove_client("listed", noon, record)->has_value());
    CHECK_FALSE(desk.grants.remove_client("listed", noon, record)->has_value());
    CHECK(desk.kinds() == Kinds{"client_removed", "grant_revoked"});
    CHECK(desk.revoked("g1"));
    CHECK_FALSE(desk.revoked("g2"));
}

}  // namespace tfy::oauth_grants_test
