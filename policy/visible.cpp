// What a person cannot see, or would take for another letter, gets a mark.
#include "policy/visible.hpp"

#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

namespace tfy::policy {
namespace {

/// Printable ASCII, as nearly all text is: no character of it is marked.
bool plain(std::string_view text) {
    bool all = true;
    for (const char c : text) all &= c >= ' ' && c <= '~';
    return all;
}

struct Character {
    UChar32 code = 0;  // a byte where `broken`
    bool broken = false;
    bool marked = false;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"  // inside U8_NEXT
std::vector<Character> characters_in(std::string_view text) {
    std::vector<Character> all;
    all.reserve(text.size());
    const auto size = static_cast<std::int32_t>(text.size());
    for (std::int32_t at = 0; at < size;) {
        const auto start = at;
        UChar32 code = 0;
        U8_NEXT(text.data(), at, size, code);
        if (code >= 0) {
            all.push_back({code});
            continue;
        }
        for (auto byte = start; byte < at; ++byte)
            all.push_back({static_cast<unsigned char>(text[static_cast<std::size_t>(byte)]), true, true});
    }
    return all;
}
#pragma GCC diagnostic pop

bool in_category(UChar32 code, std::uint32_t mask) { return (U_GET_GC_MASK(code) & mask) != 0; }

/// Draws nothing, draws something that is not fixed, or changes how its neighbours are drawn.
bool invisible(UChar32 code) {
    constexpr UChar32 braille_blank = 0x2800, null_notehead = 0x1D159, ideographic_space = 0x3000;
    if (code == ' ' || code == ideographic_space) return false;
    if (code == braille_blank || code == null_notehead) return true;
    // Control, format, surrogate, private, unassigned; every kind of space but the plain one.
    return in_category(code, U_GC_C_MASK | U_GC_Z_MASK) ||
           u_hasBinaryProperty(code, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
           u_hasBinaryProperty(code, UCHAR_BIDI_CONTROL);
}

bool in_word(UChar32 code) {
    return code == '_' || in_category(code, U_GC_L_MASK | U_GC_M_MASK | U_GC_N_MASK);
}

/// Scripts that are written together within a word count as one: Japanese, Chinese and Korean mix with Latin
/// (Unicode TR 39, "highly restrictive"). USCRIPT_COMMON where the character belongs to no script of its own.
UScriptCode script_family(UChar32 code) {
    UErrorCode status = U_ZERO_ERROR;
    const auto script = uscript_getScript(code, &status);
    if (U_FAILURE(status)) return USCRIPT_COMMON;
    switch (script) {
        case USCRIPT_INHERITED:
        case USCRIPT_UNKNOWN: return USCRIPT_COMMON;
        case USCRIPT_HAN:
        case USCRIPT_HIRAGANA:
        case USCRIPT_KATAKANA:
        case USCRIPT_HANGUL:
        case USCRIPT_BOPOMOFO: return USCRIPT_LATIN;
        default: return script;
    }
}

/// In a word of several scripts the Latin family is the first one; without it, that of the first letter.
void mark_second_scripts(std::vector<Character>& text, std::size_t from, std::size_t to) {
    auto first = USCRIPT_COMMON;
    for (auto at = from; at < to && first != USCRIPT_LATIN; ++at) {
        const auto script = script_family(text[at].code);
        if (first == USCRIPT_COMMON || script == USCRIPT_LATIN) first = script;
    }
    for (auto at = from; at < to; ++at) {
        const auto script = script_family(text[at].code);
        if (script != USCRIPT_COMMON && script != first) text[at].marked = true;
    }
}

/// An invisible character does not end a word (unless it is a space): it must not hide the mixture around it.
bool continues_word(const Character& each) {
    if (each.broken) return false;
    return in_word(each.code) || (each.marked && each.code > ' ' && !in_category(each.code, U_GC_Z_MASK));
}

void mark_words(std::vector<Character>& text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto from = at;
        while (at < text.size() && continues_word(text[at])) ++at;
        if (at == from)
            ++at;
        else
            mark_second_scripts(text, from, at);
    }
}

/// A combining mark with nothing to be on would change the text before ours; piled up, they cover what is
/// around them.
void mark_combining(std::vector<Character>& text) {
    constexpr int most = 4;  // Unicode TR 39
    int run = most;
    for (auto& each : text) {
        if (each.broken || each.marked)
            run = most;
        else if (!in_category(each.code, U_GC_MN_MASK | U_GC_ME_MASK))
            run = 0;
        else if (++run > most)
            each.marked = true;
    }
}

std::vector<Character> examine(std::string_view text) {
    auto all = characters_in(text);
    for (auto& each : all) each.marked = each.marked || invisible(each.code);
    mark_combining(all);
    mark_words(all);
    return all;
}

void write(std::string& out, const Character& each) {
    if (each.marked) {
        std::array<char, 24> mark{};
        std::snprintf(mark.data(), mark.size(), each.broken ? "⟨0x%02X⟩" : "⟨U+%04X⟩",
                      static_cast<unsigned>(each.code));
        out += mark.data();
        return;
    }
    std::array<char, U8_MAX_LENGTH> bytes{};
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes.data(), size, each.code);
    out.append(bytes.data(), static_cast<std::size_t>(size));
}

/// What JSON writes for a character that it need not escape: one \\u, or two for what lies beyond U+FFFF.
void write_escape(std::string& out, UChar32 code) {
    std::array<char, 16> escape{};
    if (code <= 0xFFFF)
        std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code));
    else
        std::snprintf(escape.data(), escape.size(), "\\u%04x\\u%04x", static_cast<unsigned>(U16_LEAD(code)),
                      static_cast<unsigned>(U16_TRAIL(code)));
    out += escape.data();
}

