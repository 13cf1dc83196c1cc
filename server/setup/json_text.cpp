#include "server/setup/json_text.hpp"

#include <algorithm>

#include "server/setup/json_scan.hpp"

namespace tfy::setup {
namespace {

using Edits = std::vector<TextEdit>;

constexpr std::string_view blank = " \t\r\n";

bool is_blank(std::string_view text) { return text.find_first_not_of(blank) == std::string_view::npos; }

/// All on one line, with something in it.
bool is_compact(std::string_view text, const JsonObject& object) {
    return !object.members.empty() &&
           text.substr(object.open, object.close - object.open).find('\n') == std::string_view::npos;
}

/// The white space that the line of `at` begins with.
std::string indent_of(std::string_view text, std::size_t at) {
    const auto line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is 0
    return std::string(text.substr(line, std::min(text.find_first_not_of(" \t", line), at) - line));
}

/// One level of indentation, as the document has it.
std::string unit_of(std::string_view text, const JsonObject& document) {
    if (document.members.empty() || is_compact(text, document)) return "  ";
    const auto unit = indent_of(text, document.members.front().begin);
    return unit.empty() ? "  " : unit;
}

struct Layout {
    std::string inner, outer, line_end;  // indentation of members, and of the closing brace
};

/// `member` ("name": value) as the object's last one.
Edits add_member(std::string_view text, const JsonObject& object, const std::string& member,
                 const Layout& layout) {
    const auto begin_line = layout.line_end + layout.inner;
    const auto last_line = layout.line_end + layout.outer;
    const auto behind = text.substr(object.content_end, object.close - object.content_end);
    if (object.members.empty() && object.content_end == object.open + 1)
        return {{object.open + 1, behind.size(), begin_line + member + last_line}};
    const auto closing = behind.find('\n') == std::string_view::npos ? last_line : std::string{};
    if (object.members.empty()) return {{object.content_end, 0, begin_line + member + closing}};
    const auto& last = object.members.back();
    const bool ends_with_comma = last.comma != std::string_view::npos;
    const auto rest = text.substr(last.end, object.content_end - last.end);
    if (is_compact(text, object) && rest.find("//") == std::string_view::npos)
        return {{object.content_end, 0, (ends_with_comma ? " " : ", ") + member}};
    const auto added = begin_line + member + (ends_with_comma ? "," : "") + closing;
    if (ends_with_comma) return {{object.content_end, 0, added}};
    return {{last.end, 0, ","}, {object.content_end, 0, added}};
}

Edits take_out_member(std::string_view text, const JsonObject& object, std::size_t index) {
    const auto& member = object.members[index];
    const bool has_comma = member.comma != std::string_view::npos;
    const auto end = has_comma ? member.comma + 1 : member.end;
    if (index + 1 < object.members.size()) {  // the next one takes its place
        const auto next = text.find_first_not_of(blank, end);
        return {{member.begin, next - member.begin, ""}};
    }
    auto begin = member.before;
    const auto behind = text.substr(end, text.find_first_not_of(" \t", end) - end + 1);
    if (member.behind_line_comment && !behind.ends_with('\n') && !behind.ends_with('\r'))
        begin = member.begin;
    if (object.members.size() == 1 && member.before == object.open + 1 &&
        is_blank(text.substr(end, object.close - end)))
        return {{begin, object.close - begin, ""}};
    Edits edits;
    if (index > 0 && !has_comma) edits.push_back({object.members[index - 1].comma, 1, ""});
    edits.push_back({begin, end - begin, ""});
    return edits;
}

std::string_view value_in(std::string_view text, const JsonMember& member) {
    return text.substr(member.value, member.end - member.value);
}

bool has_id(std::string_view text, const JsonMember& item, const nlohmann::ordered_json& id) {
    const auto object = scan_object(text, item.value);
    const auto* const own = object ? object->find("id") : nullptr;
    return own != nullptr && nlohmann::ordered_json::parse(value_in(text, *own), nullptr, false) == id;
}

/// A document, its top key of a name, and the list that it has. Moved, and never copied: the key is in it.
struct NamedList {
    JsonObject document;
    const JsonMember* key = nullptr;  // none: the document has no such key
    JsonObject list = {};
};
Result<NamedList> find_list(std::string_view text, std::string_view name) {
    auto document = scan_document(text);
    if (!document) return document.error();
    if (std::ranges::count(document->members, name, &JsonMember::name) > 1)
        return Error{Errc::refused, "has \"" + std::string(name) + "\" twice"};
    NamedList named{.document = std::move(*document)};
    named.key = named.document.find(name);
    if (named.key == nullptr) return named;
    auto list = scan_list(text, named.key->value);
    if (!list)
        return Error{Errc::refused, "has something other than a list as its \"" + std::string(name) + "\""};
    named.list = std::move(*list);
    return named;
}

Edits add_item(std::string_view text, const NamedList& named, const nlohmann::ordered_json& item) {
    const auto& document = named.document;
    const auto& list = named.list;
    const bool empty = list.members.empty();
    const bool on_one_line = is_compact(text, empty ? document : list);
    if (empty && on_one_line && list.content_end == list.open + 1)
        return {{list.open + 1, list.close - list.open - 1, item.dump()}};
    const auto unit = unit_of(text, document);
    const auto line_end = line_end_of(text);
    const auto outer = indent_of(text, named.key->begin);
    const auto inner =
        empty || is_compact(text, list) ? outer + unit : indent_of(text, list.members.front().begin);
    const auto written = on_one_line ? item.dump() : item.dump(static_cast<int>(unit.size()), unit.front());
    return add_member(text, list, indented(written, inner, line_end), {inner, outer, line_end});
}

Edits add_list(std::string_view text, const JsonObject& document, std::string_view name,
               const nlohmann::ordered_json& item) {
    auto list = nlohmann::ordered_json::array();
    list.push_back(item);
    const auto unit = unit_of(text, document);
    const auto line_end = line_end_of(text);
    const auto written =
        is_compact(text, document)
            ? list.dump()
            : indented(list.dump(static_cast<int>(unit.size()), unit.front()), unit, line_end);
    return add_member(text, document, "\"" + std::string(name) + "\": " + written,
                      {unit, indent_of(text, document.close), line_end});
}

/// The document, and in it the section; both where the entry is looked for and where it is put.
struct Places {
    JsonObject document;
    std::optional<JsonMember> named = {};
    JsonObject section = {};
};

class JsonText final : public ConfigText {
public:
    explicit JsonText(std::string section) : section_(std::move(section)) {}

