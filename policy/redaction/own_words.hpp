// Words that our own messages are made of, and which are no one's secret.
#pragma once

#include <string_view>

namespace tfy::redaction {

/// True for a word of the protocol, a name in a tool's definition or a mark's, in either case, and for a
/// piece of one: taken out wherever they stand, they would break every message. No such word has a digit.
bool is_own_word(std::string_view piece);

}  // namespace tfy::redaction
