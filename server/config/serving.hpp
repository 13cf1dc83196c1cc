// What `serve` does not start with, whatever else is right.
#pragma once

#include "server/config/config.hpp"

namespace tfy::config {

/// Errc::refused, with a sentence, for an address that others can reach (nothing tells its callers apart, and
/// nothing encrypts what they send) and for a public URL that is plain http off this machine. The doctor asks
/// the same.
Result<void> may_serve(const Address& listen, const std::string& public_url);

}  // namespace tfy::config
