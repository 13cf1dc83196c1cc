// The outside issuer whose access tokens callers show, as options name it.
#pragma once

#include "server/config/settings.hpp"

namespace tfy::config {

/// Errc::refused, with a sentence, if --callers and --issuer do not go together, or --public-url does not go
/// with them.
Result<void> may_take_tokens(const Settings& settings);

}  // namespace tfy::config
