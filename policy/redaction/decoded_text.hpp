// Text among decoded bytes, most of which are garbage.
#pragma once

#include <string_view>

#include "policy/redaction/byte_masks.hpp"

namespace tfy::redaction {

constexpr CharacterSet bytes_between(std::size_t first, std::size_t last) {
    CharacterSet set{};
    for (std::size_t c = first; c <= last; ++c) set[c] = true;
    return set;
}
/// Bytes as they occur in ASCII text, and 0, which UTF-16 has.
constexpr CharacterSet single_bytes() {
    CharacterSet set = bytes_between(0x20, 0x7e);
    for (const char c : {'\0', '\t', '\n', '\r', '\x1b'}) set[static_cast<unsigned char>(c)] = true;
    return set;
}
/// The other control characters, which someone may put between the others.
constexpr CharacterSet stray_bytes() {
    CharacterSet set = bytes_between(0, 0x7f);
    for (std::size_t c = 0; c < 0x80; ++c) set[c] = !single_bytes()[c];
    return set;
}
inline constexpr ByteClasses utf8_kinds = {single_bytes(), bytes_between(0xc2, 0xf4),
                                           bytes_between(0x80, 0xbf), stray_bytes()};

/// Bit i: byte i and the one behind it may follow each other in text. Of random pairs half may not, which is
/// enough to tell soon.
inline WordPair go_together(const std::uint64_t* masks, std::size_t stride) {
    const auto single = pair_at(masks);
    const auto lead = pair_at(masks + stride);
    const auto continuation = pair_at(masks + 2 * stride);
    const auto stray = pair_at(masks + 3 * stride);
    return ((single | continuation) & ((single | lead) >> 1U)) |
           ((lead | continuation) & (continuation >> 1U)) | ((single | stray) & (stray >> 1U)) |
           (stray & (single >> 1U));
}

/// Calls `visit(begin, end)` for every stretch of at least `least` bytes of text (2 to 64), each as long as
/// it is, from left to right.
template <class Visit>
void for_each_text(std::string_view bytes, std::size_t least, Visit visit) {
    // No pointer to a function: this is to be inlined.
    const auto pairs = [](const std::uint64_t* masks, std::size_t stride) {
        return go_together(masks, stride);
    };
    for_each_run(bytes, utf8_kinds, least - 1, pairs,
                 [&](std::size_t begin, std::size_t last) { visit(begin, last + 1); });
}

}  // namespace tfy::redaction
