// What codes have in common in which a character is a few bits: base64, base32, hex.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/characters.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

inline constexpr std::uint8_t no_digit = 0xff;  // what other characters are worth
/// Of digits, by byte.
using DigitValues = std::array<std::uint8_t, 256>;

constexpr DigitValues values_of(std::string_view digits, std::string_view same_digits) {
    DigitValues table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
        table[static_cast<unsigned char>(same_digits[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr CharacterSet digits_of(const DigitValues& table) {
    CharacterSet set{};
    for (std::size_t c = 0; c < table.size(); ++c) set[c] = table[c] != no_digit;
    return set;
}

/// Adds where `least` and more of these characters follow each other.
inline void add_runs(std::string_view text, const ByteClasses& digits, std::size_t least,
                     std::vector<Origin>& runs) {
    for_each_run(text, digits, least,
                 [&](std::size_t begin, std::size_t end) { runs.push_back({begin, end}); });
}

/// Collects bits into bytes. A byte's origin is from its first digit to its last.
class DigitBits {
public:
    DigitBits(unsigned size, View& view) : size_(size), view_(view) {}

    ~DigitBits() { flush(); }
    DigitBits(const DigitBits&) = delete;
    DigitBits& operator=(const DigitBits&) = delete;

    void restart(std::size_t phase, std::size_t at) {
        flush();
        view_.put_break(at);
        skip_ = phase;
        count_ = 0;
    }
    void add(unsigned digit, std::size_t at) {
        if (skip_ > 0) {
            --skip_;
            return;
        }
        if (count_ == 0) begin_ = at;
        held_ = (held_ << size_) | digit;
        count_ += size_;
        if (count_ < 8) return;
        count_ -= 8;
        put(static_cast<char>(static_cast<unsigned char>(held_ >> count_)), at + 1);
        begin_ = at;  // with bits left over, this digit is a part of the next byte as well
    }

    /// Of digits [begin, end), between bytes.
    void add_byte(unsigned char byte, std::size_t begin, std::size_t end) {
        begin_ = begin;
        put(static_cast<char>(byte), end);
    }

    /// Before others write into the view.
    void flush() {
        if (filled_ == 0) return;
        view_.put_unmapped({bytes_.data(), filled_});
        filled_ = 0;
    }

    /// Nothing of the next byte has been read.
    bool is_between_bytes() const { return skip_ == 0 && count_ == 0; }

private:
    void put(char byte, std::size_t end) {
        if (view_.keeps_origins()) return view_.put(byte, begin_, end);
        bytes_[filled_++] = byte;
        if (filled_ == bytes_.size()) flush();
    }

    unsigned size_;
    View& view_;
    std::array<char, 256> bytes_;  // not initialised: only what has been written is read
    std::size_t filled_ = 0;
    std::size_t skip_ = 0;
    unsigned count_ = 0;
    unsigned held_ = 0;
    std::size_t begin_ = 0;
};

}  // namespace tfy::redaction
