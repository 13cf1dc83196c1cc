// Reading JSON that may say anything.
#pragma once

#include <string>

#include "protocol/error.hpp"

namespace tfy::protocol {

/// Empty where `object` is none, or has no such text.
inline std::string text_in(const Json& object, const char* name) {
    if (!object.is_object()) return {};
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace tfy::protocol
