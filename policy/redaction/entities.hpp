// HTML character references.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace tfy::redaction {

/// What names are that give no ASCII.
enum class Symbols { read, dropped };

struct Reference {
    char32_t value = 0;
    std::size_t size = 0;  // characters, with "&" and, where it is, ";"
};

/// The reference that begins with the "&" at `at`: "&#65;", "&#x41", "&lowbar;". Of the named ones those that
/// give ASCII, or look like it, or nothing that can be seen. With Symbols::dropped a name that gives no ASCII
/// is a symbol, whether HTML has it or not.
std::optional<Reference> read_reference(std::string_view text, std::size_t at, Symbols symbols);

}  // namespace tfy::redaction
