#include "server/setup/yaml_text.hpp"

#include <algorithm>

#include "server/setup/text_lines.hpp"

namespace tfy::setup {
namespace {

using Edits = std::vector<TextEdit>;

std::string_view margin_of(std::string_view line) {
    return line.substr(0, std::min(line.find_first_not_of(' '), line.size()));
}

/// "key:" or "key: value" for this key, quoted or not; the value without a comment.
std::optional<std::string_view> value_of_key(std::string_view line, std::string_view key) {
    auto rest = trimmed_line(line);
    const bool quoted = rest.starts_with('"') || rest.starts_with('\'');
    if (quoted) rest.remove_prefix(1);
    if (!rest.starts_with(key)) return std::nullopt;
    rest.remove_prefix(key.size());
    if (quoted && (rest.starts_with('"') || rest.starts_with('\''))) rest.remove_prefix(1);
    if (!rest.starts_with(':')) return std::nullopt;
    const auto value = trimmed_line(rest.substr(1));
    if (value.starts_with('#')) return std::string_view{};
    return trimmed_line(value.substr(0, value.find(" #")));
}

/// At which place a value begins in "key: value", "- value" or "- key: value"; npos if there is none.
std::size_t value_in(std::string_view line) {
    auto at = line.find_first_not_of(' ');
    while (at != line.npos && line.substr(at).starts_with("- ")) at = line.find_first_not_of(' ', at + 2);
    if (at == line.npos) return at;
    const char quote = line[at];
    const auto key_ends = quote == '"' || quote == '\'' ? line.find(quote, at + 1) : at;
    const auto colon = key_ends == line.npos ? line.npos : line.find(':', key_ends);
    if (colon == line.npos || (colon + 1 < line.size() && line[colon + 1] != ' ')) return at;
    return line.find_first_not_of(' ', colon + 1);
}

/// What is behind the quote that ends this text; nullopt if none does on this line.
std::optional<std::string_view> behind_quote(std::string_view text) {
    const char quote = text.front();
    for (std::size_t at = 1; at < text.size(); ++at) {
        if (quote == '"' && text[at] == '\\')
            ++at;
        else if (text[at] == quote && quote == '\'' && text.substr(at + 1).starts_with('\''))
            ++at;
        else if (text[at] == quote)
            return text.substr(at + 1);
    }
    return std::nullopt;
}

/// The same for brackets and braces, with all that is in them.
std::optional<std::string_view> behind_brackets(std::string_view text) {
    std::string open;
    while (!text.empty()) {
        const char c = text.front();
        if (c == '"' || c == '\'') {
            const auto rest = behind_quote(text);
            if (!rest) return rest;
            text = *rest;
            continue;
        }
        if (c == '[' || c == '{') open += c == '[' ? ']' : '}';
        if (c == ']' || c == '}') {
            if (open.empty() || open.back() != c) return std::nullopt;
            open.pop_back();
        }
        text.remove_prefix(1);
        if (open.empty()) return text;
    }
    return std::nullopt;
}

/// Whether a value ends on its line, as far as its quotes and brackets tell, and is no alias of nothing.
bool is_whole(std::string_view value, std::string_view before) {
    if (value.starts_with('*'))
        return before.find("&" + std::string(value.substr(1, value.find_first_of(" #") - 1))) != before.npos;
    std::optional<std::string_view> rest = std::string_view{};
    if (value.starts_with('"') || value.starts_with('\'')) rest = behind_quote(value);
    if (value.starts_with('[') || value.starts_with('{')) rest = behind_brackets(value);
    return rest && says_nothing(*rest);
}

struct YamlPlaces {
    std::optional<TextLine> section = {};
    bool empty_braces = false;  // "extensions: {}"
    std::string inner = "  ";   // indentation of entries
    std::optional<TextEdit> own = {};
    std::size_t end = 0;  // where an entry is put: behind the last line of the section
};

class YamlText final : public ConfigText {
public:
    explicit YamlText(std::string section) : section_(std::move(section)) {}

    std::string write(const nlohmann::ordered_json& entry, std::string_view) const override {
        auto text = std::string(entry_name) + ":";
        for (const auto& [key, value] : entry.items()) text += "\n  " + key + ": " + value.dump();
        return text;
    }

    Result<std::optional<std::string>> find(std::string_view text) const override {
        auto places = read(text);
        if (!places) return places.error();
        if (!places->own) return std::optional<std::string>{};
        return std::optional(
            without_indent(text.substr(places->own->at, places->own->erased), places->inner));
    }

