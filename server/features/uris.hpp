// The uris of what can be read, and of what changes are told about.
#pragma once

#include <string>
#include <string_view>

namespace tfy::features::uris {

inline std::string approval(std::string_view id) { return std::string("tfy://approvals/").append(id); }

}  // namespace tfy::features::uris
