// base64url without padding (RFC 4648, section 5), as JWTs, WebAuthn and our own sealed states write bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tfy::policy {

std::string to_base64url(std::string_view bytes);
/// SHA-256 of `text`, so written: PKCE's S256 of a verifier (RFC 7636).
std::string sha256_base64url(std::string_view text);
/// nullopt for padding, other characters, or bits left over.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace tfy::policy
