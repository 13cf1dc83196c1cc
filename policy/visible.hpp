// Others' text made safe to look at. What is sealed later could not be found any more between marks or behind
// a cut, so each of these takes text that was sealed.
#pragma once

#include <string>
#include <string_view>

#include "policy/redacted.hpp"

namespace tfy::policy {

/// Control, bidi, zero-width and other invisible characters, and letters of a second script inside a word,
/// come out as ⟨U+202E⟩; cut at `limit` characters with "… (N more)". Plain text is unchanged.
std::string shown(const Redacted& text, std::size_t limit = 2000);
/// The same on one line: line ends and tabs become spaces.
std::string shown_line(const Redacted& text, std::size_t limit = 2000);
/// The same, whole, and line ends stay.
std::string shown_lines(const Redacted& text);
/// shown() of a text that others wrote, which is sealed whole first.
inline std::string shown(const Seals& seal, std::string_view text, std::size_t limit = 2000) {
    return shown(seal.seal_text(text), limit);
}
/// Text that one of these made safe to look at, in double quotes that it cannot end: a double quotation mark
/// inside, of any form, is an apostrophe.
std::string between_quotes(std::string_view shown);
/// The same where a sentence ends with it: with the full stop, unless the text ends as a sentence does.
std::string quoted_last(std::string_view shown);
/// True if shown() would change `text` for more than its length.
bool deceptive(std::string_view text);

// For whole texts of ours, on their way to a terminal or a log, in which other people's words have passed
// shown() already, or should have: they leave letters of a second script alone and cut nothing.

/// Each character that cannot be seen (control, bidi, zero-width, broken UTF-8) as ⟨U+202E⟩; line ends stay.
std::string visible(const Redacted& text);
/// The same on one line: line ends are marked, too.
std::string visible_line(const Redacted& text);
/// JSON text with these characters as \u escapes: the same JSON value.
std::string visible_json(const Redacted& json);

}  // namespace tfy::policy
