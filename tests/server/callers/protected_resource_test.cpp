// What is said of this server to clients without an access token, and how a challenge leads them there.
#include "server/callers/protected_resource.hpp"

#include <doctest/doctest.h>

#include "server/transport/bearer.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::callers_protected_resource_test {
namespace {

const callers::ProtectedResource with_server{.origin = "https://tfy.example.com",
                                             .authorization_server = "https://login.example.com/t1"};

std::string challenge_in(const transport::guard::Rejection& refused) {
    for (const auto& [name, value] : refused.headers)
        if (name == "www-authenticate") return value;
    return {};
}

}  // namespace

TEST_CASE("the metadata of a protected resource is the same at both of its addresses") {
    CHECK(with_server.metadata() == Json::parse(R"({
        "resource": "https://tfy.example.com/mcp",
        "authorization_servers": ["https://login.example.com/t1"],
        "scopes_supported": ["tokens:read", "tokens:request"],
        "bearer_methods_supported": ["header"],
        "resource_name": "TrueFoundry access tokens"})"));
    for (const auto* path :
         {"/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/mcp"})
        CHECK(with_server.describes(path));
    for (const auto* path : {"/mcp", "/.well-known/oauth-protected-resource/", "/.well-known/",
                             "/.well-known/oauth-authorization-server"})
        CHECK_FALSE(with_server.describes(path));
    const callers::ProtectedResource alone{.origin = "https://tfy.example.com"};
    CHECK_FALSE(alone.describes("/.well-known/oauth-protected-resource"));
    CHECK(alone.metadata_address().empty());
}

TEST_CASE("a page of any site may read the metadata, and no one may change it") {
    const sealing::Sealer sealer{redaction::FingerprintKeyForTests::make(), {}};
    const auto ask = [&](const char* method) {
        return with_server.reply_to({.method = method, .path = "/.well-known/oauth-protected-resource/mcp"},
                                    sealer);
    };
    const auto read = ask("GET");
    CHECK(read.status == 200);
    CHECK(read.content_type == "application/json");
    CHECK(Json::parse(read.body->text()) == with_server.metadata());
    CHECK(read.headers ==
          transport::Headers{{"access-control-allow-origin", "*"}, {"cache-control", "max-age=300"}});
    CHECK(ask("POST").status == 405);
    CHECK_FALSE(ask("DELETE").body.has_value());
}

TEST_CASE("a challenge leads to the metadata and names all scopes; without a server it names a realm") {
    const transport::bearer::Challenge led{with_server.metadata_address()};
    const std::string to =
        R"(Bearer resource_metadata="https://tfy.example.com/.well-known/oauth-protected-resource/mcp")";
    const std::string scopes = R"(, scope="tokens:read tokens:request")";
    const std::string why = R"(, error_description="The credential is unknown, revoked or expired")";
    CHECK(challenge_in(led.none()) == to + scopes);
    CHECK(challenge_in(led.invalid()) == to + R"(, error="invalid_token")" + why + scopes);
    CHECK(challenge_in(led.malformed()) == to + R"(, error="invalid_request")");
    CHECK(challenge_in(led.only_reads()) == to + R"(, error="insufficient_scope")" + scopes);
    const transport::bearer::Challenge alone;
    const std::string realm = R"(Bearer realm="tfy-pat-mcp")";
    CHECK(challenge_in(alone.none()) == realm);
    CHECK(challenge_in(alone.only_reads()) == realm + R"(, error="insufficient_scope")" + scopes);
    for (const auto& refused : {led.none(), led.invalid(), led.only_reads()})
        CHECK(refused.reason.text().find("keys create") == std::string_view::npos);
    for (const auto& refused : {alone.none(), alone.invalid(), alone.only_reads()})
        CHECK(refused.reason.text().find("keys create") != std::string_view::npos);
}

}  // namespace tfy::callers_protected_resource_test
