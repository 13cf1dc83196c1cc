// The few named references that matter here, and the numbered ones.
#include "policy/redaction/entities.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace tfy::redaction {

namespace {

constexpr std::pair<std::string_view, char32_t> named[] = {
    {"Hat", '^'},      {"NewLine", '\n'},     {"Tab", '\t'},
    {"UnderBar", '_'}, {"VerticalLine", '|'}, {"ZeroWidthSpace", 0x200b},
    {"amp", '&'},      {"apos", '\''},        {"ast", '*'},
    {"bsol", '\\'},    {"colon", ':'},        {"comma", ','},
    {"commat", '@'},   {"dollar", '$'},       {"equals", '='},
    {"excl", '!'},     {"grave", '`'},        {"gt", '>'},
    {"hyphen", '-'},   {"dash", '-'},         {"lbrace", '{'},
    {"lbrack", '['},   {"lcub", '{'},         {"lowbar", '_'},
    {"lpar", '('},     {"lsqb", '['},         {"lt", '<'},
    {"midast", '*'},   {"nbsp", ' '},         {"num", '#'},
    {"percnt", '%'},   {"period", '.'},       {"plus", '+'},
    {"quest", '?'},    {"quot", '"'},         {"rbrace", '}'},
    {"rbrack", ']'},   {"rcub", '}'},         {"rpar", ')'},
    {"rsqb", ']'},     {"semi", ';'},         {"shy", 0xad},
    {"sol", '/'},      {"verbar", '|'},       {"vert", '|'},
    {"zwj", 0x200d},   {"zwnj", 0x200c},      {"NoBreak", 0x2060},
};

constexpr std::size_t longest_entity = 16;

std::optional<Reference> read_numbered(std::string_view text, std::size_t at) {
    const bool hex = at + 2 < text.size() && (text[at + 2] == 'x' || text[at + 2] == 'X');
    const char* const begin = text.data() + at + (hex ? 3 : 2);
    std::uint32_t value = 0;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), value, hex ? 16 : 10);
    if (error != std::errc{} || value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return std::nullopt;
    auto size = static_cast<std::size_t>(end - text.data()) - at;
    if (at + size < text.size() && text[at + size] == ';') ++size;
    return Reference{value, size};
}

}  // namespace

std::optional<Reference> read_reference(std::string_view text, std::size_t at) {
    if (at + 2 >= text.size()) return std::nullopt;
    if (text[at + 1] == '#') return read_numbered(text, at);
    const auto end = text.substr(at + 1, longest_entity).find(';');
    if (end == std::string_view::npos) return std::nullopt;
    const auto name = text.substr(at + 1, end);
    const auto* const found = std::ranges::find(named, name, &std::pair<std::string_view, char32_t>::first);
    if (found == std::end(named)) return std::nullopt;
    return Reference{found->second, end + 2};
}

}  // namespace tfy::redaction
