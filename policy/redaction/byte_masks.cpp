// Marks 64 bytes at a time: by a table of classes, or with AVX2 by the two halves of each byte.
#include "policy/redaction/byte_masks.hpp"

#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tfy::redaction {

/// Full blocks; then the last 64 bytes once more, of which some have been marked. A text that is shorter than
/// a block is filled up with zeros, of which the bits are taken away again.
template <class Blocks>
void ByteClasses::mark_with(Blocks mark_blocks, std::string_view text, std::uint64_t* masks,
                            std::size_t stride) const {
    const auto whole = text.size() / mask_bytes;
    mark_blocks(text.data(), whole, masks);
    const auto rest = text.size() % mask_bytes;
    if (rest == 0) return;
    if (whole > 0) {
        mark_blocks(text.data() + text.size() - mask_bytes, std::size_t{1}, masks + whole);
        for (std::size_t set = 0; set < size_; ++set) masks[set * stride + whole] >>= mask_bytes - rest;
        return;
    }
    std::array<char, mask_bytes> block{};
    std::memcpy(block.data(), text.data(), rest);
    mark_blocks(block.data(), std::size_t{1}, masks);
    for (std::size_t set = 0; set < size_; ++set) masks[set * stride] &= (std::uint64_t{1} << rest) - 1;
}

void ByteClasses::mark_portably(std::string_view text, std::uint64_t* masks, std::size_t stride) const {
    const auto blocks = [&](const char* from, std::size_t count, std::uint64_t* to) {
        for (std::size_t i = 0; i < count; ++i) mark_block(from + i * mask_bytes, to + i, stride);
    };
    mark_with(blocks, text, masks, stride);
}

void ByteClasses::mark_block(const char* block, std::uint64_t* masks, std::size_t stride) const {
    static_assert(std::endian::native == std::endian::little, "the first byte is the lowest bit");
    for (std::size_t set = 0; set < size_; ++set) masks[set * stride] = 0;
    for (std::size_t eight = 0; eight < mask_bytes; eight += 8) {
        std::array<std::uint8_t, 8> classes{};
        for (std::size_t i = 0; i < 8; ++i)
            classes[i] = classes_[static_cast<unsigned char>(block[eight + i])];
        std::uint64_t all = 0;
        std::memcpy(&all, classes.data(), 8);
        // One bit of each of the eight bytes, gathered in the highest byte of the product.
        for (std::size_t set = 0; set < size_; ++set)
            masks[set * stride] |= (((all >> set) & 0x0101010101010101ULL) * 0x0102040810204080ULL >> 56U)
                                   << eight;
    }
}

#if defined(__x86_64__)

/// 32 bytes, by the halves of each byte.
struct ByteClasses::Halves {
    __m256i low;     // of the byte, as an index
    __m256i whole;   // an index that gives 0 beyond ASCII
    __m256i ascii;   // one bit for the high half
    __m256i beyond;  // the same from 0x80

    __attribute__((target("avx2"))) static Halves of(__m256i whole) {
        const auto ascii_bits =
            _mm256_broadcastsi128_si256(_mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
        const auto beyond_bits =
            _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, -128));
        const auto half = _mm256_set1_epi8(0x0f);
        const auto high = _mm256_and_si256(_mm256_srli_epi16(whole, 4), half);
        return {_mm256_and_si256(whole, half), whole, _mm256_shuffle_epi8(ascii_bits, high),
                _mm256_shuffle_epi8(beyond_bits, high)};
    }
};

namespace {

__attribute__((target("avx2"))) inline __m256i load_32(const char* bytes) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes));
}
__attribute__((target("avx2"))) inline __m128i load_16(const void* bytes) {
    return _mm_loadu_si128(static_cast<const __m128i*>(bytes));
}

}  // namespace

