// Text on its way to a terminal or a log: nothing in it moves the cursor, turns the line round or hides.
#pragma once

#include <string>
#include <string_view>

namespace tfy::policy {

/// Each character that cannot be seen (control, bidi, zero-width, broken UTF-8) as ⟨U+202E⟩; line ends stay.
/// Unlike shown(), it leaves letters of a second script alone and cuts nothing: it is for whole texts of ours
/// in which other people's words have passed shown() already, or should have.
std::string visible(std::string_view text);
/// The same on one line: line ends are marked, too.
std::string visible_line(std::string_view text);
/// JSON text with these characters as \u escapes: the same JSON value.
std::string visible_json(std::string_view json);

}  // namespace tfy::policy
