// A text as lines with their places, for formats in which a block is a run of lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tfy::setup {

struct TextLine {
    std::string_view text;  // without its end
    std::size_t begin = 0;
    std::size_t next = 0;  // where the next one begins
};

std::vector<TextLine> lines_of(std::string_view text);

std::string_view trimmed_line(std::string_view line);

/// Nothing but white space and a comment that begins with #.
bool says_nothing(std::string_view line);

}  // namespace tfy::setup
