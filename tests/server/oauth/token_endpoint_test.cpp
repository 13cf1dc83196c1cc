// What gets tokens for a code or a refresh token, and what does not.
#include <doctest/doctest.h>

#include "policy/redaction/clean_texts.hpp"
#include "protocol/percent_encoded.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/server/oauth/endpoints.hpp"

namespace tfy::token_endpoint_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("a code and its verifier give an access token for an hour and a refresh token, that no one keeps") {
    Endpoints house;
    const auto answer = house.token(Endpoints::redeeming(house.code()));
    CHECK(answer.status() == 200);
    CHECK(answer.content_type() == "application/json");
    CHECK(answer.header("cache-control") == "no-store");
    CHECK(answer.header("pragma") == "no-cache");
    const auto body = answer.json();
    CHECK(body.size() == 5);
    CHECK(body.at("token_type") == "Bearer");
    CHECK(body.at("expires_in") == 3600);
    CHECK(body.at("scope") == "tokens:read tokens:request");
    CHECK(text(body, "access_token").starts_with("tpm_a_"));
    CHECK(text(body, "refresh_token").starts_with("tpm_r_"));

    const auto reads = house.token(Endpoints::redeeming(house.code(Endpoints::document, false)));
    CHECK(reads.json().at("scope") == "tokens:read");
}

TEST_CASE("a code counts once, for a minute, for its client, its address and its verifier (23, 25)") {
    Endpoints house;
    const auto good = Endpoints::redeeming(house.code());
    CHECK(house.token(good).status() == 200);
    CHECK(error_of(house.token(good)) == "400 invalid_grant");
    for (const auto& [name, value] : Fields{{"client_id", "https://evil.example.com/c.json"},
                                            {"redirect_uri", "http://localhost:7777/callback"},
                                            {"redirect_uri", "http://127.0.0.1:7778/callback"},
                                            {"code_verifier", std::string(43, 'x')}}) {
        CAPTURE(name);
        CHECK(error_of(house.token(but(Endpoints::redeeming(house.code()), name, value))) ==
              "400 invalid_grant");
    }
    const auto old = Endpoints::redeeming(house.code());
    house.clock.advance(61s);
    CHECK(error_of(house.token(old)) == "400 invalid_grant");
    const auto anothers = Endpoints::redeeming(house.code());
    CHECK(error_of(house.token(but(anothers, "code", oauth::make_value()))) == "400 invalid_grant");
    CHECK(house.token(but(anothers, "redirect_uri")).status() == 200);
}

TEST_CASE("without a verifier that can be one, a code is not even looked at") {
    Endpoints house;
    const auto good = Endpoints::redeeming(house.code());
    for (const auto& verifier : {std::string{}, std::string(42, 'a'), std::string(129, 'a'),
                                 std::string(42, 'a') + "/", std::string(42, 'a') + " "}) {
        CAPTURE(verifier);
        CHECK(error_of(house.token(but(good, "code_verifier", verifier))) == "400 invalid_request");
    }
    CHECK(house.token(good).status() == 200);
}

TEST_CASE("a request that is not as RFC 6749 has it is told what is wrong, and nothing is used up") {
    Endpoints house;
    const auto good = Endpoints::redeeming(house.code());
    CHECK(error_of(house.token(but(good, "grant_type"))) == "400 invalid_request");
    CHECK(error_of(house.token(but(good, "grant_type", "password"))) == "400 unsupported_grant_type");
    CHECK(error_of(house.token(but(good, "code"))) == "400 invalid_request");
    CHECK(error_of(house.token(but(good, "client_id"))) == "401 invalid_client");
    CHECK(error_of(house.token(but(good, "client_id", "unknown"))) == "401 invalid_client");
    CHECK(error_of(house.token(but(good, "resource", "https://tools.example.com/mcp2"))) ==
          "400 invalid_target");
    auto twice = good;
    twice.emplace_back("code", "x");
    CHECK(error_of(house.token(twice)) == "400 invalid_request");
    CHECK(error_of(house.post("/oauth/token", "{}", "application/json")) == "400 invalid_request");
    CHECK(error_of(house.token(good, {{"authorization", "Bearer tpm_a_x"}})) == "401 invalid_client");
    CHECK(house.token(but(good, "resource", "HTTPS://TOOLS.example.com:443/mcp/")).status() == 200);
}

