#include "server/oauth/client_document.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "protocol/lower.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/oauth/redirect_uri.hpp"

namespace tfy::oauth {
namespace {

using protocol::text_in;

constexpr std::string_view before_host = "https://";
constexpr std::size_t longest_client_id = 512, most_redirects = 20;
constexpr protocol::ParseLimits document_limits{std::size_t{5} * 1024, 8};
/// What only someone who keeps secrets may have, and only a private key holds (RFC 7518, section 6).
constexpr std::array secrets = {"client_secret", "client_secret_expires_at"};
constexpr std::array private_members = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

Error bad_document(std::string why) { return {Errc::refused, std::move(why)}; }

bool holds_any(const Json& object, std::span<const char* const> names) {
    return std::ranges::any_of(names, [&object](const char* name) { return object.contains(name); });
}

/// Where there is such a list, it has to hold it.
bool may_hold(const Json& document, const char* list, const char* value) {
    const auto found = document.find(list);
    return found == document.end() ||
           (found->is_array() && std::ranges::find(*found, Json(value)) != found->end());
}

bool has_private_key(const Json& document) {
    const auto set = document.find("jwks");
    if (set == document.end()) return false;
    const auto keys = set->is_object() ? set->find("keys") : set->end();
    if (!set->is_object() || keys == set->end() || !keys->is_array()) return true;  // whatever it is
    return std::ranges::any_of(
        *keys, [](const Json& key) { return !key.is_object() || holds_any(key, private_members); });
}

/// We know clients by PKCE alone: whatever else a client wants to show, it has to be content without.
Result<void> check_method(const Json& document) {
    constexpr auto methods = "token_endpoint_auth_methods_supported";
    const auto method = document.find("token_endpoint_auth_method");
    if (method == document.end() || *method == "none") return {};
    if (*method == "private_key_jwt" && document.contains(methods) && may_hold(document, methods, "none"))
        return {};
    return bad_document("it asks to be known by something other than none at the token endpoint");
}

Result<std::vector<std::string>> redirects_of(const Json& document,
                                              const std::vector<std::string>& private_schemes) {
    const auto found = document.find("redirect_uris");
    if (found == document.end() || !found->is_array() || found->empty() || found->size() > most_redirects)
        return bad_document("it does not list 1 to 20 redirect_uris");
    std::vector<std::string> good;
    for (const auto& each : *found) {
        if (!each.is_string()) return bad_document("its redirect_uris are not all text");
        if (auto address = each.get<std::string>(); check_redirect_uri(address, private_schemes))
            good.push_back(std::move(address));
    }
    if (good.empty()) return bad_document("none of its redirect_uris may be used");
    return good;
}

}  // namespace

bool is_document_address(std::string_view client_id) {
    constexpr std::string_view scheme = "https:";
    return std::ranges::equal(client_id.substr(0, scheme.size()), scheme,
                              [](char one, char other) { return (one | 0x20) == (other | 0x20); });
}

std::string_view host_of_document(std::string_view client_id) {
    if (!client_id.starts_with(before_host)) return {};
    client_id.remove_prefix(before_host.size());
    return client_id.substr(0, client_id.find('/'));
}

Result<void> check_document_address(std::string_view client_id, const std::vector<std::string>& hosts) {
    constexpr auto not_usable = "The client's id is not an address at which its document may be fetched: ";
    const auto wrong = [&](std::string_view why) {
        return Error{Errc::refused, not_usable + std::string(why) + "."};
    };
    if (client_id.size() > longest_client_id) return wrong("it is longer than 512 bytes");
    if (const auto good = check_redirect_uri(client_id, {}); !good) return wrong(good.error().message);
    const auto host = host_of_document(client_id);
    if (host.empty()) return wrong("it has to be https");
    if (client_id.find('?') != std::string_view::npos) return wrong("it has a query");
    if (client_id.size() <= before_host.size() + host.size() + 1) return wrong("it has no path");
    const auto name = host.substr(0, host.find(':'));
    if (name.find('.') == std::string_view::npos) return wrong("its host is no name with a dot");
    if (std::ranges::find(hosts, host) != hosts.end()) return {};
    return Error{Errc::refused, "Clients of " + std::string(host) +
                                    " may not ask here: the operator of this server lists the hosts whose "
                                    "clients may, with --oauth-client-host."};
}

bool is_json_type(std::string_view content_type) {
    auto type = protocol::lowered(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ')) type.pop_back();
    return type == "application/json" || (type.starts_with("application/") && type.ends_with("+json"));
}

Result<OAuthClient> read_client_document(std::string_view body, std::string_view client_id,
                                         const std::vector<std::string>& private_schemes) {
    const auto document = protocol::parse(body, document_limits);
    if (!document || !document->is_object()) return bad_document("it is no JSON object");
    if (text_in(*document, "client_id") != client_id)
        return bad_document("its client_id is not its own address");
    if (holds_any(*document, secrets) || has_private_key(*document)) return bad_document("it holds a secret");
    if (const auto known = check_method(*document); !known) return known.error();
    if (!may_hold(*document, "grant_types", "authorization_code") ||
        !may_hold(*document, "response_types", "code"))
        return bad_document("it does not ask for authorization codes");
    OAuthClient client{.id = std::string(client_id),
                       .kind = OAuthClient::Kind::document,
                       .name = text_in(*document, "client_name")};
    if (client.name.empty()) return bad_document("it has no client_name");
    auto redirects = redirects_of(*document, private_schemes);
    if (!redirects) return redirects.error();
    client.redirect_uris = std::move(*redirects);
    return client;
}

}  // namespace tfy::oauth
