// The signature of a webhook, as Standard Webhooks has it: who knows the key can tell that we wrote, what,
// and when. https://www.standardwebhooks.com
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/redaction/redactor.hpp"
#include "policy/secret.hpp"

namespace tfy::notice {

/// "v1," and the base64 of HMAC-SHA-256 over "<id>.<seconds since 1970>.<body>".
std::string sign(const policy::Secret& key, std::string_view id, std::int64_t seconds,
                 const redaction::Redacted& body);

/// What a secret file holds: "whsec_" and base64, or any other text, which is the key as it is, without
/// white space around it. Wipes `text`. Errc::refused, with a clause without a full stop, under 24 bytes of
/// key.
Result<policy::Secret> read_signing_key(std::string text);

}  // namespace tfy::notice