TEST_CASE("a refresh token gives the same successor for two minutes, and after that ends its grant (27)") {
    Endpoints house;
    const auto first = house.token(Endpoints::redeeming(house.code())).json();
    house.clock.advance(30min);
    const auto next = house.refresh(text(first, "refresh_token"));
    CHECK(next.json().at("expires_in") == 3600);
    CHECK(next.json().at("refresh_token") != first.at("refresh_token"));
    house.clock.advance(119s);
    const auto again = house.refresh(text(first, "refresh_token"));
    CHECK(again.status() == 200);
    CHECK(again.json().at("access_token") == next.json().at("access_token"));
    CHECK(again.json().at("refresh_token") == next.json().at("refresh_token"));
    CHECK(again.json().at("expires_in") == 3600 - 119);
    CHECK(error_of(house.refresh(text(first, "refresh_token"), {}, "https://evil.example.com/c.json")) ==
          "400 invalid_grant");
    house.clock.advance(1s);
    CHECK(error_of(house.refresh(text(first, "refresh_token"))) == "400 invalid_grant");
    CHECK(error_of(house.refresh(text(next.json(), "refresh_token"))) == "400 invalid_grant");
    CHECK(house.ledger->journal()->back().kind == "refresh_reused");
}

TEST_CASE("a refresh asks for what was granted or less") {
    Endpoints house;
    const auto wide = house.token(Endpoints::redeeming(house.code())).json();
    const auto narrow = house.refresh(text(wide, "refresh_token"), {{"scope", "tokens:read"}}).json();
    CHECK(narrow.at("scope") == "tokens:read");
    CHECK(house.refresh(text(narrow, "refresh_token"), {{"scope", "tokens:request offline_access"}})
              .json()
              .at("scope") == "tokens:read tokens:request");
    const auto reads = house.token(Endpoints::redeeming(house.code(Endpoints::document, false))).json();
    CHECK(error_of(house.refresh(text(reads, "refresh_token"), {{"scope", "tokens:request"}})) ==
          "400 invalid_scope");
    CHECK(error_of(house.refresh(text(reads, "refresh_token"), {{"scope", "admin"}})) == "400 invalid_scope");
    CHECK(error_of(house.refresh("")) == "400 invalid_request");
    CHECK(house.refresh(text(reads, "refresh_token")).json().at("scope") == "tokens:read");
}

TEST_CASE("a client with a secret shows it, in the header or the form, and not in both") {
    Endpoints house;
    house.grants
        .add_client({.id = "gate+way",
                     .name = "Gateway",
                     .redirect_uris = {Endpoints::address},
                     .secret_hash = oauth::hash_of_value("s%:cret"),
                     .created = noon,
                     .used = noon},
                    entry("client_registered"), fakes::no_tokens())
        .value();
    const auto asked = [&] { return Endpoints::redeeming(house.code("gate+way"), "gate+way"); };
    const transport::Headers basic = {{"authorization", "Basic Z2F0ZSUyQndheTpzJTI1JTNBY3JldA=="}};
    const transport::Headers wrong = {{"authorization", "Basic Z2F0ZSUyQndheTp3cm9uZw=="}};
    CHECK(house.token(but(asked(), "client_id"), basic).status() == 200);
    CHECK(house.token(asked(), basic).status() == 200);
    CHECK(house.token(but(asked(), "client_secret", "s%:cret")).status() == 200);
    CHECK(error_of(house.token(asked())) == "401 invalid_client");
    CHECK(error_of(house.token(but(asked(), "client_secret", "wrong"))) == "401 invalid_client");
    const auto refused = house.token(asked(), wrong);
    CHECK(error_of(refused) == "401 invalid_client");
    CHECK(refused.header("www-authenticate").starts_with("Basic "));
    CHECK(error_of(house.token(but(asked(), "client_secret", "s%:cret"), basic)) == "400 invalid_request");
    CHECK(error_of(house.token(but(asked(), "client_id", "another"), basic)) == "400 invalid_request");
    for (const auto* header : {"Basic", "Basic ", "Basic !", "Basic bm9jb2xvbg==", "Basic OnNlY3JldA=="})
        CHECK(error_of(house.token(asked(), {{"authorization", header}})) == "401 invalid_client");
}

TEST_CASE("a public client that shows a secret is not who it says") {
    Endpoints house;
    CHECK(error_of(house.token(but(Endpoints::redeeming(house.code()), "client_secret", "x"))) ==
          "401 invalid_client");
}

TEST_CASE("a token that is given back is worth nothing, and who gives back another one's learns nothing") {
    Endpoints house;
    const auto given = house.token(Endpoints::redeeming(house.code())).json();
    const auto back = [&](const std::string& token, const std::string& client = Endpoints::document) {
        return house.post("/oauth/revoke", protocol::form_of({{"token", token}, {"client_id", client}}))
            .status();
    };
    CHECK(back(text(given, "refresh_token"), "https://evil.example.com/c.json") == 200);
    CHECK(back("unknown") == 200);
    const auto next = house.refresh(text(given, "refresh_token")).json();
    CHECK(back(text(next, "refresh_token")) == 200);
    CHECK(error_of(house.refresh(text(next, "refresh_token"))) == "400 invalid_grant");
    CHECK(house.post("/oauth/revoke", "token=x").status() == 401);
    CHECK(house.post("/oauth/revoke", protocol::form_of({{"client_id", Endpoints::document}})).status() ==
          400);
}

}  // namespace tfy::token_endpoint_test
