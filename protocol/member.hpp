// Members of objects that came from outside: read without an exception, refused in one wording.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::protocol {

// A member that may be absent may also be null, which means the same.

/// nullptr if `object` is no object, or has no such member.
const Json* find_member(const Json& object, std::string_view name);

/// Errc::invalid_params: "`where` must be `expected`. …"
Error mistyped(std::string_view where, std::string_view expected);

/// A member that must be there, and a string. `owner` names the object in the error: "params".
Result<std::string> read_string(const Json& object, std::string_view owner, std::string_view name);

/// nullopt if absent.
Result<std::optional<std::string>> read_optional_string(const Json& object, std::string_view owner,
                                                        std::string_view name);

/// A member that may be absent; if not, it must be an object. nullptr if absent.
Result<const Json*> read_optional_object(const Json& object, std::string_view owner, std::string_view name);

/// A member that may be absent; if not, it must be an object of strings. Empty if absent.
Result<std::map<std::string, std::string>> read_optional_strings(const Json& object, std::string_view owner,
                                                                 std::string_view name);

}  // namespace tfy::protocol
