#include "server/cli/wrapped.hpp"

#include <algorithm>

namespace tfy::cli {
namespace {

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t column) {
    constexpr std::size_t longest = 80;
    std::string out;
    bool first = true;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        if (!first && column + 1 + width_of(word) > longest) {
            out += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (!first) {
            out += ' ';
            ++column;
        }
        out += word;
        column += width_of(word);
        first = false;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace tfy::cli
