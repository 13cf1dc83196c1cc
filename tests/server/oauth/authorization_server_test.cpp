// What the authorization server has at which address, and who may register there.
#include "server/oauth/authorization_server.hpp"

#include <doctest/doctest.h>

#include "tests/server/oauth/endpoints.hpp"

namespace tfy::authorization_server_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

CapturedAnswer register_with(Endpoints& house, const Json& metadata) {
    return house.post("/oauth/register", metadata.dump(), "application/json");
}

std::string refused_with(const Json& change) {
    Json metadata = {{"redirect_uris", {"http://localhost/callback"}}};
    metadata.update(change);
    const auto read = oauth::read_registration(metadata, {"cursor"});
    const auto* why = std::get_if<oauth::Refusal>(&read);
    return why == nullptr ? "" : why->error;
}

}  // namespace

TEST_CASE("the metadata says what there is, and registration only where it is on") {
    Endpoints house;
    const auto answer = house.get("/.well-known/oauth-authorization-server");
    CHECK(answer.status() == 200);
    const auto metadata = answer.json();
    CHECK(metadata.at("issuer") == "https://tools.example.com");
    CHECK(metadata.at("authorization_endpoint") == "https://tools.example.com/oauth/authorize");
    CHECK(metadata.at("token_endpoint") == "https://tools.example.com/oauth/token");
    CHECK(metadata.at("code_challenge_methods_supported") == Json({"S256"}));
    CHECK(metadata.at("response_types_supported") == Json({"code"}));
    CHECK(metadata.at("client_id_metadata_document_supported") == true);
    CHECK(metadata.at("authorization_response_iss_parameter_supported") == true);
    CHECK_FALSE(metadata.contains("registration_endpoint"));
    CHECK(oauth::server_metadata("https://tools.example.com", true).at("registration_endpoint") ==
          "https://tools.example.com/oauth/register");
    CHECK(error_of(register_with(house, {{"redirect_uris", {"http://localhost/callback"}}})) ==
          "404 not_found");
}

TEST_CASE("an address takes its own method") {
    Endpoints house(true);
    CHECK(house.post("/.well-known/oauth-authorization-server", "").header("allow") == "GET");
    for (const auto* path : {"/oauth/token", "/oauth/revoke", "/oauth/register"}) {
        CHECK(house.get(path).status() == 405);
        CHECK(house.get(path).header("allow") == "POST");
    }
}

TEST_CASE("a client that registers gets an id of its own, and can fetch tokens by it") {
    Endpoints house(true);
    const auto answer = register_with(house, {{"client_name", "Claude Code"},
                                              {"redirect_uris", {"http://localhost/callback"}},
                                              {"logo_uri", "https://evil.example.com/x"},
                                              {"token_endpoint_auth_method", "none"}});
    CHECK(answer.status() == 201);
    CHECK(answer.header("cache-control") == "no-store");
    const auto client = answer.json();
    CHECK(client.at("client_id_issued_at") == noon.time_since_epoch().count() / 1000);
    CHECK(client.at("token_endpoint_auth_method") == "none");
    CHECK(client.at("client_name") == "Claude Code");
    CHECK_FALSE(client.contains("client_secret"));
    CHECK_FALSE(client.contains("logo_uri"));
    const auto record = house.ledger->journal()->back();
    CHECK(record.kind == "client_registered");
    CHECK(record.body.at("client") == client.at("client_id"));
    const auto id = text(client, "client_id");
    CHECK(house.token(Endpoints::redeeming(house.code(id), id)).status() == 200);
    CHECK(register_with(house, {{"redirect_uris", {"http://localhost/callback"}}}).json().at("client_id") !=
          id);
}

TEST_CASE("metadata that asks for more than a public client has is refused (36)") {
    CHECK(refused_with(Json::object()) == "");
    CHECK(refused_with({{"redirect_uris", {"cursor://x/callback", "https://claude.ai/cb"}}}) == "");
    CHECK(refused_with({{"grant_types", {"authorization_code", "refresh_token"}}}) == "");
    for (const auto& addresses :
         std::vector<Json>{"http://localhost/cb", Json::array(), Json::array({7}),
                           Json::array({"http://evil.example.com/cb"}), Json::array({"javascript:alert(1)"}),
                           Json::array({"https://a.example.com/cb#x"}),
                           std::vector<std::string>(21, "https://a.example.com/"),
                           Json::array({"https://a.example.com/" + std::string(1100, 'x')}), nullptr}) {
        CAPTURE(addresses.dump());
        CHECK(refused_with({{"redirect_uris", addresses}}) == "invalid_redirect_uri");
    }
    for (const auto* method : {"client_secret_basic", "client_secret_post", "private_key_jwt", ""})
        CHECK(refused_with({{"token_endpoint_auth_method", method}}) == "invalid_client_metadata");
    CHECK(refused_with({{"grant_types", {"client_credentials"}}}) == "invalid_client_metadata");
    CHECK(refused_with({{"grant_types", "authorization_code"}}) == "invalid_client_metadata");
    CHECK(refused_with({{"response_types", {"token"}}}) == "invalid_client_metadata");
    CHECK(refused_with({{"client_name", std::string(101, 'x')}}) == "invalid_client_metadata");
    CHECK(refused_with({{"client_name", 7}}) == "invalid_client_metadata");

    Endpoints house(true);
    CHECK(error_of(house.post("/oauth/register", "[]", "application/json")) == "400 invalid_client_metadata");
    CHECK(error_of(house.post("/oauth/register", "{", "application/json")) == "400 invalid_client_metadata");
    CHECK(error_of(house.post("/oauth/register", "{}")) == "400 invalid_client_metadata");
}

TEST_CASE("an address registers 20 clients an hour, and asks for tokens 30 times a minute") {
    Endpoints house(true);
    const Json metadata = {{"redirect_uris", {"http://localhost/callback"}}};
    for (int i = 0; i < 20; ++i) CHECK(register_with(house, metadata).status() == 201);
    const auto refused = register_with(house, metadata);
    CHECK(refused.status() == 429);
    CHECK(refused.header("retry-after") == "3600");
    for (int i = 0; i < 30; ++i) CHECK(house.refresh("x").status() == 400);
    CHECK(house.refresh("x").status() == 429);
    house.clock.advance(1min);
    CHECK(house.refresh("x").status() == 400);
    CHECK(register_with(house, metadata).status() == 429);
    house.clock.advance(1h);
    CHECK(register_with(house, metadata).status() == 201);
}

}  // namespace tfy::authorization_server_test
