// The named references that give ASCII or look like it, and the numbered ones.
#include "policy/redaction/entities.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>
#include <string>

#include "protocol/lower.hpp"

namespace tfy::redaction {

namespace {

struct Names {
    char32_t value;
    std::string_view names;  // a blank behind each but the last
};

/// Of the names of HTML, those of one character that is ASCII, white space or invisible.
constexpr Names exact_names[] = {
    {'\t', "Tab"},
    {'\n', "NewLine"},
    {0x2009,
     "MediumSpace NonBreakingSpace ThinSpace VeryThinSpace emsp emsp13 emsp14 ensp hairsp nbsp numsp puncsp "
     "thinsp"},
    {'!', "excl"},
    {'"', "QUOT quot"},
    {'#', "num"},
    {'$', "dollar"},
    {'%', "percnt"},
    {'&', "AMP amp"},
    {'\'', "apos"},
    {'(', "lpar"},
    {')', "rpar"},
    {'*', "ast midast"},
    {'+', "plus"},
    {',', "comma"},
    {'.', "period"},
    {'/', "sol"},
    {':', "colon"},
    {';', "semi"},
    {'<', "LT lt"},
    {'=', "equals"},
    {'>', "GT gt"},
    {'?', "quest"},
    {'@', "commat"},
    {'[', "lbrack lsqb"},
    {'\\', "bsol"},
    {']', "rbrack rsqb"},
    {'^', "Hat"},
    {'_', "UnderBar lowbar"},
    {'`', "DiacriticalGrave grave"},
    {'{', "lbrace lcub"},
    {'|', "VerticalLine verbar vert"},
    {'}', "rbrace rcub"},
    {0x200b,
     "ApplyFunction InvisibleComma InvisibleTimes NegativeMediumSpace NegativeThickSpace NegativeThinSpace "
     "NegativeVeryThinSpace NoBreak ZeroWidthSpace af ic it lrm rlm shy zwj zwnj"},
};
/// Of the others, those whose character looks like the ASCII one, or normalises to it.
constexpr Names look_alike_names[] = {
    {'"', "CloseCurlyDoubleQuote OpenCurlyDoubleQuote Prime ldquo rdquo rdquor"},
    {'\'', "CloseCurlyQuote OpenCurlyQuote backprime bprime lsquo prime rsquo rsquor"},
    {'(', "lbbrk"},
    {')', "rbbrk"},
    {'*', "lowast"},
    {',', "lsquor sbquo"},
    {'-', "dash hybull hyphen minus ndash"},
    {'/', "caret frasl"},
    {'1', "sup1"},
    {'2', "sup2"},
    {'3', "Zcy sup3"},
    {'6', "bcy"},
    {':', "ratio"},
    {'<', "NotLess lsaquo nless nlt"},
    {'=', "NotEqual ne"},
    {'>', "NotGreater ngt ngtr rsaquo"},
    {'A', "Aacute Abreve Acirc Acy Agrave Alpha Amacr Aogon Aring Atilde Auml angst"},
    {'B', "Bernoullis Beta Vcy bernou"},
    {'C', "Cacute Cayleys Ccaron Ccedil Ccirc Cdot Scy complexes"},
    {'D', "CapitalDifferentialD DD Dcaron"},
    {'E', "Eacute Ecaron Ecirc Edot Egrave Emacr Eogon Epsilon Euml IEcy expectation"},
    {'F', "Fouriertrf Gammad"},
    {'G', "Gbreve Gcedil Gcirc Gdot"},
    {'H', "Eta Hcirc HilbertSpace Ncy Poincareplane hamilt quaternions"},
    {'I', "Iacute Icirc Idot Igrave Im Imacr Iogon Iota Itilde Iukcy Iuml image imagline imagpart"},
    {'J', "Jcirc Jsercy"},
    {'K', "Kappa Kcedil Kcy"},
    {'L', "Lacute Laplacetrf Lcaron Lcedil Lmidot lagran"},
    {'M', "Mcy Mellintrf Mu phmmat"},
    {'N', "Nacute Ncaron Ncedil Ntilde Nu naturals"},
    {'O', "Oacute Ocirc Ocy Odblac Ograve Omacr Omicron Otilde Ouml"},
    {'P', "Rcy Rho primes"},
    {'Q', "rationals"},
    {'R', "Racute Rcaron Rcedil Re real realine realpart reals"},
    {'S', "DScy Sacute Scaron Scedil Scirc circledS oS"},
    {'T', "DownTee Tau Tcaron Tcedil Tcy top"},
    {'U', "Uacute Ubreve Ucirc Udblac Ugrave Umacr Union Uogon Uring Utilde Uuml bigcup cup xcup"},
    {'W', "Wcirc"},
    {'X', "Chi KHcy"},
    {'Y', "Ucy Upsi Upsilon Yacute Ycirc Yuml upsih"},
    {'Z', "Zacute Zcaron Zdot Zeta integers zeetrf"},
    {'\\', "Backslash setminus setmn smallsetminus ssetmn"},
    {'^', "circ"},
    {'a', "aacute abreve acirc acy agrave alpha amacr aogon aring atilde auml ordf"},
    {'b', "SOFTcy"},
    {'c', "cacute ccaron ccedil ccirc cdot scy"},
    {'d', "DifferentialD dcaron dd"},
    {'e', "ExponentialE eacute ecaron ecirc edot ee egrave emacr eogon euml exponentiale iecy"},
    {'g', "gacute gbreve gcirc gdot"},
    {'h', "hcirc planckh"},
    {'i', "ImaginaryI iacute icirc igrave ii imacr imath inodot iogon iota itilde iukcy iuml"},
    {'j', "jcirc jsercy"},
    {'k', "kcedil"},
    {'l', "ell lacute lcaron lcedil lmidot"},
    {'n', "nacute napos ncaron ncedil ntilde"},
    {'o', "oacute ocirc ocy odblac ograve omacr omicron order orderof ordm otilde ouml sigma"},
    {'p', "rcy rho rhov varrho"},
    {'r', "gcy racute rcaron rcedil"},
    {'s', "dscy sacute scaron scedil scirc"},
    {'t', "tcaron tcedil"},
    {'u', "uacute ubreve ucirc udblac ugrave umacr uogon upsi upsilon uring utilde uuml"},
    {'v', "Vee bigvee nu or vee xvee"},
    {'w', "wcirc"},
    {'x', "Cross khcy times"},
    {'y', "gamma ucy yacute ycirc yuml"},
    {'z', "zacute zcaron zdot"},
    {'|', "VerticalBar mid shortmid smid"},
    {'~', "Tilde sim thicksim thksim"},
};

struct Named {
    std::string_view name;
    char32_t value = 0;
    bool is_exact = false;
    constexpr auto operator<=>(const Named& other) const { return name <=> other.name; }
    constexpr bool operator==(const Named& other) const { return name == other.name; }
};

template <class Visit>
constexpr void for_each_named(std::span<const Names> all, bool are_exact, Visit visit) {
    for (const auto& each : all)
        for (auto rest = each.names; !rest.empty();) {
            const auto size = std::min(rest.find(' '), rest.size());
            visit(Named{rest.substr(0, size), each.value, are_exact});
            rest.remove_prefix(std::min(size + 1, rest.size()));
        }
}

constexpr std::size_t count_of_names() {
    std::size_t count = 0;
    const auto add = [&](const Named&) { ++count; };
    for_each_named(exact_names, true, add);
    for_each_named(look_alike_names, false, add);
    return count;
}

constexpr auto by_name = [] {
    std::array<Named, count_of_names()> sorted{};
    std::size_t at = 0;
    const auto add = [&](const Named& each) { sorted[at++] = each; };
    for_each_named(exact_names, true, add);
    for_each_named(look_alike_names, false, add);
    std::ranges::sort(sorted);
    return sorted;
}();

constexpr std::size_t longest_reference = 32;
constexpr std::string_view alphabets[] = {"scr", "fr", "opf"};  // &escr; &efr; &eopf;
// Old references need no semicolon: &ampamp; and &AMP are read by browsers.
constexpr std::string_view end_themselves[] = {"amp", "apos", "gt", "lt", "nbsp", "quot", "shy"};
constexpr std::string_view symbols_that_end_themselves[] = {
    "acute",  "brvbar", "cedil",  "cent",  "copy", "curren", "deg",    "divide", "frac12", "frac14",
    "frac34", "iexcl",  "iquest", "laquo", "macr", "micro",  "middot", "not",    "para",   "plusmn",
    "pound",  "raquo",  "reg",    "sect",  "sup1", "sup2",   "sup3",   "times",  "uml",    "yen"};
constexpr Reference a_symbol = {U'\u2194'};  // any that is no letter in either reading

bool is_reference_name(std::string_view text) {
    return !text.empty() && std::isalpha(static_cast<unsigned char>(text.front())) != 0 &&
           std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

/// Of size 0.
std::optional<Reference> named_character(std::string_view name, Symbols symbols) {
    const auto* const found = std::ranges::lower_bound(by_name, name, {}, &Named::name);
    const bool known = found != by_name.end() && found->name == name;
    if (known && (found->is_exact || symbols == Symbols::read)) return Reference{found->value};
    if (is_reference_name(name) && std::ranges::find(alphabets, name.substr(1)) != std::end(alphabets))
        return Reference{static_cast<unsigned char>(name.front())};
    if (symbols == Symbols::dropped && is_reference_name(name)) return a_symbol;
    return std::nullopt;
}

std::optional<Reference> read_unended(std::string_view text, std::size_t at, Symbols symbols) {
    constexpr std::size_t longest = 6;
    const auto behind = protocol::lowered(text.substr(at + 1, longest));
    const auto sized = [&](Reference reference, std::size_t name) {
        const bool ended = text.substr(at + 1 + name, 1) == ";";
        reference.size = name + (ended ? 2 : 1);
        return reference;
    };
    for (const auto name : end_themselves)
        if (behind.starts_with(name)) return sized(*named_character(name, symbols), name.size());
    if (symbols == Symbols::read) return std::nullopt;
    for (const auto name : symbols_that_end_themselves)
        if (behind.starts_with(name)) return sized(a_symbol, name.size());
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

std::optional<Reference> read_reference(std::string_view text, std::size_t at, Symbols symbols) {
    if (at + 2 >= text.size()) return std::nullopt;
    if (text[at + 1] == '#') return read_numbered(text, at);
    const auto end = text.substr(at + 1, longest_reference + 1).find(';');
    if (end == std::string_view::npos) return read_unended(text, at, symbols);
    auto reference = named_character(text.substr(at + 1, end), symbols);
    if (!reference) return read_unended(text, at, symbols);
    reference->size = end + 2;
    return reference;
}

}  // namespace tfy::redaction
