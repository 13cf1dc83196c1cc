// What may be repeated of text that was typed where an option's name belongs: it may be a secret.
#pragma once

#include <string>
#include <string_view>

namespace tfy::config {

/// Words of small letters with hyphens between them, as options are named; keys and tokens are not.
bool is_like_a_name(std::string_view text);

/// "--hold" if it can be nothing else than an option's name; "(not shown: …)" for all other text.
std::string option_in_words(std::string_view typed);

}  // namespace tfy::config