    Result<Edits> add(std::string_view text, const std::string& entry) const override {
        auto places = read(text);
        if (!places) return places.error();
        const auto line_end = line_end_of(text);
        auto added = places->inner + indented(entry, places->inner, line_end) + line_end;
        if (!places->section) {
            const auto gap = text.empty() || text.ends_with('\n') ? "" : line_end;
            return Edits{{text.size(), 0, gap + section_ + ":" + line_end + added}};
        }
        if (places->end > 0 && text[places->end - 1] != '\n') added.insert(0, line_end);
        Edits edits;
        if (places->empty_braces) {
            const auto colon = text.find(':', places->section->begin);
            edits.push_back({colon + 1, text.find('}', colon) - colon, ""});
        }
        edits.push_back({places->end, 0, added});
        return edits;
    }

    Result<Edits> take_out(std::string_view text) const override {
        auto places = read(text);
        if (!places) return places.error();
        if (!places->own) return Edits{};
        auto edit = *places->own;
        const auto end = std::min(text.find('\n', edit.at + edit.erased), text.size() - 1) + 1;
        edit.at -= places->inner.size();
        edit.erased = end - edit.at;
        return Edits{edit};
    }

private:
    Error other_shape(std::string_view text, const TextLine& line) const {
        return {Errc::refused, "is written in a form of YAML that is not changed here: " +
                                   line_of(text, line.begin) + " is no key at the margin"};
    }

    Result<void> check_margin(std::string_view text, const std::vector<TextLine>& lines) const {
        for (const auto& line : lines) {
            const auto c = line.text.empty() ? ' ' : line.text.front();
            const bool list = line.text.starts_with("- ") || line.text == "-";
            if (c == ' ' || says_nothing(line.text) || list || (&line == lines.data() && line.text == "---"))
                continue;
            if (c == '\t' || c == '{' || c == '[' || line.text == "---" ||
                line.text.find(':') == std::string_view::npos)
                return other_shape(text, line);
        }
        return {};
    }

    /// Refuses also what could go on in the next line: what is written here would then be put into it.
    static Result<void> check_values(std::string_view text, const std::vector<TextLine>& lines) {
        std::optional<std::size_t> block;  // the margin of the key whose text goes on below
        for (const auto& line : lines) {
            if (says_nothing(line.text)) continue;
            const auto margin = margin_of(line.text).size();
            if (block && margin > *block) continue;
            block.reset();
            const auto at = value_in(line.text);
            if (at == std::string_view::npos) continue;
            const auto value = line.text.substr(at);
            if (value.starts_with('|') || value.starts_with('>'))
                block = margin;
            else if (!is_whole(value, text.substr(0, line.begin)))
                return Error{Errc::refused, "cannot be read as YAML: " + line_of(text, line.begin) +
                                                " has a value that does not end there"};
        }
        return {};
    }

    Result<YamlPlaces> read(std::string_view text) const {
        const auto lines = lines_of(text);
        if (auto usual = check_margin(text, lines); !usual) return usual.error();
        if (auto whole = check_values(text, lines); !whole) return whole.error();
        YamlPlaces places;
        const auto is_section = [this](const TextLine& line) {
            return margin_of(line.text).empty() && value_of_key(line.text, section_).has_value();
        };
        const auto section = std::ranges::find_if(lines, is_section);
        if (section == lines.end()) return places;
        if (std::any_of(section + 1, lines.end(), is_section))
            return Error{Errc::refused, "has \"" + section_ + "\" twice"};
        places.section = *section;
        places.end = section->next;
        const auto value = *value_of_key(section->text, section_);
        places.empty_braces = value == "{}";
        if (!value.empty() && !places.empty_braces)
            return Error{Errc::refused,
                         "has its \"" + section_ + "\" on one line: write each entry on lines of its own"};
        const auto first = std::find_if(section + 1, lines.end(),
                                        [](const TextLine& line) { return !says_nothing(line.text); });
        if (first != lines.end() && trimmed_line(first->text).starts_with('-'))
            return Error{Errc::refused,
                         "has a list as its \"" + section_ + "\", and entries with names belong there"};
        read_entries({section + 1, lines.end()}, places);
        if (places.own && places.inner.empty()) return other_shape(text, *section);
        return places;
    }

    /// The lines below the section, up to the next key at the margin.
    static void read_entries(const std::vector<TextLine>& lines, YamlPlaces& places) {
        bool first = true, own = false;
        for (const auto& line : lines) {
            if (says_nothing(line.text)) continue;
            const auto margin = margin_of(line.text);
            if (margin.empty()) break;
            if (std::exchange(first, false)) places.inner = margin;
            if (margin.size() <= places.inner.size())
                own = margin.size() == places.inner.size() && value_of_key(line.text, entry_name).has_value();
            places.end = line.next;
            const auto begin = line.begin + margin.size();
            if (own && !places.own) places.own = TextEdit{begin, 0};
            if (own) places.own->erased = line.begin + line.text.size() - places.own->at;
        }
    }

    std::string section_;
};

}  // namespace

std::unique_ptr<ConfigText> yaml_text(std::string section) {
    return std::make_unique<YamlText>(std::move(section));
}

}  // namespace tfy::setup
