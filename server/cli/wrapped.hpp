// Text for a terminal of 80 columns.
#pragma once

#include <string>
#include <string_view>

namespace tfy::cli {

/// Broken between words so that no line is longer than 80 characters, unless a single word or a command of
/// this program (tools::own_command) is; each line but
/// the first is indented by `indent`. `column`: how far the first line is full already.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t column);
inline std::string wrapped(std::string_view text, std::size_t indent) {
    return wrapped(text, indent, indent);
}

}  // namespace tfy::cli
