// How one window of a token is hashed: a quick keyed number to look for, a keyed 128-bit digest to be sure.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "policy/redaction/fingerprint.hpp"

namespace tfy::redaction {

inline constexpr std::size_t window_size = 16;
inline constexpr std::size_t window_stride = 8;
inline constexpr std::size_t least_value = 6;  // shorter values cannot be told from ordinary words

/// The number: cheap enough to be asked for at every character of a text.
///
/// Letters lose their case: bit 5 of each byte is cleared, on both sides. Of the characters that tokens are
/// made of
/// ([A-Za-z0-9._~+/=-]) no two others fall together.
class QuickHash {
public:
    QuickHash(std::uint64_t low, std::uint64_t high) : low_(low), high_(high) {}

    /// 32 bits; `at` has `size` readable bytes, 16 at most.
    std::uint32_t operator()(const char* at, std::size_t size) const {
        static_assert(std::endian::native == std::endian::little, "stored fingerprints are little-endian");
        std::uint64_t halves[2] = {0, 0};
        std::memcpy(halves, at, size);
        return mix((halves[0] & caseless) ^ low_, (halves[1] & caseless) ^ high_);
    }

    /// The same for 16 bytes that have lost their case already.
    std::uint32_t of_folded(const char* at) const {
        std::uint64_t halves[2] = {0, 0};
        std::memcpy(halves, at, 16);
        return mix(halves[0] ^ low_, halves[1] ^ high_);
    }

    /// For who mixes many at once: mix() of each half of a window and one of these.
    std::uint64_t low() const { return low_; }
    std::uint64_t high() const { return high_; }

private:
    static constexpr std::uint64_t caseless = 0xdfdfdfdfdfdfdfdfULL;
    __extension__ using Wide = unsigned __int128;

    static std::uint32_t mix(std::uint64_t a, std::uint64_t b) {
        const Wide product = static_cast<Wide>(a) * b;
        const auto folded = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
        return static_cast<std::uint32_t>(folded ^ (folded >> 32U));
    }

    std::uint64_t low_;
    std::uint64_t high_;
};

class WindowHash {
public:
    explicit WindowHash(const FingerprintKey& key);

    const QuickHash& quick() const { return quick_; }
    std::array<unsigned char, 16> digest(std::string_view window) const;

    Fingerprint print(std::string_view window) const {
        return {quick_(window.data(), window.size()), digest(window),
                static_cast<std::uint8_t>(window.size())};
    }

private:
    QuickHash quick_{0, 0};
    std::array<unsigned char, 32> digest_key_{};
};

}  // namespace tfy::redaction
