// The query of GET /oauth/authorize (RFC 6749, RFC 7636, RFC 8707), read strictly.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::oauth {

inline constexpr std::string_view scope_read = "tokens:read", scope_request = "tokens:request";

/// An error as OAuth names it, for the client: never with a value in it.
struct Refusal {
    std::string error;  // "invalid_request"
    std::string words;  // ASCII without quotes and backslashes
};

struct AuthorizationRequest {
    std::string client_id;
    std::string redirect_uri;
    std::string challenge = {};
    bool may_request = true;              // whether it asks for tokens:request beside tokens:read
    std::optional<Refusal> refused = {};  // to be told at redirect_uri, once that is known to be the client's
};

/// Errc::invalid_request where it has the wrong form, so that no one can be told at any address: something
/// twice, badly encoded or far too long, or no client_id or redirect_uri. All else that is wrong is
/// `refused`. `resource`: our own, "https://HOST/mcp".
Result<AuthorizationRequest> read_authorization_request(std::string_view query, std::string_view resource);

/// Whether tokens:request is among them; nullopt if nothing in it is ours. Others are left out: clients ask
/// for "openid" out of habit.
std::optional<bool> asks_to_request(std::string_view scope);
/// "tokens:read tokens:request", or the first alone.
std::string scope_text(bool may_request);

/// Whether `asked` names the resource `ours`: scheme and host in any case, a default port and one slash at
/// the end aside.
bool is_same_resource(std::string_view asked, std::string_view ours);

}  // namespace tfy::oauth
