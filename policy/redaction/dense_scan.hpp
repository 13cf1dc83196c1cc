// The cheap question about 64 windows in a row: where all of a text is made of a token's characters.
#pragma once

#include <cstdint>

#include "policy/redaction/window_table.hpp"

namespace tfy::redaction {

inline constexpr std::size_t candidate_bytes = 84;  // that are read; the last few have no meaning

/// Bit i: the window of 16 bytes at `text` + i may be registered. With AVX2 if the processor has it.
std::uint64_t candidates(const char* text, const QuickHash& quick, Sieve::Question may_hold);
/// The same, on any processor.
std::uint64_t candidates_portably(const char* text, const QuickHash& quick, Sieve::Question may_hold);

}  // namespace tfy::redaction
