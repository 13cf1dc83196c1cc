#include "server/oidc/metadata.hpp"

#include <algorithm>

#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/http_client/url_parts.hpp"

namespace tfy::oidc {
namespace {

using protocol::text_in;

constexpr protocol::ParseLimits metadata_limits{std::size_t{256} * 1024, 8};
constexpr std::size_t longest_address = 2048;

Error unusable(const std::string& why) { return {Errc::upstream, why}; }

/// Where there is such a list.
bool leaves_out(const Json& metadata, const char* list, const char* value) {
    const auto found = metadata.find(list);
    return found != metadata.end() &&
           (!found->is_array() || std::ranges::find(*found, Json(value)) == found->end());
}

}  // namespace

std::string metadata_address(const std::string& issuer) {
    return issuer + (issuer.ends_with('/') ? "" : "/") + ".well-known/openid-configuration";
}

// The path of an issuer comes behind the well-known one.
std::string oauth_metadata_address(const std::string& issuer) {
    const auto path = std::min(issuer.find('/', issuer.find("://") + 3), issuer.size());
    auto behind = issuer.substr(path);
    if (behind == "/") behind.clear();
    return issuer.substr(0, path) + "/.well-known/oauth-authorization-server" + behind;
}

bool is_provider_address(const std::string& address, const std::string& issuer) {
    const bool odd = address.size() > longest_address || std::ranges::any_of(address, [](char c) {
                         return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\' || c == '#';
                     });
    if (odd || !address.starts_with("http")) return false;
    const auto plain = address.substr(0, address.find('?'));  // a query is not looked into
    const auto parts = http_client::UrlParts::read(plain);
    if (!parts || parts->has_more || parts->host.empty()) return false;
    if (parts->scheme == "https") return true;
    const auto own = http_client::UrlParts::read(issuer);
    return parts->scheme == "http" && parts->is_loopback() && own && own->scheme == "http" &&
           own->is_loopback();
}

Result<Metadata> read_metadata(std::string_view text, const std::string& issuer) {
    const auto read = protocol::parse(text, metadata_limits);
    if (!read || !read->is_object()) return unusable("what it says of itself is no JSON object");
    if (text_in(*read, "issuer") != issuer)
        return unusable(
            "it names itself otherwise than --oidc-issuer does; both must be the same, byte for byte");
    Metadata metadata{.authorization_endpoint = text_in(*read, "authorization_endpoint"),
                      .token_endpoint = text_in(*read, "token_endpoint"),
                      .jwks_uri = text_in(*read, "jwks_uri")};
    for (const auto* address :
         {&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri})
        if (!is_provider_address(*address, issuer))
            return unusable("it names no https address for its sign-in, its tokens or its keys");
    if (leaves_out(*read, "response_types_supported", "code"))
        return unusable("it does not give authorization codes");
    if (leaves_out(*read, "code_challenge_methods_supported", "S256"))
        return unusable("it does not take PKCE with S256");
    if (leaves_out(*read, "token_endpoint_auth_methods_supported", "client_secret_basic"))
        return unusable(
            "it does not take a client's secret in the Authorization header (client_secret_basic)");
    metadata.names_issuer =
        read->value("authorization_response_iss_parameter_supported", Json(false)) == true;
    return metadata;
}

Result<std::string> read_keys_address(std::string_view text, const std::string& issuer) {
    const auto read = protocol::parse(text, metadata_limits);
    if (!read || !read->is_object()) return unusable("what it says of itself is no JSON object");
    if (text_in(*read, "issuer") != issuer)
        return unusable("it names itself otherwise than --issuer does; both must be the same, byte for byte");
    auto address = text_in(*read, "jwks_uri");
    if (!is_provider_address(address, issuer)) return unusable("it names no https address for its keys");
    return address;
}

}  // namespace tfy::oidc
