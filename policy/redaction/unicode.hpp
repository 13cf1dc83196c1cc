// UTF-8 as code points, and code points as the plain characters that they stand for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tfy::redaction {

struct CodePoint {
    char32_t value = 0;
    std::size_t size = 0;  // bytes in the text; 0: no valid UTF-8 begins here
};

/// The code point at `at`, which is inside of `text`.
CodePoint read_code_point(std::string_view text, std::size_t at);

void append_utf8(std::string& text, char32_t value);

/// Byte offset of the first thing that is no UTF-8, or text.size().
std::size_t valid_utf8_prefix(std::string_view text);

/// The text with U+FFFD for each byte that is no UTF-8.
std::string repaired_utf8(std::string_view text);

/// How a reader or a program might take the character: nothing for what is invisible, sits on another one or
/// is a picture; a blank or a line break for white space; ASCII for what looks like it or where compatibility
/// normalisation (NFKC) ends there; else the character itself.
std::string plain_form(char32_t value);

/// The other reading: beyond ASCII, symbols, pictures and blanks are nothing, also where they look like
/// letters; letters with marks are themselves.
std::string bare_form(char32_t value);

}  // namespace tfy::redaction
