// The identity provider at which people sign in, as options name it.
#pragma once

#include "server/config/settings.hpp"

namespace tfy::config {

/// Puts it into `all.settings`, if any of these options was given; or what is written wrongly into
/// `all.wrong`.
void read_provider(const Options::Oidc& options, ReadSettings& all);

/// Errc::refused, with a sentence, if one of the needed options is missing, or --public-url does not go with
/// them.
Result<void> may_sign_in_there(const Settings& settings);

}  // namespace tfy::config
