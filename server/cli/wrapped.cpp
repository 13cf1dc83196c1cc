#include "server/cli/wrapped.hpp"

#include <algorithm>

#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

/// Characters, not bytes.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The end of the first word; of a command, which is to be copied whole, the end of its sentence.
std::size_t end_of_word(std::string_view text) {
    if (!text.starts_with(tools::own_program() + " ")) return std::min(text.find(' '), text.size());
    bool quoted = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\'') quoted = !quoted;
        const bool mark = text[at] == '.' || text[at] == ',' || text[at] == ';';
        if (mark && !quoted && at + 1 < text.size() && text[at + 1] == ' ') return at + 1;
    }
    return text.size();
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent, std::size_t column) {
    constexpr std::size_t longest = 80;
    std::string out;
    bool first = true;
    while (!text.empty()) {
        const auto end = end_of_word(text);
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
