#include "server/setup/toml_text.hpp"

#include <toml++/toml.h>

#include <algorithm>

#include "server/setup/text_lines.hpp"

namespace tfy::setup {
namespace {

using Edits = std::vector<TextEdit>;

Result<toml::table> read_toml(std::string_view text) {
    try {
        return toml::parse(text);
    } catch (const toml::parse_error& wrong) {
        return Error{Errc::refused,
                     "is not TOML: line " + std::to_string(wrong.source().begin.line) + " cannot be read"};
    }
}

/// JSON's strings and lists of strings are TOML, too; an object becomes an inline table.
std::string toml_value(const nlohmann::ordered_json& value) {
    if (!value.is_object()) return value.dump();
    std::string text;
    for (const auto& [key, each] : value.items())
        text += (text.empty() ? " " : ", ") + key + " = " + toml_value(each);
    return "{" + text + " }";
}

class TomlText final : public ConfigText {
public:
    explicit TomlText(std::string section) : section_(std::move(section)) {}

    std::string write(const nlohmann::ordered_json& entry, std::string_view) const override {
        auto text = header();
        for (const auto& [key, value] : entry.items()) text += "\n" + key + " = " + toml_value(value);
        return text;
    }

    Result<std::optional<std::string>> find(std::string_view text) const override {
        const auto table = read_toml(text);
        if (!table) return table.error();
        if (!has_entry(*table)) return std::optional<std::string>{};
        const auto block = block_of(text);
        if (!block) return block.error();
        return std::optional(without_indent(text.substr(block->at, block->erased), ""));
    }

    Result<Edits> add(std::string_view text, const std::string& entry) const override {
        const auto before = read_toml(text);
        if (!before) return before.error();
        const auto line_end = line_end_of(text);
        auto added = indented(entry, "", line_end) + line_end;
        if (!text.empty()) added.insert(0, line_end);
        if (!text.empty() && !text.ends_with('\n')) added.insert(0, line_end);
        Edits edits{{text.size(), 0, added}};
        const auto after = read_toml(edited(text, edits));
        if (after && has_entry(*after)) return edits;
        return Error{Errc::refused, "has its \"" + section_ + "\" in a form that takes no further table"};
    }

    Result<Edits> take_out(std::string_view text) const override {
        auto block = block_of(text);
        if (!block) return block.error();
        const auto end = block->at + block->erased;
        auto edit = *block;
        edit.erased = std::min(text.find('\n', end), text.size() - 1) + 1 - edit.at;
        const auto gap = line_end_of(text) + line_end_of(text);  // `add` left an empty line
        if (text.substr(0, edit.at).ends_with(gap)) {
            edit.at -= gap.size() / 2;
            edit.erased += gap.size() / 2;
        }
        Edits edits{edit};
        const auto after = read_toml(edited(text, edits));
        if (after && !has_entry(*after)) return edits;
        return not_a_block();
    }

private:
    std::string header() const { return "[" + section_ + "." + std::string(entry_name) + "]"; }

    bool has_entry(const toml::table& table) const {
        const auto* servers = table[section_].as_table();
        return servers != nullptr && servers->contains(entry_name);
    }

    Error not_a_block() const {
        return {Errc::refused, "has our entry in another form than " + header() + ": take it out by hand"};
    }

    /// From the header to the last line that says something, subtables included, without that line's end.
    Result<TextEdit> block_of(std::string_view text) const {
        const auto lines = lines_of(text);
        const auto is_ours = [this](const TextLine& line) { return begins_table(line.text, header()); };
        const auto first = std::ranges::find_if(lines, is_ours);
        if (first == lines.end()) return not_a_block();
        auto last = first;
        const auto subtable = header().substr(0, header().size() - 1) + ".";
        for (auto line = first + 1; line != lines.end(); ++line) {
            const auto trimmed = trimmed_line(line->text);
            if (trimmed.starts_with('[') && !trimmed.starts_with(subtable)) break;
            if (!says_nothing(line->text)) last = line;
        }
        return TextEdit{first->begin, last->begin + last->text.size() - first->begin};
    }

    static bool begins_table(std::string_view line, const std::string& header) {
        const auto trimmed = trimmed_line(line);
        return trimmed.starts_with(header) && says_nothing(trimmed.substr(header.size()));
    }

    std::string section_;
};

}  // namespace

std::unique_ptr<ConfigText> toml_text(std::string section) {
    return std::make_unique<TomlText>(std::move(section));
}

}  // namespace tfy::setup
