#include "server/callers/issuer_token.hpp"

#include <algorithm>
#include <array>
#include <ranges>
#include <vector>

#include "policy/principals.hpp"
#include "protocol/text_in.hpp"
#include "server/callers/principal_text.hpp"
#include "server/jwt/claims.hpp"
#include "server/jwt/token.hpp"

namespace tfy::callers {
namespace {

constexpr std::size_t longest_client = 255;

/// `scope` has spaces between them; `scp` of some issuers, too, and of others it is a list.
std::vector<std::string> scopes_in(const Json& claims) {
    std::vector<std::string> scopes;
    const auto take = [&](const std::string& text) {
        for (const auto each : std::views::split(text, ' ')) scopes.emplace_back(each.begin(), each.end());
    };
    for (const auto* name : {"scope", "scp"}) {
        const auto found = claims.find(name);
        if (found == claims.end()) continue;
        if (found->is_string()) take(found->get<std::string>());
        if (found->is_array())
            for (const auto& each : *found)
                if (each.is_string()) scopes.push_back(each.get<std::string>());
    }
    return scopes;
}

}  // namespace

std::span<const std::string_view> access_token_types(bool any_type) {
    static constexpr std::array<std::string_view, 3> all = {"at+jwt", "jwt", ""};
    return std::span(all).first(any_type ? all.size() : 1);
}

Result<Bearer> read_bearer(const Json& claims, const std::string& issuer, const std::string& resource,
                           policy::Time now) {
    auto held = jwt::check_claims(claims, issuer, resource, now);
    if (!held) held = jwt::check_claims(claims, issuer, resource + "/", now);
    if (!held) return held.error();
    auto client = protocol::text_in(claims, "client_id");
    const auto named = claims.find("client_id");
    if (named == claims.end() || named->is_null()) client = protocol::text_in(claims, "azp");
    if (client.empty() || client.size() > longest_client)
        return jwt::not_valid("it does not say to which client it was given");
    const auto scopes = scopes_in(claims);
    const auto has = [&](const char* scope) { return std::ranges::find(scopes, scope) != scopes.end(); };
    const bool requests = has("tokens:request");
    return Bearer{.principal = std::string(policy::issuer_principals) +
                               principal_text(protocol::text_in(claims, "sub")) + "/" +
                               principal_text(client),
                  .reads = requests || has("tokens:read"),
                  .requests = requests};
}

}  // namespace tfy::callers
