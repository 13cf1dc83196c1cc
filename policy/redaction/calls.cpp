// Undoes bytes that source code writes one by one, each number with the same words around it:
// chr(101).chr(121), (byte) 0x65, 101.toByte(), [char]101+[char]121, ".byte 101", "0 => 101, 1 => 121".
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr auto decimal_digits = characters("0123456789");
constexpr auto call_hex_digits = characters("0123456789abcdefABCDEF");
constexpr std::size_t widest_between = 96;  // two numbers, with a new line and its indent
constexpr std::size_t most_words = 48;      // of that without blanks

constexpr auto call_letters = characters("abcdefghijklmnopqrstuvwxyz");
constexpr auto call_signs = characters("(+.=");

constexpr bool is_call_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

/// Basic's &H65 has any hex digit behind it.
bool is_behind_h(std::string_view text, std::size_t at) {
    return at >= 2 && (text.substr(at - 2, 2) == "&H" || text.substr(at - 2, 2) == "&h");
}

bool begins_call_number(std::string_view text, std::size_t at) {
    if (is_behind_h(text, at)) return has(call_hex_digits, text[at]);
    const bool inside_word = at > 0 && has(word_characters, text[at - 1]) && text[at - 1] != '-';
    return has(decimal_digits, text[at]) && !inside_word;
}

/// A number in a text, with its prefix and sign.
struct CallNumber {
    std::size_t begin = 0;
    std::size_t end = 0;
    char byte = '\0';
    bool is_byte = false;
};

/// The number whose first digit is at `at`.
CallNumber read_call_number(std::string_view text, std::size_t at) {
    CallNumber number{at, at, '\0', false};
    const auto rest = text.substr(at, 3);
    const bool hex = rest.starts_with("0x") || rest.starts_with("0X");
    const bool octal = rest.starts_with("0o") || rest.starts_with("0O");
    const bool basic = is_behind_h(text, at);
    if (basic) number.begin = at - 2;
    if (hex || octal) at += 2;
    std::uint64_t value = 0;
    const int base = hex || basic ? 16 : octal ? 8 : 10;
    const auto* const first = text.data() + at;
    const auto [last, error] = std::from_chars(first, text.data() + text.size(), value, base);
    number.end = std::max(at + static_cast<std::size_t>(last - first), number.end + 1);
    const bool negative = number.begin > 0 && text[number.begin - 1] == '-';
    if (negative) --number.begin;
    number.is_byte = error == std::errc{} && value <= (negative ? 128 : 255);
    number.byte = static_cast<char>(static_cast<unsigned char>(negative ? 256 - value : value));
    return number;
}

/// Of "0 => 101" and "[0] = 101" the first number is none.
bool is_index(std::string_view text, std::size_t behind) {
    if (text.substr(behind, 1) == "]") ++behind;
    const bool in_brackets = text[behind - 1] == ']';
    while (behind < text.size() && text[behind] == ' ') ++behind;
    return text.substr(behind, 2) == "=>" || (in_brackets && text.substr(behind, 1) == "=");
}

/// Numbers that follow each other with the same words in between.
class CallRow {
public:
    CallRow(std::string_view text, std::size_t shortest, View& view)
        : text_(text), shortest_(shortest), view_(view) {}

    void add(const CallNumber& number) {
        if (!number.is_byte) return finish();
        const auto between = row_.empty() ? std::string() : words_before(number.begin);
        if (row_.size() >= 2 && between != words_) {
            const auto last = row_.back();
            finish();
            row_.push_back(last);  // the words behind it may be those of another row
        }
        if (!row_.empty() && between.empty()) finish();
        words_ = between;
        row_.push_back(number);
    }
    void finish() {
        if (row_.size() >= shortest_) {
            view_.put_break(row_.front().begin);
            for (const auto& number : row_) view_.put(number.byte, number.begin, number.end);
        }
        row_.clear();
    }

private:
    /// Without blanks and the digits of an index; nothing if they are too many or no call's.
    std::string words_before(std::size_t at) const {
        const auto begin = row_.back().end;
        const auto all = text_.substr(begin, at - begin);
        std::string words;
        if (all.size() > widest_between) return words;
        bool is_call = false;
        for (std::size_t i = 0; i < all.size(); ++i)
            is_call = is_call || (has(call_signs, all[i]) && is_of_call(text_, begin + i));
        if (!is_call) return words;
        std::ranges::copy_if(all, std::back_inserter(words),
                             [](char c) { return !is_call_blank(c) && !has(decimal_digits, c); });
        if (words.size() > most_words) words.clear();
        return words;
    }

    std::string_view text_;
    std::size_t shortest_;
    View& view_;
    std::vector<CallNumber> row_;
    std::string words_;  // between each two numbers
};

}  // namespace

bool is_of_call(std::string_view text, std::size_t at) {
    const auto is_in = [&](const CharacterSet& set, std::size_t i) {
        return i < text.size() && has(set, text[i]);
    };
    const auto is_digit = [&](std::size_t i) { return is_in(decimal_digits, i); };
    switch (text[at]) {
        case '+': return at > 0 && is_in(call_hex_digits, at - 1) && text.substr(at + 1, 1) == "[";
        case '=': return text.substr(at + 1, 1) == ">" || (at > 1 && text.substr(at - 2, 2).find(']') < 2);
        case '.':
            return text.substr(at + 1, 4) == "byte" ||
                   (at > 0 && is_digit(at - 1) && is_in(call_letters, at + 1));
        default: break;
    }
    if (is_digit(at + 1) || text.substr(at + 1, 2) == "&H") return true;
    if (at >= 6 && text.substr(at - 6, 6) == "toByte") return true;
    auto close = at + 1;  // of "(byte)"
    while (close - at <= 6 && is_in(call_letters, close)) ++close;
    if (close == at + 1 || text.substr(close, 1) != ")") return false;
    ++close;
    while (close < text.size() && (text[close] == ' ' || text[close] == '-')) ++close;
    return is_digit(close);
}

void decode_calls(std::string_view text, std::size_t shortest, View& view) {
    CallRow row(text, shortest, view);
    for (std::size_t at = 0; at < text.size();) {
        if (begins_call_number(text, at)) {
            const auto number = read_call_number(text, at);
            if (!is_index(text, number.end)) row.add(number);
            at = number.end;
            continue;
        }
        const bool in_word = has(decimal_digits, text[at]);  // the 8 of "u8"
        ++at;
        while (in_word && at < text.size() && has(word_characters, text[at]) && text[at] != '-') ++at;
    }
    row.finish();
}

}  // namespace tfy::redaction
