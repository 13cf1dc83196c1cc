// The few named references that matter here, and the numbered ones.
#include "policy/redaction/entities.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>
#include <utility>

namespace tfy::redaction {

namespace {

constexpr std::pair<std::string_view, char32_t> named[] = {
    {"Hat", '^'},
    {"NewLine", '\n'},
    {"Tab", '\t'},
    {"UnderBar", '_'},
    {"VerticalLine", '|'},
    {"ZeroWidthSpace", 0x200b},
    {"amp", '&'},
    {"apos", '\''},
    {"ast", '*'},
    {"bsol", '\\'},
    {"colon", ':'},
    {"comma", ','},
    {"commat", '@'},
    {"dollar", '$'},
    {"equals", '='},
    {"excl", '!'},
    {"grave", '`'},
    {"gt", '>'},
    {"hyphen", '-'},
    {"dash", '-'},
    {"lbrace", '{'},
    {"lbrack", '['},
    {"lcub", '{'},
    {"lowbar", '_'},
    {"lpar", '('},
    {"lsqb", '['},
    {"lt", '<'},
    {"midast", '*'},
    {"nbsp", ' '},
    {"num", '#'},
    {"percnt", '%'},
    {"period", '.'},
    {"plus", '+'},
    {"quest", '?'},
    {"quot", '"'},
    {"rbrace", '}'},
    {"rbrack", ']'},
    {"rcub", '}'},
    {"rpar", ')'},
    {"rsqb", ']'},
    {"semi", ';'},
    {"shy", 0xad},
    {"sol", '/'},
    {"verbar", '|'},
    {"vert", '|'},
    {"zwj", 0x200d},
    {"zwnj", 0x200c},
    {"NoBreak", 0x2060},
    {"lrm", 0x200e},
    {"rlm", 0x200f},
    {"af", 0x2061},
    {"ApplyFunction", 0x2061},
    {"it", 0x2062},
    {"InvisibleTimes", 0x2062},
    {"ic", 0x2063},
    {"InvisibleComma", 0x2063},
    {"NegativeVeryThinSpace", 0x200b},
    {"NegativeThinSpace", 0x200b},
    {"NegativeMediumSpace", 0x200b},
    {"NegativeThickSpace", 0x200b},
    {"NonBreakingSpace", ' '},
    {"ensp", ' '},
    {"emsp", ' '},
    {"thinsp", ' '},
    {"hairsp", ' '},
    {"numsp", ' '},
    {"puncsp", ' '},
    {"DiacriticalGrave", '`'},
    {"Verbar", '|'},
    {"imath", 'i'},
    {"jmath", 'j'},
    {"inodot", 'i'},
};

constexpr std::size_t longest_entity = 24;
constexpr std::string_view end_themselves[] = {"amp", "apos", "gt", "lt", "nbsp", "quot", "shy"};
constexpr std::string_view alphabets[] = {"scr", "fr", "opf"};  // &escr; &efr; &eopf;

std::optional<char32_t> named_character(std::string_view name) {
    const auto* const found = std::ranges::find(named, name, &std::pair<std::string_view, char32_t>::first);
    if (found != std::end(named)) return found->second;
    const bool letter = !name.empty() && std::isalpha(static_cast<unsigned char>(name.front())) != 0;
    if (letter && std::ranges::find(alphabets, name.substr(1)) != std::end(alphabets)) return name.front();
    return std::nullopt;
}

std::string lower_case(std::string_view name) {
    std::string lower(name);
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
}

/// Old references need no semicolon: &ampamp; and &AMP are read by browsers.
std::optional<Reference> read_unended(std::string_view text, std::size_t at) {
    constexpr std::size_t longest = 4;
    const auto behind = lower_case(text.substr(at + 1, longest));
    for (const auto name : end_themselves)
        if (behind.starts_with(name)) {
            const bool ended = text.substr(at + 1 + name.size(), 1) == ";";
            return Reference{*named_character(name), name.size() + (ended ? 2 : 1)};
        }
    return std::nullopt;
}

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
    if (end == std::string_view::npos) return read_unended(text, at);
    if (const auto value = named_character(text.substr(at + 1, end))) return Reference{*value, end + 2};
    return read_unended(text, at);
}

}  // namespace tfy::redaction
