// Undoes bytes written as numbers: "[101, 121]", "145 171", "01100101", and words of several bytes of which
// the last one is first, as od and hexdump write them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/pieces.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr auto number_characters = characters("0123456789abcdefABCDEFxXoO");
constexpr std::size_t longest_number = 64;                 // a word of eight bytes in binary
constexpr std::size_t widest_number_gap = widest_gap + 4;  // with quotes and brackets

enum class Radix : std::uint8_t { decimal, octal, binary, words };
constexpr std::array all_radixes = {Radix::decimal, Radix::octal, Radix::binary, Radix::words};

struct Number {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool negative = false;
    bool is_key = false;  // "0": of an object with an index for each byte
};

/// What a number spells: no bytes if it is none of this radix.
struct NumberBytes {
    std::array<char, 8> bytes{};
    std::size_t size = 0;

    void add(std::uint64_t byte) { bytes[size++] = static_cast<char>(static_cast<unsigned char>(byte)); }
};

std::optional<std::uint64_t> read_number(std::string_view digits, int base) {
    std::uint64_t value = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [at, error] = std::from_chars(digits.data(), end, value, base);
    if (error != std::errc{} || at != end) return std::nullopt;
    return value;
}

/// Words are as long as the number needs.
NumberBytes last_first(std::uint64_t value) {
    NumberBytes spelled;
    const std::size_t size = value > 0xffffffff ? 8 : value > 0xffff ? 4 : value > 0xff ? 2 : 1;
    for (; spelled.size < size; value >>= 8U) spelled.add(value & 0xffU);
    return spelled;
}

NumberBytes binary_bytes(std::string_view digits) {
    NumberBytes spelled;
    if (digits.size() % 8 != 0) return spelled;
    for (; !digits.empty(); digits.remove_prefix(8)) {
        const auto byte = read_number(digits.substr(0, 8), 2);
        if (!byte) return {};
        spelled.add(*byte);
    }
    return spelled;
}

/// "0b1100101", without zeros in front: one byte.
bool is_short_binary(std::string_view number) {
    constexpr std::size_t longest = 10;
    return number.size() > 2 && number.size() <= longest &&
           (number.starts_with("0b") || number.starts_with("0B")) &&
           number.find_first_not_of("01", 2) == std::string_view::npos;
}

NumberBytes hex_word(std::string_view digits) {
    NumberBytes spelled;
    if (digits.size() != 4 && digits.size() != 8 && digits.size() != 16) return spelled;
    for (; !digits.empty(); digits.remove_suffix(2)) {
        const auto byte = read_number(digits.substr(digits.size() - 2), 16);
        if (!byte) return {};
        spelled.add(*byte);
    }
    return spelled;
}

std::string_view without_prefix(std::string_view digits, std::string_view lower, std::string_view upper) {
    const bool prefixed = digits.starts_with(lower) || digits.starts_with(upper);
    return prefixed ? digits.substr(lower.size()) : digits;
}

NumberBytes spelled_by(std::string_view digits, bool negative, Radix radix) {
    switch (radix) {
        case Radix::binary:
            if (is_short_binary(digits)) return last_first(*read_number(digits.substr(2), 2));
            return binary_bytes(without_prefix(digits, "0b", "0B"));
        case Radix::words: return hex_word(without_prefix(without_prefix(digits, "0x", "0X"), "x", "X"));
        default: break;
    }
    if (digits.size() > 24) return {};
    if (radix == Radix::octal) digits = without_prefix(digits, "0o", "0O");
    const auto value = read_number(digits, radix == Radix::decimal ? 10 : 8);
    if (!value) return {};
    if (!negative) return last_first(*value);
    return *value >= 1 && *value <= 128 ? last_first(256 - *value) : NumberBytes{};
}

/// The numbers in a run of digits and separators.
class Numbers {
public:
    Numbers(std::string_view text, std::size_t begin, std::size_t end) : text_(text), at_(begin), end_(end) {}

    /// False behind the last one.
    bool next(Number& number) {
        while (at_ < end_ && !has(number_characters, text_[at_])) ++at_;
        if (at_ == end_) return false;
        number.begin = at_;
        while (at_ < end_ && has(number_characters, text_[at_])) ++at_;
        number.end = at_;
        number.negative = is_negative(number.begin);
        const auto behind = text_.substr(at_, 2);
        number.is_key = behind == "\":" || behind == ": ";
        return true;
    }

private:
    /// "-" is between two numbers as well.
    bool is_negative(std::size_t at) const {
        return at > 0 && text_[at - 1] == '-' && (at == 1 || !has(number_characters, text_[at - 2]));
    }

