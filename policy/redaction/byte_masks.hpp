// Which bytes of a text are in which sets of characters, as bits: 64 bytes of the text are one word a set.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "policy/redaction/characters.hpp"

namespace tfy::redaction {

inline constexpr std::size_t mask_bytes = 64;  // of the text, in one word

/// Up to eight sets of characters that are asked for together.
class ByteClasses {
public:
    constexpr ByteClasses(std::initializer_list<CharacterSet> sets) : size_(sets.size()) {
        std::size_t number = 0;
        for (const auto& set : sets) {
            for (std::size_t c = 0; c < set.size(); ++c)
                if (set[c]) add(number, c);
            ++number;
        }
    }
    constexpr std::size_t size() const { return size_; }

    /// Writes masks[set * stride + word] for ceil(text.size() / 64) words: bit i is byte i of those 64. Bits
    /// behind the text are 0. With AVX2 if the processor has it.
    void mark(std::string_view text, std::uint64_t* masks, std::size_t stride) const;
    /// The same, on any processor.
    void mark_portably(std::string_view text, std::uint64_t* masks, std::size_t stride) const;

private:
    using Rows = std::array<std::uint8_t, 16>;  // by the low half of a byte: bit h is its high half

    constexpr void add(std::size_t set, std::size_t c) {
        const auto put = [](std::uint8_t& bits, std::size_t bit) {
            bits = static_cast<std::uint8_t>(bits | 1U << bit);
        };
        put(classes_[c], set);
        put(c < 0x80 ? ascii_[set][c & 15U] : beyond_[set][c & 15U], (c >> 4U) & 7U);
        has_beyond_ = has_beyond_ || c >= 0x80;
    }
    void mark_block(const char* block, std::uint64_t* masks, std::size_t stride) const;
    struct Halves;
    template <bool HasBeyond>
    std::uint64_t members_avx2(std::size_t set, const Halves& of) const;
    template <bool HasBeyond, std::size_t... Set>
    void mark_sets_avx2(const char* blocks, std::size_t count, std::uint64_t* masks, std::size_t stride,
                        std::size_t from, std::index_sequence<Set...> all) const;
    void mark_blocks_avx2(const char* blocks, std::size_t count, std::uint64_t* masks,
                          std::size_t stride) const;
    void mark_short_avx2(std::string_view text, std::uint64_t* masks, std::size_t stride) const;
    template <class Blocks>
    void mark_with(Blocks mark_blocks, std::string_view text, std::uint64_t* masks, std::size_t stride) const;

    std::size_t size_;
    std::array<std::uint8_t, 256> classes_{};  // by byte: bit s is set s
    std::array<Rows, 8> ascii_{};              // by set
    std::array<Rows, 8> beyond_{};             // the same for bytes from 0x80
    bool has_beyond_ = false;
};

/// 64 bytes of one set, and the 64 behind them.
__extension__ using WordPair = unsigned __int128;

/// Bit i: members stand at i and at the `Least` - 1 bytes behind it; `Known` of them are known already. Right
/// for the bits of the first word where `Least` is 64 or less.
template <std::size_t Least, std::size_t Known = 1>
constexpr WordPair runs_of(WordPair bits) {
    if constexpr (Known >= Least) {
        return bits;
    } else {
        constexpr auto step = Known < Least - Known ? Known : Least - Known;
        return runs_of<Least, Known + step>(bits & (bits >> step));
    }
}

/// The same where `least` is known at run time only.
constexpr WordPair runs_of(WordPair bits, std::size_t least) {
    std::size_t known = 1;
    if (least >= 16) {  // most are, and constant steps are much faster
        bits = runs_of<16>(bits);
        known = 16;
    } else if (least >= 8) {
        bits = runs_of<8>(bits);
        known = 8;
    }
    while (known < least) {
        const auto step = std::min(known, least - known);
        bits &= bits >> step;
        known += step;
    }
    return bits;
}

constexpr WordPair pair_at(const std::uint64_t* masks) {
    return static_cast<WordPair>(masks[1]) << mask_bytes | masks[0];
}

/// False if no run of 15 bits or more begins in the first word: such a run holds all bits of a byte.
constexpr bool may_begin_long_run(WordPair bits) {
    constexpr std::uint64_t ones = 0x0101010101010101;
    const auto gaps = ~static_cast<std::uint64_t>(bits);
    const bool inside = ((gaps - ones) & ~gaps & (ones << 7U)) != 0;  // a byte without a gap
    return inside || static_cast<std::uint8_t>(bits >> mask_bytes) == 0xff;
}

/// Calls `visit(at, masks, stride)` for each word of the text, from left to right: masks[set * stride] is the
/// word that begins at byte `at`, and the next one is behind it (0 behind the text).
template <class Visit>
void for_each_mask(std::string_view text, const ByteClasses& classes, Visit visit) {
    constexpr std::size_t words = 64;
    constexpr std::size_t stride = words + 1;
    std::array<std::uint64_t, 8 * stride> masks;  // not initialised: what is read has been written
    for (std::size_t from = 0; from < text.size(); from += words * mask_bytes) {
        const auto piece = text.substr(from, stride * mask_bytes);
        const auto marked = (piece.size() + mask_bytes - 1) / mask_bytes;
        classes.mark(piece, masks.data(), stride);
        for (std::size_t set = 0; marked < stride && set < classes.size(); ++set)
            masks[set * stride + marked] = 0;
        for (std::size_t word = 0; word < std::min(marked, words); ++word)
            visit(from + word * mask_bytes, masks.data() + word, stride);
    }
}

/// Calls `visit(begin, end)` for every maximal run of at least `least` bits (64 at most), from left to right.
/// `bits(masks, stride)` makes a pair of words of what for_each_mask gives; bits behind the text are 0.
template <class Bits, class Visit>
void for_each_run(std::string_view text, const ByteClasses& classes, std::size_t least, Bits bits,
                  Visit visit) {
    bool open = false;
    std::size_t begin = 0;
    for_each_mask(text, classes, [&](std::size_t at, const std::uint64_t* masks, std::size_t stride) {
        const WordPair pair = bits(masks, stride);
        const auto gaps = ~static_cast<std::uint64_t>(pair);
        if (open ? gaps == 0 : least >= 15 && !may_begin_long_run(pair)) return;
        auto starts = static_cast<std::uint64_t>(runs_of(pair, least));
        if (open) {
            const auto end = static_cast<unsigned>(std::countr_zero(gaps));
            open = false;
            visit(begin, at + end);
            starts &= ~std::uint64_t{0} << end;
        }
        while (starts != 0) {
            const auto first = static_cast<unsigned>(std::countr_zero(starts));
            const auto behind = gaps & (~std::uint64_t{0} << first);
            begin = at + first;
            open = behind == 0;
            if (open) return;
            const auto end = static_cast<unsigned>(std::countr_zero(behind));
            visit(begin, at + end);
            starts &= ~std::uint64_t{0} << end;
        }
    });
    if (open) visit(begin, text.size());
}

/// The same for the first set alone.
template <class Visit>
void for_each_run(std::string_view text, const ByteClasses& classes, std::size_t least, Visit visit) {
    for_each_run(
        text, classes, least, [](const std::uint64_t* masks, std::size_t) { return pair_at(masks); }, visit);
}

}  // namespace tfy::redaction
