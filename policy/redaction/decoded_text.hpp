// Text among decoded bytes, most of which are garbage.
#pragma once

#include <string_view>

#include "policy/redaction/byte_masks.hpp"

namespace tfy::redaction {

/// Bytes as they occur in UTF-8 text. Other control characters, and what UTF-8 never has, are none of these.
constexpr CharacterSet single_bytes() {
    CharacterSet set = characters("\t\n\r\x1b");
    set[0] = true;  // of UTF-16
    for (std::size_t c = 0x20; c < 0x7f; ++c) set[c] = true;
    return set;
}
constexpr CharacterSet bytes_between(std::size_t first, std::size_t last) {
    CharacterSet set{};
    for (std::size_t c = first; c <= last; ++c) set[c] = true;
    return set;
}
inline constexpr ByteClasses utf8_kinds = {single_bytes(), bytes_between(0xc2, 0xf4),
                                           bytes_between(0x80, 0xbf)};

/// Bit i: byte i and the one behind it may follow each other in text. Of random pairs half may not, which is
/// enough to tell soon.
inline WordPair go_together(const std::uint64_t* masks, std::size_t stride) {
    const auto single = pair_at(masks);
    const auto lead = pair_at(masks + stride);
    const auto continuation = pair_at(masks + 2 * stride);
    return ((single | continuation) & ((single | lead) >> 1U)) |
           ((lead | continuation) & (continuation >> 1U));
}

/// Calls `visit(begin, end)` for every stretch of at least `least` bytes of text (2 to 64), each as long as
/// it is, from left to right.
template <class PageRequest>
void for_each_text(std::string_view bytes, std::size_t least, PageRequest visit) {
    for_each_run(bytes, utf8_kinds, least - 1, go_together,
                 [&](std::size_t begin, std::size_t end) { visit(begin, end + 1); });
}

}  // namespace tfy::redaction
