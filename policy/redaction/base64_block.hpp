// Base64 in bulk: many digits at once, where no one asks which of them a byte came from.
#pragma once

#include <cstddef>

namespace tfy::redaction {

/// Digits of either alphabet, taken together, and bytes in the answer: 4 digits are 3 bytes.
inline constexpr std::size_t block_digits = 1024;
inline constexpr std::size_t block_bytes = block_digits / 4 * 3;
inline constexpr std::size_t block_slack = 8;  // written behind the bytes, without meaning

/// Decodes `size` digits, a multiple of 4 and `block_digits` at most, all of them digits of base64 or
/// base64url. `bytes` has room for size / 4 * 3 + block_slack. With AVX2 if the processor has it.
void decode_base64_block(const char* digits, std::size_t size, char* bytes);
/// The same, on any processor.
void decode_base64_block_portably(const char* digits, std::size_t size, char* bytes);

}  // namespace tfy::redaction
