// Addresses to which a browser is sent back with a code. One is good only if it was known beforehand, byte
// for byte, so nothing here decodes, resolves or repairs anything.
#pragma once

#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::oauth {

/// Whether a client may name `address` at all: https with a name; http with localhost, 127.0.0.1 or [::1]; or
/// one of `private_schemes` ("cursor"). Errc::refused, and the message says in a few words what is wrong.
Result<void> check_redirect_uri(std::string_view address, const std::vector<std::string>& private_schemes);

/// Whether `asked` is `registered`: the same bytes. Of http on a loopback address the port may be another one
/// (RFC 8252, section 7.3): native clients listen where there is room.
bool redirect_uri_matches(std::string_view registered, std::string_view asked);

/// http on one of the three loopback addresses: any program on the person's computer may be listening there.
bool is_loopback_redirect(std::string_view address);

/// Its host as it is written there, or the scheme of a private one: "claude.ai", "localhost", "cursor:".
std::string_view redirect_host(std::string_view address);

}  // namespace tfy::oauth
