// ConcurrencyLimit in a text at which a registered window may begin, put aside to be looked up together.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace tfy::redaction {

class Suspects {
public:
    /// Bit i: `at` + i is one. Not while full().
    void add(std::size_t at, std::uint64_t bits) {
        // Mostly there is none or one or two. How many is not asked for: no processor could guess it.
        for (int i = 0; i < usual; ++i) {
            places_[count_] = at + static_cast<std::size_t>(std::countr_zero(bits));
            count_ += bits != 0;
            bits &= bits - 1;
        }
        for (; bits != 0; bits &= bits - 1)
            places_[count_++] = at + static_cast<std::size_t>(std::countr_zero(bits));
    }
    bool empty() const { return count_ == 0; }
    bool full() const { return count_ > most - 64; }
    void clear() { count_ = 0; }

    std::size_t size() const { return count_; }
    std::size_t operator[](std::size_t i) const { return places_[i]; }

    static constexpr std::size_t most = 128;

private:
    static constexpr int usual = 3;
    std::array<std::size_t, most + usual> places_;  // not initialised: only what has been written is read
    std::size_t count_ = 0;
};

}  // namespace tfy::redaction