/// A bit for each of 32 bytes that is in the set.
template <bool HasBeyond>
__attribute__((target("avx2"), always_inline)) inline std::uint64_t ByteClasses::members_avx2(
    std::size_t set, const Halves& of) const {
    const auto rows = _mm256_broadcastsi128_si256(load_16(ascii_[set].data()));
    auto in = _mm256_and_si256(_mm256_shuffle_epi8(rows, of.whole), of.ascii);
    if constexpr (HasBeyond) {
        const auto more = _mm256_broadcastsi128_si256(load_16(beyond_[set].data()));
        in = _mm256_or_si256(in, _mm256_and_si256(_mm256_shuffle_epi8(more, of.low), of.beyond));
    }
    const auto out = _mm256_movemask_epi8(_mm256_cmpeq_epi8(in, _mm256_setzero_si256()));
    return std::uint64_t{~static_cast<std::uint32_t>(out)};
}

/// Sets from `from` on, as many as there are numbers in the sequence: the compiler writes their loop out.
template <bool HasBeyond, std::size_t... Set>
__attribute__((target("avx2"))) void ByteClasses::mark_sets_avx2(const char* blocks, std::size_t count,
                                                                 std::uint64_t* masks, std::size_t stride,
                                                                 std::size_t from,
                                                                 std::index_sequence<Set...> /*all*/) const {
    for (std::size_t i = 0; i < count; ++i, blocks += mask_bytes, ++masks) {
        const auto first = Halves::of(load_32(blocks));
        const auto second = Halves::of(load_32(blocks + 32));
        ((masks[(from + Set) * stride] = members_avx2<HasBeyond>(from + Set, second) << 32U |
                                         members_avx2<HasBeyond>(from + Set, first)),
         ...);
    }
}

void ByteClasses::mark_blocks_avx2(const char* blocks, std::size_t count, std::uint64_t* masks,
                                   std::size_t stride) const {
    for (std::size_t from = 0; from < size_; from += 4) {
        const auto mark = [&](auto sets) {
            if (has_beyond_)
                mark_sets_avx2<true>(blocks, count, masks, stride, from, sets);
            else
                mark_sets_avx2<false>(blocks, count, masks, stride, from, sets);
        };
        switch (size_ - from) {
            case 1: mark(std::make_index_sequence<1>()); break;
            case 2: mark(std::make_index_sequence<2>()); break;
            case 3: mark(std::make_index_sequence<3>()); break;
            default: mark(std::make_index_sequence<4>());
        }
    }
}

/// 16 to 63 bytes, as two halves that overlap: nothing is copied and nothing behind them is read.
__attribute__((target("avx2"))) void ByteClasses::mark_short_avx2(std::string_view text, std::uint64_t* masks,
                                                                  std::size_t stride) const {
    const auto* const end = text.data() + text.size();
    if (text.size() >= 32) {
        const auto first = Halves::of(load_32(text.data()));
        const auto second = Halves::of(load_32(end - 32));
        for (std::size_t set = 0; set < size_; ++set)
            masks[set * stride] =
                members_avx2<true>(set, second) << (text.size() - 32) | members_avx2<true>(set, first);
        return;
    }
    const auto both = Halves::of(_mm256_set_m128i(load_16(end - 16), load_16(text.data())));
    for (std::size_t set = 0; set < size_; ++set) {
        const auto members = members_avx2<true>(set, both);
        masks[set * stride] = (members >> 16U) << (text.size() - 16) | (members & 0xffffU);
    }
}

void ByteClasses::mark(std::string_view text, std::uint64_t* masks, std::size_t stride) const {
    if (__builtin_cpu_supports("avx2") == 0) return mark_portably(text, masks, stride);
    if (text.size() >= 16 && text.size() < mask_bytes) return mark_short_avx2(text, masks, stride);
    mark_with([&](const char* from, std::size_t count,
                  std::uint64_t* to) { mark_blocks_avx2(from, count, to, stride); },
              text, masks, stride);
}

#else

void ByteClasses::mark(std::string_view text, std::uint64_t* masks, std::size_t stride) const {
    mark_portably(text, masks, stride);
}

#endif

}  // namespace tfy::redaction
