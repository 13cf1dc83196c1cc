// Which documents of clients are fetched, what they have to be like, and how often: rows 33 to 35.
#include "server/oauth/client_document.hpp"

#include <doctest/doctest.h>

#include "server/oauth/client_documents.hpp"
#include "tests/fakes/documents.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/run.hpp"

namespace tfy::client_document_test {
namespace {

using namespace std::chrono_literals;
using oauth::OAuthClient;

const auto& id = fakes::claude_id;

Json document() { return fakes::client_document(); }

Result<OAuthClient> read(const Json& all) { return oauth::read_client_document(all.dump(), id, {}); }

/// What is wrong with the document if `name` is this; empty: nothing.
std::string wrong_with(const char* name, const Json& value) {
    auto all = document();
    all[name] = value;
    if (value.is_null()) all.erase(name);
    const auto got = read(all);
    return got ? "" : got.error().message;
}

struct Desk {
    fakes::Documents web;
    fakes::ManualClock clock;
    oauth::ClientDocuments documents{web, clock, oauth::usual_client_hosts, {}};

    Result<OAuthClient> find(const std::string& client = id, const std::string& person = "ada") {
        return fakes::run(documents.find(client, person));
    }
    std::string why(const std::string& client = id, const std::string& person = "ada") {
        const auto got = find(client, person);
        return got ? "" : got.error().message;
    }
};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a good document says who the client is") {
    const auto client = read(document());
    REQUIRE(client.has_value());
    CHECK(client->id == id);
    CHECK(client->kind == OAuthClient::Kind::document);
    CHECK(client->name == "Claude");
    CHECK(client->redirect_uris.size() == 2);
    CHECK_FALSE(client->secret_hash.has_value());
}

TEST_CASE("a document that is not its address's own, keeps a secret or asks for too much is refused") {
    CHECK(wrong_with("client_id", id + "/") == "its client_id is not its own address");
    CHECK(wrong_with("client_id", "https://CLAUDE.ai/oauth/mcp-client.json") ==
          "its client_id is not its own address");
    CHECK(wrong_with("client_id", nullptr) == "its client_id is not its own address");
    CHECK(wrong_with("client_name", nullptr) == "it has no client_name");
    CHECK(wrong_with("client_name", 7) == "it has no client_name");
    CHECK(wrong_with("client_secret", "x") == "it holds a secret");
    CHECK(wrong_with("client_secret_expires_at", 0) == "it holds a secret");
    CHECK(wrong_with("jwks", {{"keys", {{{"kty", "EC"}, {"x", "a"}, {"y", "b"}}}}}) == "");
    CHECK(wrong_with("jwks", {{"keys", {{{"kty", "EC"}, {"x", "a"}, {"d", "b"}}}}}) == "it holds a secret");
    CHECK(wrong_with("jwks", {{"keys", {{{"kty", "oct"}, {"k", "a"}}}}}) == "it holds a secret");
    CHECK(wrong_with("jwks", {{"keys", "x"}}) == "it holds a secret");
    CHECK(wrong_with("grant_types", {"client_credentials"}) == "it does not ask for authorization codes");
    CHECK(wrong_with("response_types", {"token"}) == "it does not ask for authorization codes");
    for (const auto* method :
         {"client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", ""})
        CHECK(holds(wrong_with("token_endpoint_auth_method", method), "something other than none"));
    auto both = document();
    both["token_endpoint_auth_method"] = "private_key_jwt";
    both["token_endpoint_auth_methods_supported"] = {"private_key_jwt", "none"};
    CHECK(read(both).has_value());
    both["token_endpoint_auth_methods_supported"] = {"private_key_jwt"};
    CHECK_FALSE(read(both).has_value());
    for (const auto* text : {"", "[]", "{\"client_id\":1,\"client_id\":2}", "<html>", "null"})
        CHECK(oauth::read_client_document(text, id, {}).error().message == "it is no JSON object");
    CHECK(wrong_with("logo_uri", std::string(6000, 'x')) == "it is no JSON object");
}

TEST_CASE("a document lists 1 to 20 redirect addresses, and those that may not be are left out") {
    CHECK(wrong_with("redirect_uris", nullptr) == "it does not list 1 to 20 redirect_uris");
    CHECK(wrong_with("redirect_uris", Json::array()) == "it does not list 1 to 20 redirect_uris");
    CHECK(wrong_with("redirect_uris", Json(21, "https://claude.ai/cb")) ==
          "it does not list 1 to 20 redirect_uris");
    CHECK(wrong_with("redirect_uris", Json(20, "https://claude.ai/cb")) == "");
    CHECK(wrong_with("redirect_uris", {7}) == "its redirect_uris are not all text");
    CHECK(wrong_with("redirect_uris", {"http://claude.ai/cb", "cursor://a/b"}) ==
          "none of its redirect_uris may be used");
    auto all = document();
    all["redirect_uris"] = {"javascript:alert(1)", "cursor://a/b", "https://claude.ai/cb"};
    CHECK(read(all).value().redirect_uris == std::vector<std::string>{"https://claude.ai/cb"});
    CHECK(oauth::read_client_document(all.dump(), id, {"cursor"}).value().redirect_uris.size() == 2);
}

TEST_CASE("nothing is fetched for an id that is no address of a listed host's document") {
    Desk desk;
    for (const auto* address : {"https://claude.ai",
                                "https://claude.ai/",
                                "http://claude.ai/c.json",
                                "HTTPS://claude.ai/c.json",
                                "https://Claude.ai/c.json",
                                "https://claude.ai:22/c.json",
                                "https://claude.ai:443/c.json",
                                "https://claude.ai:8443/c.json",
                                "https://user@claude.ai/c.json",
                                "https://claude.ai@evil.example/c.json",
                                "https://claude.ai/c.json#x",
                                "https://claude.ai/c.json?x",
                                "https://claude.ai/../c.json",
                                "https://claude.ai/%2e%2e/c.json",
                                "https://claude.ai//c.json",
                                "https://claude.ai.evil.example/c.json",
                                "https://evil.example/c.json",
                                "https://sub.claude.ai/c.json",
                                "https://claude.ai./c.json",
                                "https://127.0.0.1/c.json",
                                "https://127.1/c.json",
                                "https://0x7f000001/c.json",
                                "https://2130706433/c.json",
                                "https://017700000001/c.json",
                                "https://[::1]/c.json",
                                "https://[::ffff:169.254.169.254]/c.json",
                                "https://169.254.169.254/c.json",
                                "https://localhost/c.json",
                                "https://intranet/c.json",
                                "https:claude.ai",
                                "https://claude.ai\\@evil.example/c.json",
                                "https://claude.ai/c.json\n",
                                ""}) {
        CAPTURE(address);
        CHECK_FALSE(desk.find(address).has_value());
    }
    CHECK_FALSE(desk.find(id + std::string(512, 'x')).has_value());
    CHECK(desk.web.fetches == 0);
    CHECK(holds(desk.why("https://evil.example/c.json"), "--oauth-client-host"));
    CHECK(oauth::check_document_address("https://a.example:8443/c", {"a.example:8443"}).has_value());
    CHECK_FALSE(oauth::check_document_address("https://a.example/c", {"a.example:8443"}).has_value());
    CHECK_FALSE(oauth::check_document_address("https://intranet/c", {"intranet"}).has_value());
    CHECK(oauth::is_document_address("HTTPS:x"));
    CHECK_FALSE(oauth::is_document_address("cl_7f3"));
}

TEST_CASE("a good document is kept for its time, an hour by default, five minutes to a day else") {
    struct Row {
        std::optional<std::chrono::seconds> says;
        std::chrono::seconds kept;
    };
    for (const auto& [says, kept] :
         {Row{{}, 1h}, Row{0s, 5min}, Row{299s, 5min}, Row{2h, 2h}, Row{999h, 24h}}) {
        Desk desk;
        desk.web.answer->max_age = says;
        REQUIRE(desk.find().has_value());
        CHECK(desk.web.asked == id);
        desk.clock.advance(kept - 1s);
        REQUIRE(desk.find().has_value());
        CHECK(desk.web.fetches == 1);
        desk.clock.advance(1s);
        REQUIRE(desk.find().has_value());
        CHECK(desk.web.fetches == 2);
    }
}

TEST_CASE("what is no good is not kept: the next one that is good counts at once") {
    Desk desk;
    const auto good = desk.web.answer;
    desk.web.answer = Error{Errc::upstream, "its name was not found"};
    CHECK(desk.why() ==
          "The document by which clients of claude.ai describe themselves cannot be used: its name was not "
          "found.");
    desk.web.answer = http_client::Document{404, "application/json", {}, document().dump()};
    CHECK(holds(desk.why(), "its server answered 404."));
    desk.web.answer = http_client::Document{302, "application/json", {}, document().dump()};
    CHECK(holds(desk.why(), "its server answered 302."));
    desk.web.answer = http_client::Document{200, "text/html", {}, document().dump()};
    CHECK(holds(desk.why(), "it is no JSON."));
    desk.web.answer = http_client::Document{200, "application/json", {}, "{}"};
    CHECK(holds(desk.why(), "its client_id is not its own address."));
    desk.web.answer = good;
    desk.web.answer->content_type = "Application/oauth-client+JSON; charset=utf-8";
    CHECK(desk.find().has_value());
    CHECK(desk.web.fetches == 6);
}

TEST_CASE("a person has ten fetches a minute, and all people sixty") {
    Desk desk;
    desk.web.answer = Error{Errc::upstream, "its name was not found"};
    for (int i = 0; i < 10; ++i) std::ignore = desk.find();
    CHECK(desk.find().error().code == Errc::rate_limited);
    CHECK(desk.web.fetches == 10);
    for (int i = 0; i < 100; ++i) std::ignore = desk.find(id, "person" + std::to_string(i));
    CHECK(desk.web.fetches == 60);
    desk.clock.advance(59s);
    CHECK(desk.find(id, "grace").error().code == Errc::rate_limited);
    desk.clock.advance(1s);
    CHECK(desk.find().error().code == Errc::upstream);
    CHECK(desk.web.fetches == 61);
}

}  // namespace tfy::client_document_test
