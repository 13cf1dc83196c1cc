// Chooses the decoders that a text gives reason for.
#include "policy/redaction/views.hpp"

#include <algorithm>
#include <array>

namespace tfy::policy {

namespace {

enum Feature : std::uint8_t {
    escape = 1,
    equals = 2,
    beyond_ascii = 4,
    control = 8,
    separator = 16,
    hyphen = 32
};

constexpr std::array<std::uint8_t, 256> features_by_byte() {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t c = 0; c < 0x20; ++c) table[c] = control;
    for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = beyond_ascii;
    table[0x7f] = control;
    for (const char c : {'%', '\\', '&'}) table[static_cast<unsigned char>(c)] = escape;
    for (const char c : {' ', '\t', '\n', '\r', ',', ';', '|', '*', '.', ':', '/', '\'', '"'})
        table[static_cast<unsigned char>(c)] = separator;
    for (const char c : {'-', '_'}) table[static_cast<unsigned char>(c)] = hyphen;
    table[static_cast<unsigned char>('\\')] = escape | separator;
    table[static_cast<unsigned char>('=')] = equals;
    return table;
}
constexpr auto feature_table = features_by_byte();

/// Bytes as they occur in UTF-8 text; other control characters and what UTF-8 never has are `foreign`.
enum Kind : std::uint8_t { foreign, single, lead, continuation };

constexpr std::array<Kind, 256> kinds_by_byte() {
    std::array<Kind, 256> table{};
    for (std::size_t c = 0x20; c < 0x7f; ++c) table[c] = single;
    for (const std::size_t c : {0x00U, 0x09U, 0x0aU, 0x0dU, 0x1bU}) table[c] = single;
    for (std::size_t c = 0x80; c < 0xc0; ++c) table[c] = continuation;
    for (std::size_t c = 0xc2; c < 0xf5; ++c) table[c] = lead;
    return table;
}
constexpr auto kind_table = kinds_by_byte();

bool is_foreign(char byte) { return kind_table[static_cast<unsigned char>(byte)] == foreign; }

/// Two bytes in a row that text may have. Of random pairs half are none, which is enough to tell soon.
bool go_together(char first, char second) {
    constexpr bool table[4][4] = {{false, false, false, false},
                                  {false, true, true, false},
                                  {false, false, false, true},
                                  {false, true, true, true}};
    return table[kind_table[static_cast<unsigned char>(first)]]
                [kind_table[static_cast<unsigned char>(second)]];
}

}  // namespace

Origin View::origin(std::size_t begin, std::size_t end) const {
    // Reversed views run backwards, so the outermost bytes may be either.
    const auto& first = origins_.at(begin);
    const auto& last = origins_.at(end - 1);
    return {std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

unsigned features_of(std::string_view text) {
    unsigned features = 0;
    for (const char c : text) features |= feature_table[static_cast<unsigned char>(c)];
    return features;
}

bool may_apply(Decoding decoding, unsigned features) {
    switch (decoding) {
        case Decoding::escapes: return (features & escape) != 0;
        case Decoding::plain_forms: return (features & (beyond_ascii | control)) != 0;
        case Decoding::quoted_printable: return (features & equals) != 0;
        case Decoding::tags: return (features & beyond_ascii) != 0;
        case Decoding::chunks: return (features & separator) != 0;
        case Decoding::hyphened: return (features & hyphen) != 0;
        default: return true;
    }
}

View decode(Step step, std::string_view text, std::size_t shortest, View::Origins origins) {
    View view(origins);
    switch (step.decoding) {
        case Decoding::escapes: decode_escapes(text, view); break;
        case Decoding::plain_forms: decode_plain_forms(text, view); break;
        case Decoding::quoted_printable: decode_quoted_printable(text, view); break;
        case Decoding::tags: decode_tags(text, view); break;
        case Decoding::chunks: decode_chunks(text, shortest, view); break;
        case Decoding::hyphened: decode_hyphened(text, shortest, view); break;
        case Decoding::reversed: decode_reversed(text, shortest, view); break;
        case Decoding::base64: decode_base64(text, step.phase, shortest, view); break;
        case Decoding::base32: decode_base32(text, step.phase, shortest, view); break;
        case Decoding::hex: decode_hex(text, step.phase, shortest, view); break;
    }
    return view;
}

bool gives_bytes(Decoding decoding) {
    return decoding == Decoding::base64 || decoding == Decoding::base32 || decoding == Decoding::hex;
}

Origin next_text(std::string_view bytes, std::size_t from, std::size_t least) {
    std::size_t begin = from;
    while (bytes.size() - begin >= least) {
        // Backwards from where the stretch must at least reach: garbage shows at once, and all before it is
        // done with.
        std::size_t at = begin + least - 1;
        while (at > begin && go_together(bytes[at - 1], bytes[at])) --at;
        if (at > begin || is_foreign(bytes[at])) {
            begin = is_foreign(bytes[at]) ? at + 1 : at;
            continue;
        }
        std::size_t end = begin + least;
        while (end < bytes.size() && go_together(bytes[end - 1], bytes[end])) ++end;
        return {begin, end};
    }
    return {};
}

}  // namespace tfy::policy
