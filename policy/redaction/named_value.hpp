// Values that hold their own token's name: "tfy_pat_<name>_<secret>", "tfy_va_<name>_<secret>".
#pragma once

#include <cstddef>
#include <string_view>

namespace tfy::redaction {

/// Characters before the secret, with the "_" between them: the prefix and a name of small letters, digits,
/// "-" and "_". 0 if `value` does not begin like this.
std::size_t name_part(std::string_view value);

/// Where the prefix begins if a prefix and a name end right before `secret`; else `secret`.
std::size_t begin_of_named(std::string_view text, std::size_t secret);

}  // namespace tfy::redaction
