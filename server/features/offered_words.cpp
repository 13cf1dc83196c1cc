#include "server/features/offered_words.hpp"

#include <algorithm>
#include <stdexcept>

#include "tools/access_tokens/names.hpp"

namespace tfy::features {
namespace {

constexpr std::string_view every_tool = "tfy_";
constexpr std::string_view part_begins = "{{", part_ends = "}}";

bool is_offered(std::string_view tool, const ToolNames& offered) {
    if (tool.starts_with(every_tool)) return offered.contains(tool);
    return offered.contains(std::string(access_tokens::tool_prefix).append(tool));
}

bool are_met(std::string_view needs, const ToolNames& offered) {
    if (needs.starts_with('!')) return !are_met(needs.substr(1), offered);
    const bool one = needs.find('|') != std::string_view::npos;
    for (;;) {
        const auto end = needs.find(one ? '|' : '+');
        const bool has = is_offered(needs.substr(0, end), offered);
        if (has == one || end == std::string_view::npos) return has;
        needs.remove_prefix(end + 1);
    }
}

/// Where the part ends whose "{{" is before `text`.
std::size_t end_of_part(std::string_view text) {
    std::size_t open = 1;
    for (std::size_t at = 0; at + 1 < text.size(); ++at) {
        const auto two = text.substr(at, part_begins.size());
        if (two == part_ends && --open == 0) return at;
        if (two == part_begins) ++open;
        if (two == part_begins || two == part_ends) ++at;
    }
    throw std::runtime_error("A part of a text has no end.");
}

std::string fitting_line(std::string_view text, const ToolNames& offered) {
    std::string words;
    for (;;) {
        const auto begin = text.find(part_begins);
        words.append(text.substr(0, begin));
        if (begin == std::string_view::npos) return words;
        text.remove_prefix(begin + part_begins.size());
        const auto end = end_of_part(text);
        const auto part = text.substr(0, end);
        const auto colon = std::min(part.find(':'), end);
        if (are_met(part.substr(0, colon), offered))
            words += fitting_line(part.substr(std::min(colon + 1, end)), offered);
        text.remove_prefix(end + part_ends.size());
    }
}

}  // namespace

ToolNames names_of(const std::vector<Json>& definitions) {
    ToolNames names;
    for (const auto& each : definitions) names.insert(each.at("name").get<std::string>());
    return names;
}

bool names_only(std::string_view text, const ToolNames& offered) {
    return tools::stranger_in(text, offered).empty();
}

std::string fitting(std::string_view text, const ToolNames& offered) {
    std::string all;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        const auto words = fitting_line(line, offered);
        const bool is_gone = words.empty() && (!line.empty() || all.ends_with("\n\n"));
        if (!is_gone) all += words + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return all;
}

}  // namespace tfy::features
