// How principals of callers begin, where more than one room has to know it.
#pragma once

#include <string_view>

namespace tfy::policy {

/// Of callers who bring the TrueFoundry key that their calls go with.
inline constexpr std::string_view truefoundry_principals = "tfy:";

}  // namespace tfy::policy
