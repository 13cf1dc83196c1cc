// UTF-8 by hand (total, on any bytes) and normalisation by ICU.
#include "policy/redaction/unicode.hpp"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>

#include "policy/redaction/look_alikes.hpp"

namespace tfy::redaction {

namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// 32 or 8 if as many bytes of ASCII stand at the start, else 0.
std::size_t ascii_at_once(std::string_view text) {
    constexpr std::uint64_t beyond = 0x8080808080808080;
    std::array<std::uint64_t, 4> words{};
    if (text.size() >= sizeof words) {
        std::memcpy(words.data(), text.data(), sizeof words);
        if (((words[0] | words[1] | words[2] | words[3]) & beyond) == 0) return sizeof words;
    }
    if (text.size() < 8) return 0;
    std::memcpy(words.data(), text.data(), 8);
    return (words[0] & beyond) == 0 ? 8 : 0;
}

bool is_invisible(char32_t value) {
    const auto c = static_cast<UChar32>(value);
    if (value == 0xfffd || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) != 0) return true;
    const auto category = u_charType(c);
    return (U_MASK(category) & (U_GC_M_MASK | U_GC_CF_MASK | U_GC_CC_MASK)) != 0;
}

/// White space beyond ASCII as a blank or a line break, the letters on coloured squares and discs as letters;
/// pictures and other symbols are nothing. nullopt: it is none of these.
std::optional<std::string_view> read_symbol(char32_t value) {
    constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const auto first : {char32_t{0x1f150}, char32_t{0x1f170}, char32_t{0x1f1e6}})
        if (value >= first && value < first + letters.size()) return letters.substr(value - first, 1);
    switch (u_charType(static_cast<UChar32>(value))) {
        case U_SPACE_SEPARATOR: return " ";
        case U_LINE_SEPARATOR:
        case U_PARAGRAPH_SEPARATOR: return "\n";
        case U_OTHER_SYMBOL:
        case U_MODIFIER_SYMBOL: return "";
        default: return std::nullopt;
    }
}

/// Blocks of other scripts, of which nothing but a blank normalises to ASCII.
bool is_foreign(char32_t value) {
    return (value >= 0x370 && value < 0x1d00) || (value >= 0x2e00 && value < 0x3200) ||
           (value >= 0x3400 && value < 0xfb00);
}

/// What compatibility normalisation (NFKC) makes of it, as far as that is ASCII.
std::string compatible_ascii(char32_t value) {
    std::string ascii;
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 32> parts{};
    const auto size = unorm2_getDecomposition(unorm2_getNFKCInstance(&status), static_cast<UChar32>(value),
                                              parts.data(), static_cast<std::int32_t>(parts.size()), &status);
    for (std::int32_t i = 0; i < size && U_SUCCESS(status); ++i) {
        const UChar part = parts[static_cast<std::size_t>(i)];
        if (part < 0x80) ascii += static_cast<char>(part);
    }
    return ascii;
}

/// Canonical normalisation takes it apart.
bool has_mark(char32_t value) {
    UErrorCode status = U_ZERO_ERROR;
    std::array<UChar, 32> parts{};
    return unorm2_getDecomposition(unorm2_getNFCInstance(&status), static_cast<UChar32>(value), parts.data(),
                                   static_cast<std::int32_t>(parts.size()), &status) > 1;
}

}  // namespace

CodePoint read_code_point(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() - at < size) return {};
    char32_t value = lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        const unsigned next = byte_at(text, at + i);
        if ((next & 0xc0U) != 0x80) return {};
        value = (value << 6U) | (next & 0x3fU);
    }
    constexpr std::array<char32_t, 5> least = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value < 0xe000;
    if (value < least[size] || value > 0x10ffff || surrogate) return {};
    return {value, size};
}

void append_utf8(std::string& text, char32_t value) {
    const auto put = [&](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    const auto tail = [&](unsigned shift) { put(0x80U | ((value >> shift) & 0x3fU)); };
    if (value < 0x80) {
        put(value);
    } else if (value < 0x800) {
        put(0xc0U | (value >> 6U));
        tail(0);
    } else if (value < 0x10000) {
        put(0xe0U | (value >> 12U));
        tail(6);
        tail(0);
    } else {
        put(0xf0U | (value >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::size_t valid_utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        if (const auto size = ascii_at_once(text.substr(at)); size > 0) {
            at += size;
            continue;
        }
        if (byte_at(text, at) < 0x80) {
            ++at;
            continue;
        }
        const auto point = read_code_point(text, at);
        if (point.size == 0) return at;
        at += point.size;
    }
    return at;
}

std::string repaired_utf8(std::string_view text) {
    std::string repaired;
    while (true) {
        const auto valid = valid_utf8_prefix(text);
        repaired.append(text.substr(0, valid));
        if (valid == text.size()) return repaired;
        append_utf8(repaired, 0xfffd);
        text.remove_prefix(valid + 1);
    }
}

std::string plain_form(char32_t value) {
    if (value == '\t' || value == '\n' || value == '\r' || (value >= 0x20 && value < 0x7f))
        return std::string(1, static_cast<char>(value));
    std::string form;
    if (is_invisible(value)) return form;
    if (const char ascii = look_alike(value); ascii != '\0') return std::string(1, ascii);
    if (!is_foreign(value)) form = compatible_ascii(value);
    if (!form.empty()) return form;
    if (const auto symbol = read_symbol(value)) return std::string(*symbol);
    append_utf8(form, value);
    return form;
}

std::string bare_form(char32_t value) {
    const auto c = static_cast<UChar32>(value);
    if (value < 0x80) return plain_form(value);
    const bool is_letter = (U_MASK(u_charType(c)) & (U_GC_L_MASK | U_GC_ND_MASK)) != 0;
    if (!is_letter || u_hasBinaryProperty(c, UCHAR_EMOJI) != 0) return {};
    auto form = plain_form(value);
    if (form.size() == 1 && has_mark(value)) append_utf8(form = {}, value);
    return form;
}

}  // namespace tfy::redaction
