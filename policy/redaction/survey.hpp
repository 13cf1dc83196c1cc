// What a text gives reason to look for: one pass over it, so that most text is not decoded at all.
#pragma once

#include <cstdint>
#include <string_view>

#include "policy/redaction/views.hpp"

namespace tfy::redaction {

struct Survey {
    std::uint32_t decodings = 0;  // bit d: Decoding d may lead somewhere
    bool token_run = false;       // `shortest` or more scanned_characters in a row

    /// False if the view would be the text itself, or empty.
    bool gives_reason_for(Decoding decoding) const {
        return ((decodings >> static_cast<unsigned>(decoding)) & 1U) != 0;
    }
    void add(Decoding decoding) { decodings |= 1U << static_cast<unsigned>(decoding); }
    void drop(Decoding decoding) { decodings &= ~(1U << static_cast<unsigned>(decoding)); }
};

/// `shortest` as in decode().
Survey survey(std::string_view text, std::size_t shortest);

}  // namespace tfy::redaction
