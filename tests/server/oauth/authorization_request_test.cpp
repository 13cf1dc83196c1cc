// How strictly the query of /oauth/authorize is read, and which of its faults a client may be told.
#include "server/oauth/authorization_request.hpp"

#include <doctest/doctest.h>

#include "protocol/percent_encoded.hpp"
#include "server/oauth/form.hpp"

namespace tfy::authorization_request_test {
namespace {

constexpr auto resource = "https://mcp.example.com/mcp";
const std::string challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A good query with these fields in the place of its own; an empty value leaves a field out.
std::string query(const std::vector<std::pair<std::string, std::string>>& others = {}) {
    std::vector<std::pair<std::string, std::string>> all = {{"response_type", "code"},
                                                            {"client_id", "https://claude.ai/oauth/mcp.json"},
                                                            {"redirect_uri", "https://claude.ai/cb"},
                                                            {"state", "s1"},
                                                            {"code_challenge", challenge},
                                                            {"code_challenge_method", "S256"}};
    for (const auto& [name, value] : others) {
        std::erase_if(all, [&name = name](const auto& each) { return each.first == name; });
        all.emplace_back(name, value);
    }
    return protocol::form_of({all.begin(), all.end()});
}

/// The error that the client is told; "form" where the query has the wrong form, "" where it is good.
std::string fault(const std::string& text) {
    const auto read = oauth::read_authorization_request(text, resource);
    if (!read) return read.error().code == Errc::invalid_request ? "form" : "?";
    return read->refused ? read->refused->error : "";
}

std::string fault_with(const std::string& name, const std::string& value) {
    return fault(query({{name, value}}));
}

}  // namespace

TEST_CASE("a good request is read whole") {
    const auto read = oauth::read_authorization_request(
        query({{"state", "a b&c=d%\xc3\xa4+"}, {"scope", "tokens:read"}}), resource);
    REQUIRE(read.has_value());
    CHECK(read->client_id == "https://claude.ai/oauth/mcp.json");
    CHECK(read->redirect_uri == "https://claude.ai/cb");
    CHECK(read->challenge == challenge);
    CHECK_FALSE(read->may_request);
    CHECK_FALSE(read->refused.has_value());
    const auto bare = oauth::read_authorization_request(query({{"state", ""}}), resource);
    REQUIRE(bare.has_value());
    CHECK(bare->may_request);
}

TEST_CASE("what has the wrong form is told to no client") {
    CHECK(fault("") == "form");
    CHECK(fault(query() + "&state=s2") == "form");
    CHECK(fault(query() + "&st%61te=s2") == "form");
    CHECK(fault(query() + "&resource=&resource=") == "form");
    CHECK(fault(query() + "&x=%zz") == "form");
    CHECK(fault(query() + "&x=%4") == "form");
    CHECK(fault(query() + "&x=%00") == "form");
    CHECK(fault(query() + "&x=%0a") == "form");
    CHECK(fault(query() + "&x=%ff") == "form");
    CHECK(fault_with("client_id", "") == "form");
    CHECK(fault_with("redirect_uri", "") == "form");
    CHECK(fault_with("state", std::string(1024, 's')) == "");
    CHECK(fault_with("state", std::string(1025, 's')) == "form");
    CHECK(fault_with("client_id", std::string(513, 'c')) == "form");
    CHECK(fault_with("redirect_uri", std::string(1025, 'r')) == "form");
    CHECK(fault(query() + "&x=" + std::string(8192, 'x')) == "form");
    CHECK(fault(query() + "&prompt=none&x&y=") == "");
    const auto twice = oauth::read_authorization_request(query() + "&state=s3cret", resource);
    CHECK(twice.error().message == "A parameter comes twice.");
}

TEST_CASE("PKCE is asked for with S256 and 43 characters of base64url") {
    CHECK(fault_with("code_challenge", "") == "invalid_request");
    CHECK(fault_with("code_challenge", challenge.substr(1)) == "invalid_request");
    CHECK(fault_with("code_challenge", challenge + "A") == "invalid_request");
    CHECK(fault_with("code_challenge", challenge.substr(1) + "=") == "invalid_request");
    CHECK(fault_with("code_challenge", challenge.substr(1) + "+") == "invalid_request");
    CHECK(fault_with("code_challenge_method", "") == "invalid_request");
    CHECK(fault_with("code_challenge_method", "plain") == "invalid_request");
    CHECK(fault_with("code_challenge_method", "s256") == "invalid_request");
}

TEST_CASE("only code, by the query, is a response") {
    CHECK(fault_with("response_type", "") == "invalid_request");
    CHECK(fault_with("response_type", "token") == "unsupported_response_type");
    CHECK(fault_with("response_type", "code token") == "unsupported_response_type");
    CHECK(fault_with("response_mode", "query") == "");
    CHECK(fault_with("response_mode", "fragment") == "invalid_request");
}

TEST_CASE("the resource is absent, or ours") {
    for (const auto* same : {"https://mcp.example.com/mcp", "HTTPS://MCP.example.COM/mcp",
                             "https://mcp.example.com:443/mcp", "https://mcp.example.com/mcp/"})
        CHECK(fault_with("resource", same) == "");
    for (const auto* other :
         {"https://mcp.example.com", "https://mcp.example.com/", "https://mcp.example.com/MCP",
          "https://mcp.example.com/mcp2", "https://mcp.example.com/mcp//", "https://mcp.example.com:8443/mcp",
          "http://mcp.example.com/mcp", "https://mcp.example.com/mcp?x", "https://evil.example/mcp", "mcp"})
        CHECK(fault_with("resource", other) == "invalid_target");
    CHECK(oauth::is_same_resource("http://localhost:80/mcp", "http://localhost/mcp"));
    CHECK_FALSE(oauth::is_same_resource("http://localhost:443/mcp", "http://localhost/mcp"));
}

TEST_CASE("the scope is ours in part at least; asking for changes contains reading") {
    const auto may = [](const std::string& scope) {
        return oauth::read_authorization_request(query({{"scope", scope}}), resource).value().may_request;
    };
    CHECK(may("tokens:request"));
    CHECK(may("tokens:read tokens:request offline_access"));
    CHECK_FALSE(may("tokens:read offline_access openid"));
    CHECK(fault_with("scope", "openid") == "invalid_scope");
    CHECK(fault_with("scope", "tokens:READ") == "invalid_scope");
    CHECK(fault_with("scope", "offline_access") == "invalid_scope");
}

TEST_CASE("a form is written as it is read") {
    CHECK(protocol::form_of({{"a", "1 &"}, {"b", "\xc3\xa4~"}}) == "a=1%20%26&b=%C3%A4~");
    const auto read = oauth::read_form("a=1+%26&b=%c3%A4~&c=&&d");
    REQUIRE(read.has_value());
    CHECK(*read == oauth::Form{{"a", "1 &"}, {"b", "\xc3\xa4~"}});
}

}  // namespace tfy::authorization_request_test
