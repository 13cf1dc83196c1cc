// What of an identity provider's word is taken: of itself, of people, and what a row must be like to count.
#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "policy/base64url.hpp"
#include "protocol/percent_encoded.hpp"
#include "server/oidc/client_header.hpp"
#include "server/oidc/id_token.hpp"
#include "server/oidc/metadata.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::provider_test {
namespace {

using namespace std::chrono_literals;
using fakes::noon;

constexpr auto issuer = "https://idp.example.com";

Json metadata() {
    return {{"issuer", issuer},
            {"authorization_endpoint", "https://login.example.net/authorize?p=x"},
            {"token_endpoint", "https://api.example.net/token"},
            {"jwks_uri", "https://idp.example.com/keys"}};
}

std::string wrong_with(const char* name, const Json& value) {
    auto all = metadata();
    all[name] = value;
    const auto read = oidc::read_metadata(all.dump(), issuer);
    return read ? "" : read.error().message;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct People {
    fakes::TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";
    std::unique_ptr<storage::Ledger> ledger = fakes::open_ledger(file);
    storage::ProviderPair ada{issuer, "u-ada"};

    People() { fakes::enrol(*ledger, {"grace"}); }
    std::string holder(const storage::ProviderPair& pair) const {
        const auto found = ledger->person_of(pair).value();
        return found ? found->name : "";
    }
};

}  // namespace

TEST_CASE("what a provider says of itself is used if it is the one that was named, at https") {
    const auto read = oidc::read_metadata(metadata().dump(), issuer);
    REQUIRE(read.has_value());
    CHECK(read->token_endpoint == "https://api.example.net/token");
    CHECK_FALSE(read->names_issuer);
    CHECK(wrong_with("authorization_response_iss_parameter_supported", true) == "");

    for (const auto& other :
         std::vector<Json>{"https://idp.example.com/", "https://IDP.example.com", 7, nullptr})
        CHECK(holds(wrong_with("issuer", other), "names itself otherwise"));
    for (const auto* name : {"authorization_endpoint", "token_endpoint", "jwks_uri"})
        for (const auto& address :
             std::vector<Json>{"http://idp.example.com/x", "http://127.0.0.1/x",
                               "https://a@idp.example.com/x", "https://idp.example.com/x#y",
                               "https://idp.example.com/ x", "javascript:alert(1)", "//idp.example.com", "",
                               7, "https://", "https://idp.example.com/" + std::string(2100, 'x')}) {
            CAPTURE(address.dump());
            CHECK(holds(wrong_with(name, address), "no https address"));
        }
    CHECK(holds(wrong_with("code_challenge_methods_supported", Json::array({"plain"})), "PKCE"));
    CHECK(holds(wrong_with("response_types_supported", Json::array({"id_token"})), "authorization codes"));
    CHECK(holds(wrong_with("token_endpoint_auth_methods_supported", Json::array({"private_key_jwt"})),
                "client_secret_basic"));
    for (const auto* text :
         {"", "[]", "<html>", "{}", R"({"issuer":"https://idp.example.com","issuer":"x"})"})
        CHECK(oidc::read_metadata(text, issuer).has_error());
}

TEST_CASE("a provider on loopback may be plain http, and leads nowhere else") {
    const std::string local = "http://127.0.0.1:8999";
    CHECK(oidc::check_issuer(local).has_value());
    CHECK(oidc::check_issuer("http://localhost:8999/realms/acme").has_value());
    CHECK(oidc::check_issuer("https://idp.example.com/realms/acme").has_value());
    CHECK(oidc::is_provider_address("http://127.0.0.1:9000/token", local));
    CHECK_FALSE(oidc::is_provider_address("http://10.0.0.7/token", local));
    for (const auto* address :
         {"http://idp.example.com", "ftp://idp.example.com", "idp.example.com", "", "https://",
          "https://idp.example.com?x", "https://idp.example.com#x", "https://u:p@idp.example.com"})
        CHECK(oidc::check_issuer(address).has_error());
    CHECK(oidc::check_issuer("x", "--issuer", "authorization server")
              .error()
              .message.starts_with("--issuer must be the address by which the authorization server names"));
    CHECK(oidc::metadata_address("https://idp.example.com/a/") ==
          "https://idp.example.com/a/.well-known/openid-configuration");
}

TEST_CASE("a client is known by its form-encoded name and secret, and a verifier by its hash") {
    const oidc::ProviderSettings settings{
        .client_id = "a:b c", .client_secret = std::make_shared<const policy::Secret>(std::string("p%ss"))};
    CHECK(oidc::client_header(settings) == "Authorization: Basic YSUzQWIlMjBjOnAlMjVzcw==");
    CHECK(protocol::form_of({{"a", "1 &="}, {"b", ""}}) == "a=1%20%26%3D&b=");
    // RFC 7636, appendix B
    CHECK(policy::sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") ==
          "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

TEST_CASE("how a person signed in there goes into the journal as far as it is short and text") {
    CHECK(oidc::how_in({{"acr", "high"}, {"amr", {"pwd", 7, std::string(65, 'x')}}}) ==
          Json{{"acr", "high"}, {"amr", Json::array({"pwd"})}});
    CHECK(oidc::how_in({{"acr", 7}, {"amr", Json::object()}}) == Json::object());
    CHECK(oidc::how_in({{"amr", std::vector<std::string>(30, "pwd")}}).at("amr").size() == 10);
}

TEST_CASE("whom a provider sends is one person here, who may look until someone confirms them") {
    People here;
    const auto ada = here.ledger->enrol_by_provider("ada", here.ada, noon).value();
    CHECK_FALSE(ada.decides());
    CHECK(ada.came_from_provider());
    CHECK(here.holder(here.ada) == "ada");
    CHECK(here.holder({issuer, "u-eve"}) == "");
    CHECK(here.holder({"https://other.example.com", "u-ada"}) == "");
    CHECK(here.ledger->enrol_by_provider("ada", {issuer, "u-eve"}, noon).error().code == Errc::conflict);
    CHECK(here.ledger->enrol_by_provider("other", here.ada, noon).error().code == Errc::conflict);
    REQUIRE(here.ledger->confirm_person("ada", "grace", noon).has_value());
    CHECK(here.ledger->person_of(here.ada).value()->decides());
    CHECK(here.ledger->connect_provider("grace", here.ada, noon).error().code == Errc::conflict);
    REQUIRE(here.ledger->connect_provider("ada", {issuer, "u-ada-2"}, noon).has_value());
    CHECK(here.holder(here.ada) == "");
    CHECK(here.holder({issuer, "u-ada-2"}) == "ada");
    REQUIRE(here.ledger->suspend_person("ada", "grace", noon).has_value());
    CHECK(here.ledger->person_of({issuer, "u-ada-2"}).value()->suspended.has_value());
    CHECK(here.ledger->connect_provider("ada", here.ada, noon).error().code == Errc::not_found);
    CHECK(here.ledger->people_the_journal_does_not_know().value().empty());
}

TEST_CASE("a pair that is written into the table by hand is no one's, and the check names the person") {
    People here;
    const auto slip =
        "INSERT INTO credentials VALUES ('crd_x', 'grace', 'oidc', '" + here.ada.kept() + "', 0)";
    REQUIRE(fakes::run_sql(here.file, slip.c_str()) == 0);
    CHECK(here.holder(here.ada) == "");
    CHECK(here.ledger->people_the_journal_does_not_know().value() == std::vector<std::string>{"grace"});
    REQUIRE(here.ledger->enrol_by_provider("ada", here.ada, noon).has_value());
    CHECK(here.holder(here.ada) == "ada");
    REQUIRE(fakes::run_sql(here.file, "UPDATE credentials SET person = 'grace' WHERE kind = 'oidc'") == 0);
    CHECK(here.holder(here.ada) == "");
}

TEST_CASE("a sign-in that was begun counts for its time and its purpose, on every server, and keeps no row") {
    People here;
    const auto begun = here.ledger->begin_provider_sign_in("sign in", noon + 10min).value();
    CHECK(begun.nonce != begun.verifier);
    CHECK(begun.verifier.size() >= 43);  // RFC 7636
    CHECK(begun.sealed.find(begun.verifier) == std::string::npos);
    for (int i = 0; i < 2000; ++i)
        REQUIRE(here.ledger->begin_provider_sign_in("sign in", noon + 10min).value().nonce != begun.nonce);
    CHECK(SQLite::Database(here.file).execAndGet("SELECT count(*) FROM passkey_challenges").getInt() == 0);

    const auto other = fakes::open_ledger(here.file);
    const auto again = other->provider_sign_in(begun.sealed, "sign in", noon + 9min).value();
    REQUIRE(again.has_value());
    CHECK(again->nonce == begun.nonce);
    CHECK(again->verifier == begun.verifier);
    CHECK(again->until == begun.until);
    CHECK_FALSE(other->provider_sign_in(begun.sealed, "sign in", noon + 10min).value().has_value());
    CHECK_FALSE(other->provider_sign_in(begun.sealed, "confirm ada", noon).value().has_value());
    for (const auto& made_up : {begun.sealed + "0", begun.sealed.substr(1), std::string("a b c"),
                                std::string("\xff 2026 \xc0"), std::string()})
        CHECK_FALSE(other->provider_sign_in(made_up, "sign in", noon).value().has_value());
}

TEST_CASE("a sign-in is used once, on every server; one account uses a hundred in ten minutes") {
    People here;
    const auto other = fakes::open_ledger(here.file);
    const auto begin = [&] { return here.ledger->begin_provider_sign_in("sign in", noon + 10min).value(); };
    const auto begun = begin();
    REQUIRE(here.ledger->spend_provider_sign_in(begun, here.ada, noon).has_value());
    CHECK(here.ledger->spend_provider_sign_in(begun, here.ada, noon).error().code == Errc::denied);
    CHECK(other->spend_provider_sign_in(begun, {issuer, "u-eve"}, noon).error().code == Errc::denied);
    for (int i = 1; i < 100; ++i)
        REQUIRE(here.ledger->spend_provider_sign_in(begin(), here.ada, noon).has_value());
    CHECK(here.ledger->spend_provider_sign_in(begin(), here.ada, noon).error().code == Errc::rate_limited);
    CHECK(here.ledger->spend_provider_sign_in(begin(), {issuer, "u-eve"}, noon).has_value());
    CHECK(other->spend_provider_sign_in(begun, {issuer, "u-eve"}, noon + 9min).error().code == Errc::denied);
    auto later = begin();
    later.until = noon + 20min;
    CHECK(here.ledger->spend_provider_sign_in(later, here.ada, noon + 10min).has_value());
}

TEST_CASE("who confirms that they are there signed in at the provider after they began to") {
    const oidc::ProviderSettings provider{.issuer = issuer};
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(noon.time_since_epoch()).count();
    struct Row {
        const char* name;
        Json claims;
        bool good;
    };
    const Row rows[] = {
        {"now", {{"auth_time", seconds + 60}}, true},
        {"at once", {{"auth_time", seconds}}, true},
        {"a clock that is behind", {{"auth_time", seconds - 10}}, true},
        {"before that", {{"auth_time", seconds - 11}}, false},
        {"a clock that is ahead", {{"auth_time", seconds + 70}}, true},
        {"in the future", {{"auth_time", seconds + 71}}, false},
        {"not told", {{"iat", seconds}}, false},
        {"text", {{"auth_time", std::to_string(seconds)}}, false},
        {"negative", {{"auth_time", -1}}, false},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto held = oidc::signed_in_since(row.claims, provider, noon, noon + 1min);
        CHECK(held.has_value() == row.good);
        if (!row.good) CHECK(held.error().code == Errc::denied);
    }
}

}  // namespace tfy::provider_test