std::string examined(std::string_view text, std::size_t limit) {
    if (text.size() <= limit && plain(text)) return std::string(text);
    const auto all = examine(text);
    std::string out;
    for (std::size_t at = 0; at < all.size() && at < limit; ++at) write(out, all[at]);
    if (all.size() > limit) out += "… (" + std::to_string(all.size() - limit) + " more)";
    return out;
}

std::string with_marks(std::string_view text, bool keep_line_ends) {
    if (plain(text)) return std::string(text);
    std::string out;
    for (auto each : characters_in(text)) {
        const bool stays = keep_line_ends && !each.broken && each.code == '\n';
        each.marked = !stays && (each.broken || invisible(each.code));
        write(out, each);
    }
    return out;
}

}  // namespace

std::string between_quotes(std::string_view shown) {
    static constexpr std::string_view marks[] = {"\"", "“", "”",  "„",  "‟",  "«", "»",
                                                 "″",  "‶", "〝", "〞", "＂", "❝", "❞"};
    std::string quoted = "\"";
    for (std::size_t at = 0; at < shown.size();) {
        const auto mark =
            std::ranges::find_if(marks, [&](auto each) { return shown.substr(at).starts_with(each); });
        if (mark == std::end(marks))
            quoted += shown[at++];
        else
            quoted += "'", at += mark->size();
    }
    return quoted += '"';
}

std::string quoted_last(std::string_view shown) {
    const bool ends = shown.ends_with('.') || shown.ends_with('!') || shown.ends_with('?');
    return between_quotes(shown) + (ends ? "" : ".");
}

std::string visible(const Redacted& text) { return with_marks(text.text(), true); }

std::string visible_line(const Redacted& text) { return with_marks(text.text(), false); }

// Below U+007F a writer of JSON has escaped what is in a string: what is left is its own white space.
std::string visible_json(const Redacted& json) {
    if (plain(json.text())) return std::string(json.text());
    constexpr UChar32 last_plain = 0x7E;
    std::string out;
    for (const auto& each : characters_in(json.text())) {
        if (!each.broken && each.code > last_plain && invisible(each.code))
            write_escape(out, each.code);
        else
            write(out, each);
    }
    return out;
}

std::string shown(const Redacted& text, std::size_t limit) { return examined(text.text(), limit); }

std::string shown_line(const Redacted& text, std::size_t limit) {
    std::string flat(text.text());
    for (auto& c : flat)
        if (c == '\n' || c == '\r' || c == '\t') c = ' ';
    return examined(flat, limit);
}

std::string shown_lines(const Redacted& text) {
    std::string all;
    auto rest = text.text();
    for (auto end = rest.find('\n'); end != rest.npos; end = rest.find('\n')) {
        all += examined(rest.substr(0, end), end) + '\n';
        rest.remove_prefix(end + 1);
    }
    return all + examined(rest, rest.size());
}

bool deceptive(std::string_view text) {
    const auto all = examine(text);
    return std::any_of(all.begin(), all.end(), [](const Character& each) { return each.marked; });
}

}  // namespace tfy::policy
