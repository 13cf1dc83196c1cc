// Undoes base58 in Bitcoin's alphabet: a run of digits is one number, so it is found where the run has no
// other digits in front or behind, and where what it spells ends in text.
#include <algorithm>
#include <array>
#include <cstdint>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/digit_lines.hpp"
#include "policy/redaction/digits.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::string_view base58_alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
constexpr auto base58_values = values_of(base58_alphabet, base58_alphabet);
constexpr ByteClasses base58_class = {digits_of(base58_values)};
constexpr auto other_letters = characters("0OIl");
constexpr std::size_t longest_base58 = 4096;  // digits: what it takes grows with the square
constexpr std::size_t least_58_line = 16;

constexpr auto utf8_singles = single_bytes();
constexpr auto utf8_leads = bytes_between(0xc2, 0xf4);
constexpr auto utf8_rests = bytes_between(0x80, 0xbf);

/// A number that grows digit by digit, its lowest 32 bits first.
class Number58 {
public:
    void add(std::uint8_t digit) {
        held_ = held_ * 58 + digit;
        factor_ *= 58;
        constexpr int digits_at_once = 5;  // 58^5 has 30 bits
        if (++count_ == digits_at_once) settle();
    }
    /// The highest byte first.
    std::string bytes() {
        settle();
        std::string all;
        for (auto word = size_; word-- > 0;)
            for (unsigned shift = 32; shift != 0; shift -= 8)
                all += static_cast<char>(static_cast<unsigned char>(words_[word] >> (shift - 8)));
        return all.substr(std::min(all.find_first_not_of('\0'), all.size()));
    }

private:
    void settle() {
        std::uint64_t carry = held_;
        for (std::size_t i = 0; i < size_; ++i, carry >>= 32U) {
            carry += words_[i] * factor_;
            words_[i] = static_cast<std::uint32_t>(carry);
        }
        if (carry != 0) words_[size_++] = static_cast<std::uint32_t>(carry);
        held_ = 0;
        factor_ = 1;
        count_ = 0;
    }

    std::array<std::uint32_t, longest_base58 / 5 + 1>
        words_;  // not initialised: what is read has been written
    std::size_t size_ = 0;
    std::uint64_t held_ = 0;
    std::uint64_t factor_ = 1;
    int count_ = 0;
};

/// The lowest 64 bits of the number that the digits are; other characters do not count.
std::uint64_t lowest_bits(std::string_view digits) {
    constexpr std::uint64_t of_four = 58 * 58 * 58 * 58;
    const auto value = [&](std::size_t i) -> std::uint64_t {
        return base58_values[static_cast<unsigned char>(digits[i])];
    };
    std::uint64_t bits = 0;
    std::size_t at = 0;
    for (; at + 4 <= digits.size(); at += 4) {  // four at once, so that one need not wait for the other
        const auto four = ((value(at) * 58 + value(at + 1)) * 58 + value(at + 2)) * 58 + value(at + 3);
        if ((value(at) | value(at + 1) | value(at + 2) | value(at + 3)) == no_digit) break;
        bits = bits * of_four + four;
    }
    for (; at < digits.size(); ++at)
        if (value(at) != no_digit) bits = bits * 58 + value(at);
    return bits;
}

/// False for nearly all numbers that do not end in text, soon.
bool may_end_in_text(std::string_view digits) {
    constexpr std::size_t looked_at = 6;  // bytes: no value is shorter
    auto bits = lowest_bits(digits);
    bool continues = false;  // the byte behind is of a character that begins before it
    for (std::size_t i = 0; i < looked_at; ++i, bits >>= 8U) {
        const auto byte = static_cast<char>(static_cast<unsigned char>(bits & 0xffU));
        const bool in_order = continues ? has(utf8_leads, byte) || has(utf8_rests, byte)
                                        : has(utf8_singles, byte) || has(utf8_rests, byte);
        if (!in_order) return false;
        continues = has(utf8_rests, byte);
    }
    return true;
}

class Runs58 {
public:
    Runs58(std::string_view text, std::size_t shortest, View& view)
        : text_(text), shortest_(shortest), view_(view), continued_at_(text.size()) {}

    /// Looks at the run alone, and behind the last one of several lines at all of them.
    void run(std::size_t begin, std::size_t end) {
        if (begin != continued_at_) first_ = begin;
        const bool is_one_of_several = first_ != begin;
        if (end - begin >= least_base58(shortest_)) read(begin, end);
        const auto next = next_line(text_, end);
        auto last = next;
        while (last < text_.size() && last - next < least_58_line && is_digit(last)) ++last;
        const bool goes_on = next != end && last - next == least_58_line;
        continued_at_ = goes_on ? next : text_.size();
        if (!goes_on && (is_one_of_several || next != end)) read(first_, last == next ? end : last);
    }

private:
    bool is_digit(std::size_t at) const {
        return base58_values[static_cast<unsigned char>(text_[at])] != no_digit;
    }
    /// Right beside another letter or digit it is a part of something else, such as base64.
    bool is_whole(std::size_t begin, std::size_t end) const {
        return (begin == 0 || !has(other_letters, text_[begin - 1])) &&
               (end == text_.size() || !has(other_letters, text_[end]));
    }
    void read(std::size_t begin, std::size_t end) {
        if (!is_whole(begin, end)) return;
        const auto digits = text_.substr(begin, end - begin);
        if (digits.size() <= longest_base58 && may_end_in_text(digits)) put_number(begin, end);
    }
    /// Apart from the quick look, which must not wait for its large frame.
    [[gnu::noinline]] void put_number(std::size_t begin, std::size_t end) {
        Number58 number;
        for (auto at = begin; at < end; ++at)
            if (is_digit(at)) number.add(base58_values[static_cast<unsigned char>(text_[at])]);
        const auto bytes = number.bytes();
        bool found = false;
        for_each_text(bytes, shortest_, [&](std::size_t, std::size_t) { found = true; });
        if (!found) return;
        view_.put_break(begin);
        view_.put(bytes, begin, end);  // each digit is a part of each byte
    }

    std::string_view text_;
    std::size_t shortest_;
    View& view_;
    std::size_t first_ = 0;  // where the first of several lines begins
    std::size_t continued_at_;
};

}  // namespace

void decode_base58(std::string_view text, std::size_t shortest, View& view) {
    Runs58 runs(text, shortest, view);
    const bool has_lines = text.find('\n') != std::string_view::npos;
    const auto least = has_lines ? std::min(least_base58(shortest), least_58_line) : least_base58(shortest);
    for_each_run(text, base58_class, least,
                 [&](std::size_t begin, std::size_t end) { runs.run(begin, end); });
}

}  // namespace tfy::redaction
