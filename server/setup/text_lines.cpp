#include "server/setup/text_lines.hpp"

#include <algorithm>

namespace tfy::setup {

std::vector<TextLine> lines_of(std::string_view text) {
    std::vector<TextLine> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        const auto next = std::min(end + 1, text.size());
        auto line = text.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back({line, at, next});
        at = next;
    }
    return lines;
}

std::string_view trimmed_line(std::string_view line) {
    const auto first = line.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(" \t") - first + 1);
}

bool says_nothing(std::string_view line) {
    const auto text = trimmed_line(line);
    return text.empty() || text.starts_with('#');
}

}  // namespace tfy::setup