    std::string_view text_;
    std::size_t at_;
    std::size_t end_;
};

/// Puts the rows of numbers of one radix that spell enough.
class NumberRow {
public:
    NumberRow(std::string_view text, Radix radix, std::size_t shortest, View& view)
        : text_(text), radix_(radix), shortest_(shortest), view_(view), begin_(view.text().size()) {}

    void add(const Number& number) {
        if (number.is_key) return;
        const auto size = number.end - number.begin;
        const bool may_be_one = size <= longest_number && (radix_ != Radix::binary || size % bits == 0 ||
                                                           is_short_binary(text_.substr(number.begin, size)));
        if (may_be_one && add_one(number)) return;
        if (radix_ != Radix::binary) return add_edges(number);
        add_bits_from(number.begin, whole_bytes(number.begin, number.end));
        add_bits(number);
        add_last_bits(number);
    }
    void finish() {
        if (view_.text().size() - begin_ < shortest_) view_.cut(begin_);
        begin_ = view_.text().size();
    }

private:
    static constexpr std::size_t bits = 8;

    /// Where the last whole byte of the binary digits from `begin` on ends.
    std::size_t whole_bytes(std::size_t begin, std::size_t end) const {
        const auto other = text_.substr(0, end).find_first_not_of("01", begin);
        return begin + (std::min(other, end) - begin) / bits * bits;
    }
    void add_bits_from(std::size_t begin, std::size_t end) {
        for (; begin < end; begin += bits) add_one({begin, begin + bits});
    }
    /// A row may begin right behind a word: "a01100101 01111001".
    void add_last_bits(const Number& number) {
        auto begin = number.end;
        while (begin > number.begin && (text_[begin - 1] == '0' || text_[begin - 1] == '1')) --begin;
        add_bits_from(number.end - (number.end - begin) / bits * bits, number.end);
    }
    /// Binary digits between other digits: the first byte begins at any of the first eight.
    void add_bits(const Number& number) {
        static constexpr ByteClasses binary = {characters("01")};
        const auto digits = text_.substr(number.begin, number.end - number.begin);
        finish();
        for_each_run(digits, binary, std::min(mask_bytes, bits * shortest_),
                     [&](std::size_t begin, std::size_t end) {
                         for (std::size_t phase = 0; phase < bits; ++phase, finish())
                             add_bits_from(number.begin + begin + phase,
                                           whole_bytes(number.begin + begin + phase, number.begin + end));
                     });
    }
    /// The decimal digits of "65b" and "x66": a row may end or begin right beside a word.
    void add_edges(const Number& number) {
        constexpr std::string_view digits = "0123456789";
        if (radix_ == Radix::words) return finish();
        const auto token = text_.substr(number.begin, number.end - number.begin);
        const auto head = std::min(token.find_first_not_of(digits), token.size());
        const auto tail = token.find_last_not_of(digits) + 1;
        if (head > 0) add_one({number.begin, number.begin + head});
        finish();
        if (tail < token.size()) add_one({number.begin + tail, number.end});
    }
    bool add_one(const Number& number) {
        const auto size = number.end - number.begin;
        const auto spelled = spelled_by(text_.substr(number.begin, size), number.negative, radix_);
        if (spelled.size == 0) return false;
        if (number.begin - end_ > widest_number_gap) finish();
        if (view_.text().size() == begin_) view_.put_break(number.begin);
        end_ = number.end;
        view_.put({spelled.bytes.data(), spelled.size}, number.begin, number.end);
        return true;
    }

    std::string_view text_;
    Radix radix_;
    std::size_t shortest_;
    View& view_;
    std::size_t begin_;
    std::size_t end_ = 0;
};

}  // namespace

void decode_numbers(std::string_view text, const std::vector<Origin>& runs, std::size_t shortest,
                    View& view) {
    std::vector<Number> numbers;
    for (const auto& run : runs) {
        numbers.clear();
        Numbers reader(text, run.begin, run.end);
        for (Number number; reader.next(number);) numbers.push_back(number);
        for (const auto radix : all_radixes) {
            NumberRow row(text, radix, shortest, view);
            for (const auto& number : numbers) row.add(number);
            row.finish();
        }
    }
}

}  // namespace tfy::redaction