    std::string write(const nlohmann::ordered_json& entry, std::string_view text) const override {
        const auto places = read(text);
        if (!places) return entry.dump(2);
        const auto& holder =
            places->named && !places->section.members.empty() ? places->section : places->document;
        if (is_compact(text, holder)) return entry.dump();
        const auto unit = unit_of(text, places->document);
        return entry.dump(static_cast<int>(unit.size()), unit.front());
    }

    Result<std::optional<std::string>> find(std::string_view text) const override {
        if (is_blank(text)) return std::optional<std::string>{};
        auto places = read(text);
        if (!places) return places.error();
        const auto* own = places->section.find(entry_name);
        if (own == nullptr) return std::optional<std::string>{};
        return std::optional(
            without_indent(text.substr(own->value, own->end - own->value), indent_of(text, own->begin)));
    }

    Result<Edits> add(std::string_view text, const std::string& entry) const override {
        if (is_blank(text))
            return Edits{
                {0, text.size(), "{\n" + indented(named_section(entry, "  ", false), "", "\n") + "\n}\n"}};
        auto places = read(text);
        if (!places) return places.error();
        const auto unit = unit_of(text, places->document);
        const auto line_end = line_end_of(text);
        if (!places->named) {
            const bool compact = is_compact(text, places->document);
            auto member = named_section(entry, unit, compact);
            if (!compact) member.erase(0, unit.size());
            const Layout layout{unit, indent_of(text, places->document.close), line_end};
            return add_member(text, places->document, indented(member, "", line_end), layout);
        }
        const auto outer = indent_of(text, places->named->begin);
        const auto& section = places->section;
        if (section.members.empty() && section.content_end == section.open + 1 &&
            is_compact(text, places->document))
            return Edits{{section.open + 1, section.close - section.open - 1, named_entry(entry)}};
        const auto inner = section.members.empty() || is_compact(text, section)
                               ? outer + unit
                               : indent_of(text, section.members.front().begin);
        return add_member(text, section, named_entry(indented(entry, inner, line_end)),
                          {inner, outer, line_end});
    }

    Result<Edits> take_out(std::string_view text) const override {
        auto places = read(text);
        if (!places) return places.error();
        const auto& section = places->section;
        const auto* own = section.find(entry_name);
        if (own == nullptr) return Edits{};
        return take_out_member(text, section, static_cast<std::size_t>(own - section.members.data()));
    }

private:
    static std::string named_entry(const std::string& entry) {
        return "\"" + std::string(entry_name) + "\": " + entry;
    }

    std::string named_section(const std::string& entry, const std::string& unit, bool compact) const {
        const auto name = "\"" + section_ + "\": {";
        if (compact) return name + named_entry(entry) + "}";
        return unit + name + "\n" + unit + unit + named_entry(indented(entry, unit + unit, "\n")) + "\n" +
               unit + "}";
    }

    Result<Places> read(std::string_view text) const {
        auto document = scan_document(text);
        if (!document) return document.error();
        Places places{std::move(*document)};
        if (std::ranges::count(places.document.members, section_, &JsonMember::name) > 1)
            return Error{Errc::refused, "has \"" + section_ + "\" twice"};
        if (const auto* named = places.document.find(section_)) places.named = *named;
        if (!places.named) return places;
        auto section = scan_object(text, places.named->value);
        if (!section) return Error{Errc::refused, "has a \"" + section_ + "\" that is not an object"};
        places.section = std::move(*section);
        if (std::ranges::count(places.section.members, entry_name, &JsonMember::name) > 1)
            return Error{Errc::refused, "has \"" + std::string(entry_name) + "\" twice"};
        return places;
    }

    std::string section_;
};

}  // namespace

std::unique_ptr<ConfigText> json_text(std::string section) {
    return std::make_unique<JsonText>(std::move(section));
}

Result<std::string> with_list_item(std::string_view text, std::string_view list,
                                   const nlohmann::ordered_json& item) {
    const auto named = find_list(text, list);
    if (!named) return named.error();
    if (named->key == nullptr) return edited(text, add_list(text, named->document, list, item));
    const auto& id = item.at("id");
    if (std::ranges::any_of(named->list.members, [&](const auto& each) { return has_id(text, each, id); }))
        return std::string(text);
    return edited(text, add_item(text, *named, item));
}

Result<std::string> without_list_item(std::string_view text, std::string_view list,
                                      const nlohmann::ordered_json& item) {
    const auto named = find_list(text, list);
    if (!named) return named.error();
    const auto& items = named->list.members;
    const auto own = std::ranges::find_if(items, [&](const auto& each) {
        return nlohmann::ordered_json::parse(value_in(text, each), nullptr, false, true) == item;
    });
    if (own == items.end()) return std::string(text);
    const auto place = static_cast<std::size_t>(own - items.begin());
    return edited(text, take_out_member(text, named->list, place));
}

}  // namespace tfy::setup
