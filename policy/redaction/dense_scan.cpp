// First where the sieve is asked for each of 64 windows, then the answers: no load waits for another one, so
// the sieve may be larger than the processor's nearest cache. No branch depends on the text.
#include "policy/redaction/dense_scan.hpp"

#include <array>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace tfy::redaction {

namespace {

constexpr std::size_t windows = 64;

/// Eight windows written out: the places of their bits are constants.
template <std::size_t... Place>
inline std::uint64_t ask_8(const char* folded, QuickHash quick, Sieve::Question may_hold,
                           std::index_sequence<Place...> /*0 to 7*/) {
    return (... | (static_cast<std::uint64_t>(may_hold(quick.of_folded(folded + Place))) << Place));
}

#if defined(__x86_64__)

#define TFY_AVX2 __attribute__((target("avx2")))

/// What is in the words of a sieve for each of 64 windows, and which word that is.
struct Questions {
    alignas(32) std::array<std::uint64_t, windows> quick;  // in the low half; the high one has no meaning
    alignas(32) std::array<std::uint64_t, windows> place;
};

TFY_AVX2 inline __m256i* vector_at(std::uint64_t* at) { return reinterpret_cast<__m256i*>(at); }
TFY_AVX2 inline const __m256i* vector_at(const std::uint64_t* at) {
    return reinterpret_cast<const __m256i*>(at);
}

/// Eight bytes each at `text`, `text` + 1, + 2 and + 3, without their case. Reads 16.
TFY_AVX2 inline __m256i halves_at(const char* text) {
    const auto order = _mm256_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4, 5, 6, 7, 8,  //
                                        2, 3, 4, 5, 6, 7, 8, 9, 3, 4, 5, 6, 7, 8, 9, 10);
    const auto bytes = _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(text)));
    return _mm256_and_si256(_mm256_shuffle_epi8(bytes, order), _mm256_set1_epi8('\xdf'));
}

TFY_AVX2 inline __m256i high(__m256i wide) { return _mm256_srli_epi64(wide, 32); }

/// QuickHash::mix of four pairs, by products of 32 bits.
TFY_AVX2 inline __m256i mix(__m256i a, __m256i b) {
    const auto low = _mm256_mul_epu32(a, b);
    const auto cross = _mm256_add_epi64(_mm256_mul_epu32(high(a), b), high(low));
    const auto middle = _mm256_add_epi64(_mm256_mul_epu32(a, high(b)),
                                         _mm256_and_si256(cross, _mm256_set1_epi64x(0xffffffff)));
    const auto top =
        _mm256_add_epi64(_mm256_mul_epu32(high(a), high(b)), _mm256_add_epi64(high(cross), high(middle)));
    return _mm256_xor_si256(_mm256_xor_si256(low, middle), _mm256_xor_si256(top, high(top)));
}

TFY_AVX2 void prepare(const char* text, const QuickHash& quick, Sieve::Question sieve, Questions& to) {
    const auto low = _mm256_set1_epi64x(static_cast<long long>(quick.low()));
    const auto high = _mm256_set1_epi64x(static_cast<long long>(quick.high()));
    const auto words = _mm256_set1_epi64x(static_cast<long long>(sieve.count));
    auto first = halves_at(text);
    auto next = halves_at(text + 4);
    for (std::size_t i = 0; i < windows; i += 4) {
        const auto second = halves_at(text + i + 8);
        const auto hash = mix(_mm256_xor_si256(first, low), _mm256_xor_si256(second, high));
        const auto place = _mm256_srli_epi64(_mm256_mul_epu32(hash, words), 32);
        _mm256_store_si256(vector_at(to.quick.data() + i), hash);
        _mm256_store_si256(vector_at(to.place.data() + i), place);
        first = next;
        next = second;
    }
}

TFY_AVX2 std::uint64_t answers(const Questions& to, Sieve::Question sieve) {
    const auto word = [&](std::size_t i)
                          TFY_AVX2 { return static_cast<long long>(sieve.words[to.place[i]]); };
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < windows; i += 4) {
        const auto held = _mm256_set_epi64x(word(i + 3), word(i + 2), word(i + 1), word(i));
        const auto hash = _mm256_load_si256(vector_at(to.quick.data() + i));
        const auto bit = [&](int shift) TFY_AVX2 {
            return _mm256_srlv_epi64(
                held, _mm256_and_si256(_mm256_srli_epi64(hash, shift), _mm256_set1_epi64x(63)));
        };
        const auto all = _mm256_and_si256(_mm256_and_si256(bit(0), bit(6)), bit(12));
        const auto signs = _mm256_movemask_pd(_mm256_castsi256_pd(_mm256_slli_epi64(all, 63)));
        found |= static_cast<std::uint64_t>(signs) << i;
    }
    return found;
}

TFY_AVX2 std::uint64_t candidates_with_avx2(const char* text, const QuickHash& quick, Sieve::Question sieve) {
    Questions questions;  // not initialised: written in the next line
    prepare(text, quick, sieve, questions);
    return answers(questions, sieve);
}

#undef TFY_AVX2
#endif

}  // namespace

std::uint64_t candidates_portably(const char* text, const QuickHash& quick, Sieve::Question may_hold) {
    std::array<char, windows + window_size> folded;  // not initialised: written in the next line
    for (std::size_t i = 0; i < folded.size(); ++i) folded[i] = static_cast<char>(text[i] & '\xdf');
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < windows; i += 8)
        found |= ask_8(folded.data() + i, quick, may_hold, std::make_index_sequence<8>()) << i;
    return found;
}

std::uint64_t candidates(const char* text, const QuickHash& quick, Sieve::Question may_hold) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0) return candidates_with_avx2(text, quick, may_hold);
#endif
    return candidates_portably(text, quick, may_hold);
}

}  // namespace tfy::redaction
