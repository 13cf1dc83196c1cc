#include "server/setup/config_text.hpp"

#include <algorithm>

namespace tfy::setup {

std::string edited(std::string_view text, const std::vector<TextEdit>& edits) {
    std::string result;
    std::size_t done = 0;
    for (const auto& edit : edits) {
        result += text.substr(done, edit.at - done);
        result += edit.inserted;
        done = edit.at + edit.erased;
    }
    result += text.substr(done);
    return result;
}

std::string line_of(std::string_view text, std::size_t at) {
    return "line " + std::to_string(1 + std::ranges::count(text.substr(0, at), '\n'));
}

std::string line_end_of(std::string_view text) {
    const auto first = text.find('\n');
    return first != std::string_view::npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

std::string indented(std::string_view lines, std::string_view indent, std::string_view line_end) {
    std::string text;
    for (const char c : lines) {
        if (c == '\n') {
            text += line_end;
            text += indent;
        } else {
            text += c;
        }
    }
    return text;
}

std::string without_indent(std::string_view text, std::string_view indent) {
    std::string lines;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\r' && text.substr(at + 1, 1) == "\n") continue;
        lines += text[at];
        if (text[at] == '\n' && text.substr(at + 1).starts_with(indent)) at += indent.size();
    }
    return lines;
}

}  // namespace tfy::setup
