// Base64 by a table; or, with AVX2, 32 digits at once: offsets by the high half of each digit, exceptions by
// comparison, then the bits moved together.
#include "policy/redaction/base64_block.hpp"

#include <array>
#include <cstdint>
#include <string_view>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tfy::redaction {

namespace {

constexpr std::array<std::uint8_t, 256> digit_values() {
    std::array<std::uint8_t, 256> values{};
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < digits.size(); ++i)
        values[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
    values[static_cast<unsigned char>('-')] = 62;
    values[static_cast<unsigned char>('_')] = 63;
    return values;
}
constexpr auto values = digit_values();

#if defined(__x86_64__)

/// Six bits in each byte.
__attribute__((target("avx2"))) __m256i six_bits(__m256i digits) {
    const auto offsets =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
    const auto high = _mm256_and_si256(_mm256_srli_epi16(digits, 4), _mm256_set1_epi8(0x0f));
    const auto is = [&](char c) __attribute__((target("avx2"))) {
        return _mm256_cmpeq_epi8(digits, _mm256_set1_epi8(c));
    };
    auto bits = _mm256_add_epi8(digits, _mm256_shuffle_epi8(offsets, high));
    bits = _mm256_blendv_epi8(bits, _mm256_set1_epi8(62), _mm256_or_si256(is('+'), is('-')));
    return _mm256_blendv_epi8(bits, _mm256_set1_epi8(63), _mm256_or_si256(is('/'), is('_')));
}

/// 32 digits to 24 bytes; writes 32.
__attribute__((target("avx2"))) void decode_32(const char* digits, char* bytes) {
    const auto bits = six_bits(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(digits)));
    const auto twelves = _mm256_maddubs_epi16(bits, _mm256_set1_epi32(0x01400140));
    const auto groups = _mm256_madd_epi16(twelves, _mm256_set1_epi32(0x00011000));
    const auto order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    const auto packed = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, order),
                                                    _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 3, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(bytes), packed);
}

__attribute__((target("avx2"))) std::size_t decode_with_avx2(const char* digits, std::size_t size,
                                                             char* bytes) {
    std::size_t at = 0;
    for (; at + 32 <= size; at += 32) decode_32(digits + at, bytes + at / 4 * 3);
    return at;
}

#endif

}  // namespace

void decode_base64_block_portably(const char* digits, std::size_t size, char* bytes) {
    for (std::size_t at = 0; at < size; at += 4, bytes += 3) {
        const auto value = [&](std::size_t i) {
            return std::uint32_t{values[static_cast<unsigned char>(digits[at + i])]};
        };
        const auto group = value(0) << 18U | value(1) << 12U | value(2) << 6U | value(3);
        bytes[0] = static_cast<char>(static_cast<unsigned char>(group >> 16U));
        bytes[1] = static_cast<char>(static_cast<unsigned char>(group >> 8U));
        bytes[2] = static_cast<char>(static_cast<unsigned char>(group));
    }
}

void decode_base64_block(const char* digits, std::size_t size, char* bytes) {
    std::size_t done = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0) done = decode_with_avx2(digits, size, bytes);
#endif
    decode_base64_block_portably(digits + done, size - done, bytes + done / 4 * 3);
}

}  // namespace tfy::redaction
