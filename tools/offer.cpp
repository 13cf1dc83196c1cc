#include "tools/offer.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "tools/sentences.hpp"

namespace tfy::tools {
namespace {

/// nullptr: all may be named.
std::unique_ptr<const ToolNames>& named_tools() {
    static std::unique_ptr<const ToolNames> names;
    return names;
}

constexpr std::string_view every_tool = "tfy_";
constexpr std::string_view deletes = "tfy_access_tokens_delete", rotates = "tfy_access_tokens_rotate",
                           lists = "tfy_access_tokens_list";

/// Words of definitions that mean a tool without its name.
struct Meant {
    std::string_view words;
    std::string_view tool;
    std::string_view instead;
};
constexpr std::array<Meant, 5> meant_words{{
    {" List the tokens first to find the ID.", lists, ""},
    {": list the tokens.", lists, "."},
    {" before deleting, or filter", deletes, ", or filter"},
    {" before you delete or rotate it.", deletes, " before you rotate it."},
    {" or rotate it.", rotates, " it."},
}};

void replace_words(std::string& text, std::string_view words, std::string_view with) {
    if (const auto at = text.find(words); at != std::string::npos) text.replace(at, words.size(), with);
}

/// The sentence that holds `words`, with the space before it.
void drop_sentence(std::string& text, std::string_view words) {
    const auto at = text.find(words);
    const auto before = text.rfind(". ", at);
    const auto begin = before == std::string::npos ? 0 : before + 1;
    const auto end = text.find(". ", at);
    text.erase(begin, end == std::string::npos ? end : end + 1 - begin);
    if (text.starts_with(' ')) text.erase(0, 1);
}

}  // namespace

bool Offer::includes(const Json& definition) const {
    if (read_only && !definition.at("annotations").at("readOnlyHint").get<bool>()) return false;
    const auto& name = definition.at("name").get_ref<const std::string&>();
    return !leaves_out(name);
}

bool Offer::leaves_out(std::string_view name) const {
    return !names.empty() && std::ranges::find(names, name) == names.end();
}

void texts_name_only(ToolNames offered) {
    named_tools() = std::make_unique<const ToolNames>(std::move(offered));
}

bool may_be_named(std::string_view tool) {
    const auto& names = named_tools();
    return !names || names->contains(tool);
}

std::string those_offered(std::initializer_list<std::string_view> tools) {
    std::string words;
    for (const auto tool : tools)
        if (may_be_named(tool)) words += (words.empty() ? "" : " or ") + std::string(tool);
    return words;
}

std::string by_tool(std::string_view tool) {
    return may_be_named(tool) ? " with " + std::string(tool) : std::string{};
}

std::string by_tool_or_there(std::string_view tool) {
    return may_be_named(tool) ? by_tool(tool) : " in TrueFoundry";
}

std::string id_not_found() {
    if (may_be_named("tfy_access_tokens_list")) return sentences::not_found;
    return "Token ID not found. The user finds the correct ID in TrueFoundry, under Access → Personal Access "
           "Tokens.";
}

std::string stranger_in(std::string_view text, const ToolNames& offered) {
    const auto in_a_name = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
    for (auto at = text.find(every_tool); at != std::string_view::npos; at = text.find(every_tool, at + 1)) {
        const auto rest = text.substr(at);
        const auto end = std::ranges::find_if_not(rest, in_a_name);
        const auto name = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        if (!offered.contains(name)) return std::string(name);
    }
    return {};
}

std::string fitting_words(std::string text, const ToolNames& offered) {
    if (!offered.contains(deletes) && !offered.contains(rotates))
        replace_words(text, " Use it to check a token before you delete or rotate it.", "");
    for (const auto& each : meant_words)
        if (!offered.contains(each.tool)) replace_words(text, each.words, each.instead);
    for (;;) {
        const auto name = stranger_in(text, offered);
        const auto before = text.size();
        for (const auto* how : {", from ", ", for ", " from the result of ", " from "})
            if (!name.empty()) replace_words(text, how + name, "");
        if (text.size() == before) return text;
    }
}

Json fitting_definition(Json definition, const ToolNames& offered) {
    if (!definition.is_structured()) return definition;
    for (auto& each : definition) each = fitting_definition(std::move(each), offered);
    const auto said = definition.is_object() ? definition.find("description") : definition.end();
    if (said == definition.end() || !said->is_string()) return definition;
    auto words = fitting_words(said->get<std::string>(), offered);
    for (auto name = stranger_in(words, offered); !name.empty(); name = stranger_in(words, offered)) {
        drop_sentence(words, name);
        words = fitting_words(std::move(words), offered);
    }
    if (words.empty())
        definition.erase(said);
    else
        *said = std::move(words);
    return definition;
}

}  // namespace tfy::tools
