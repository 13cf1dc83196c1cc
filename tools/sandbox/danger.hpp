// The requests that no client may ever send, with or without a proxy in between.
#pragma once

#include <string>
#include <string_view>

namespace tfy::sandbox {

/// What this request would have done to a real tenant; empty for one that may be sent. `GET /{name}` creates
/// a token and hands out its value, `/revoke/all` revokes a user's every token.
///
/// Read as the most lenient of routers and proxies might: percent-encoding undone up to three times, capitals
/// as small letters, doubled slashes, slashes at the end, backslashes, dot segments (resolved or not), matrix
/// parameters, spaces and control characters, a scheme and host in front. HEAD counts as GET, which routers
/// serve alike; at /revoke/all every method counts. `GET /{name}/token` does not: it only reads.
std::string danger_of(std::string_view method, std::string_view target);

}  // namespace tfy::sandbox
