// One loop without branches; on x86-64 also compiled for BMI2, which multiplies and shifts without moving
// registers.
#include "policy/redaction/dense_scan.hpp"

#include <array>
#include <utility>

namespace tfy::policy {

namespace {

/// Eight windows written out: the places of their bits are constants.
template <std::size_t... Place>
inline __attribute__((always_inline)) std::uint64_t ask_8(const char* folded, QuickHash quick,
                                                          Sieve::Question may_hold,
                                                          std::index_sequence<Place...> /*0 to 7*/) {
    return (... | (static_cast<std::uint64_t>(may_hold(quick.of_folded(folded + Place))) << Place));
}

inline __attribute__((always_inline)) std::uint64_t ask_64(const char* text, QuickHash quick,
                                                           Sieve::Question may_hold) {
    std::array<char, candidate_bytes> folded;  // not initialised: written in the next line
    for (std::size_t i = 0; i < folded.size(); ++i) folded[i] = static_cast<char>(text[i] & '\xdf');
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < 64; i += 8)
        found |= ask_8(folded.data() + i, quick, may_hold, std::make_index_sequence<8>()) << i;
    return found;
}

#if defined(__x86_64__)
__attribute__((target("bmi2"))) std::uint64_t ask_64_with_bmi2(const char* text, QuickHash quick,
                                                               Sieve::Question may_hold) {
    return ask_64(text, quick, may_hold);
}
#endif

}  // namespace

std::uint64_t candidates(const char* text, const QuickHash& quick, Sieve::Question may_hold) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi2") != 0) return ask_64_with_bmi2(text, quick, may_hold);
#endif
    return ask_64(text, quick, may_hold);
}

}  // namespace tfy::policy
