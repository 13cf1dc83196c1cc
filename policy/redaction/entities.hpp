// HTML character references.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tfy::redaction {

struct Reference {
    char32_t value = 0;
    std::size_t size = 0;  // characters, with "&" and, where it is, ";"
};

/// The reference that begins with the "&" at `at`: "&#65;", "&#x41", "&lowbar;". Of the named ones those that
/// give ASCII, or nothing that can be seen.
std::optional<Reference> read_reference(std::string_view text, std::size_t at);

}  // namespace tfy::redaction
