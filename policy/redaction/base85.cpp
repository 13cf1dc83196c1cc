// Undoes ASCII85, Z85 and the base85 of RFC 1924, as Python and Git have it: five digits for four bytes.
//
// The view holds what the digits spell if that is text, begun at any digit and on over line breaks. ASCII
// shows in the digits: the first one of a group is one of 31. Nothing is decoded but where enough of these
// follow each other, so text beyond ASCII is found beside ASCII only. decode_any_base85 finds it anywhere,
// and takes its time.
#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/digit_lines.hpp"
#include "policy/redaction/digits.hpp"
#include "policy/redaction/views.hpp"
#include "policy/redaction/window_hash.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t group_digits = 5;
constexpr std::size_t group_bytes = 4;

constexpr DigitValues values_85(std::string_view digits) { return values_of(digits, digits); }
constexpr std::array<DigitValues, 3> codes_85 = {
    values_85(R"(!"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\]^_`abcdefghijklmnopqrstu)"),
    values_85("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"),
    values_85("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~")};

/// The first digits of groups that begin with printable ASCII.
constexpr CharacterSet first_digits(const DigitValues& values) {
    CharacterSet set{};
    for (std::size_t c = 0; c < values.size(); ++c) set[c] = values[c] >= 10 && values[c] <= 40;
    return set;
}
constexpr std::size_t least_line_85 = 16;  // of digits before a line break
constexpr auto graphic_characters = bytes_between(0x21, 0x7e);
constexpr CharacterSet either(const CharacterSet& one, const CharacterSet& other) {
    CharacterSet set{};
    for (std::size_t c = 0; c < set.size(); ++c) set[c] = one[c] || other[c];
    return set;
}

// Four sets are marked at once. The last two codes share one: what is a digit of the other one only is seen
// when a group is read. ASCII85 has none: ordinary text has few of its first digits in a row.
constexpr std::array first_digits_of = {first_digits(codes_85[0]), first_digits(codes_85[1]),
                                        first_digits(codes_85[2])};
constexpr ByteClasses kinds_85 = {first_digits_of[0], first_digits_of[1], first_digits_of[2],
                                  either(digits_of(codes_85[1]), digits_of(codes_85[2]))};
constexpr ByteClasses kinds_of_lines = {characters("\r\n"), graphic_characters};

struct Group {
    std::array<std::size_t, group_digits> places{};
    std::size_t digits = 0;  // fewer at the end of a run
    bool is_number = false;  // of 32 bits
    std::array<char, group_bytes> bytes{};

    std::size_t whole_bytes() const { return is_number && digits > 0 ? digits - 1 : 0; }
};

/// The number that five digits of a code stand for; more than 32 bits if they are none, or no digits.
inline std::uint64_t quick_number(const char* digits, const DigitValues& values) {
    const auto value = [&](std::size_t i) -> std::uint64_t {
        return values[static_cast<unsigned char>(digits[i])];
    };
    const auto number = value(0) * (85 * 85 * 85 * 85) + value(1) * (85 * 85 * 85) + value(2) * (85 * 85) +
                        value(3) * 85 + value(4);
    const bool are_digits = ((value(0) | value(1) | value(2) | value(3) | value(4)) & 0x80U) == 0;
    return are_digits ? number : ~std::uint64_t{0};
}

using GroupBytes = std::array<char, group_bytes>;
constexpr GroupBytes bytes_of(std::uint64_t number) {
    GroupBytes bytes{};
    for (std::size_t i = 0; i < group_bytes; ++i)
        bytes[i] = static_cast<char>(static_cast<unsigned char>(number >> (24 - 8 * i)));
    return bytes;
}
constexpr GroupBytes no_text = {'\x01', '\x01', '\x01', '\x01'};

/// Of one code, over line breaks.
class Digits85 {
public:
    Digits85(std::string_view text, const DigitValues& values) : text_(text), values_(values) {}

    bool is_digit(std::size_t at) const { return at < text_.size() && value(at) != no_digit; }
    /// The digit behind the one at `at`; the text's size if there is none.
    std::size_t next(std::size_t at) const {
        if (is_digit(at + 1)) return at + 1;
        const auto line = next_line(text_, at + 1);
        return line != at + 1 && is_digit(line) ? line : text_.size();
    }
    /// The digit before the place `at`; the text's size if there is none.
    std::size_t previous(std::size_t at) const {
        const auto end = at > 0 && is_digit(at - 1) ? at : previous_line(text_, at);
        return end > 0 && is_digit(end - 1) ? end - 1 : text_.size();
    }
    /// The digit five before the one at `at`; `at` if there are not as many.
    std::size_t group_before(std::size_t at) const {
        auto begin = at;
        for (std::size_t i = 0; i < group_digits; ++i) {
            begin = previous(begin);
            if (begin == text_.size()) return at;
        }
        return begin;
    }
    /// At most `most` digits from the one at `at` on. Of fewer than five, what is missing is taken for the
    /// last digit, so that the whole bytes are right.
    Group read(std::size_t at, std::size_t most = group_digits) const {
        Group group;
        std::uint64_t number = 0;
        for (; group.digits < most && is_digit(at); at = next(at)) {
            group.places[group.digits++] = at;
            number = number * 85 + value(at);
        }
        for (auto i = group.digits; i < group_digits; ++i) number = number * 85 + 84;
        group.is_number = number <= 0xffffffff;
        group.bytes = bytes_of(number);
        return group;
    }
    /// As quick_number has it.
    std::uint64_t number(const char* five) const { return quick_number(five, values_); }

private:
    std::uint8_t value(std::size_t at) const { return values_[static_cast<unsigned char>(text_[at])]; }

    std::string_view text_;
    const DigitValues& values_;
};

/// Four bytes from 0x20 to 0x7f.
constexpr bool are_printable(std::uint64_t number) {
    constexpr std::uint64_t from_20 = 0x20202020;  // the bits for 0x20 and 0x40, one of which each byte has
    return ((number | number >> 1U) & from_20) == from_20 && (number & ~std::uint64_t{0x7f7f7f7f}) == 0;
}

constexpr bool is_printable(char c) { return c >= 0x20 && c < 0x7f; }

/// Of a window that begins in the middle of a group, so many bytes at least are in those behind that one.
constexpr std::size_t bytes_behind_first(std::size_t window) { return window - (group_bytes - 1); }
constexpr std::size_t least_window = 6;
constexpr std::size_t groups_for(std::size_t bytes) { return (bytes + group_bytes - 1) / group_bytes; }
constexpr std::size_t digits_for(std::size_t bytes) { return bytes + groups_for(bytes); }

/// The stretches of text that one code spells.
class Stretches85 {
public:
    Stretches85(std::string_view text, const DigitValues& values, std::size_t shortest, View& view)
        : text_(text), digits_(text, values), shortest_(shortest), view_(view) {}

    /// Where the group at `at` and those behind it may hold all but three bytes of a window.
    void look_at(std::size_t at) {
        if ((!begun_.empty() && begun_[at]) || !spells_ascii(at)) return;
        begun_.resize(text_.size());
        auto begin = at;
        while (true) {
            const auto before = digits_.group_before(begin);
            if (before == begin) break;
            begin = before;
            if (!may_be_text(digits_.read(before))) break;
        }
        put_from(begin);
    }

    /// Digits that stand in a row from `begin` on, in groups that begin at each of the first five.
    void look_through(std::size_t begin) {
        if (begin < looked_through_) return;  // lines that belong to the first one
        places_.clear();
        row_.clear();
        for (auto at = begin; at < text_.size(); at = digits_.next(at)) {
            places_.push_back(at);
            row_ += text_[at];
        }
        looked_through_ = places_.back() + 1;
        for (std::size_t phase = 0; phase < group_digits; ++phase) put_texts_from(phase);
    }

private:
    /// Of the row, four bytes a group.
    void put_texts_from(std::size_t phase) {
        bytes_.clear();
        for (auto at = phase; at + group_digits <= row_.size(); at += group_digits) {
            const auto number = digits_.number(row_.data() + at);
            const auto group = number <= 0xffffffff ? bytes_of(number) : no_text;
            bytes_.append(group.data(), group.size());
        }
        std::size_t done = 0;
        for_each_text(bytes_, bytes_behind_first(shortest_), [&](std::size_t begin, std::size_t) {
            if (begin < done) return;
            const auto group = begin / group_bytes;
            begun_.resize(text_.size());
            done = group_bytes * (group + put_from(places_[phase + group * group_digits]));
        });
    }
    bool spells_ascii(std::size_t at) const {
        auto left = bytes_behind_first(least_in_large_digits(shortest_));
        while (true) {
            const auto group = digits_.read(at);
            const auto bytes = std::min(left, group_bytes);
            if (group.whole_bytes() < bytes) return false;
            if (!std::all_of(group.bytes.begin(), group.bytes.begin() + bytes, is_printable)) return false;
            left -= bytes;
            if (left == 0) return true;
            at = digits_.next(group.places.back());
        }
    }
    static bool may_be_text(const Group& group) {
        static constexpr auto single = single_bytes();
        return group.whole_bytes() == group_bytes && std::ranges::all_of(group.bytes, [](char c) {
                   return has(single, c) || static_cast<unsigned char>(c) >= 0x80;
               });
    }
    /// Up to a group that is none of text, which may begin with some. Returns how many groups.
    std::size_t put_from(std::size_t begin) {
        std::vector<Group> groups;
        for (auto at = begin; at < text_.size();) {
            begun_[at] = true;
            const auto group = digits_.read(at);
            groups.push_back(group);
            if (group.digits < group_digits || (groups.size() > 1 && !may_be_text(group))) break;
            at = digits_.next(group.places.back());
        }
        put(groups);
        put_ends(groups);
        return groups.size();
    }
    /// A value may end in the middle of a group, with other digits right behind it: where the text ends that
    /// the groups spell, or the ASCII.
    void put_ends(const std::vector<Group>& groups) {
        std::vector<bool> ends(groups.size() + 1);
        std::string bytes;
        bool was_printable = false;
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const bool printable = std::ranges::all_of(groups[i].bytes, is_printable);
            ends[i] = (was_printable && !printable) || i + 1 == groups.size();
            was_printable = printable;
            bytes.append(groups[i].bytes.data(), group_bytes);
        }
        for_each_text(bytes, bytes_behind_first(shortest_), [&](std::size_t, std::size_t end) {
            ends[end / group_bytes] = true;
            ends[(end - 1) / group_bytes] = true;  // the last byte may begin a character that is none
        });
        for (std::size_t i = 1; i < groups.size(); ++i)
            if (ends[i]) put_ends_at(groups, i);
    }
    void put_ends_at(const std::vector<Group>& groups, std::size_t i) {
        constexpr std::size_t groups_of_short_value = 4;
        const auto first =
            groups.begin() + static_cast<std::ptrdiff_t>(i - std::min(i, groups_of_short_value));
        std::vector<Group> ended(first, groups.begin() + static_cast<std::ptrdiff_t>(i));
        for (std::size_t digits = 2; digits < groups[i].digits; ++digits) {
            ended.push_back(digits_.read(groups[i].places.front(), digits));
            put(ended);
            ended.pop_back();
        }
    }
    void put(const std::vector<Group>& groups) {
        std::string bytes;
        for (const auto& group : groups) bytes.append(group.bytes.data(), group.whole_bytes());
        bool found = false;
        for_each_text(bytes, shortest_, [&](std::size_t, std::size_t) { found = true; });
        if (!found) return;
        view_.put_break(groups.front().places.front());
        for (const auto& group : groups)
            if (group.digits > 0)
                view_.put({group.bytes.data(), group.whole_bytes()}, group.places.front(),
                          group.places[group.digits - 1] + 1);
    }

    std::string_view text_;
    Digits85 digits_;
    std::size_t shortest_;
    View& view_;
    std::vector<bool> begun_;  // where a group has been read
    std::size_t looked_through_ = 0;
    std::vector<std::size_t> places_;  // of the digits in a row
    std::string row_;
    std::string bytes_;
};

/// Calls `visit(code, at)` for digits before the line break at `end` that may begin what goes on behind it.
template <class Visit>
void visit_before_break(std::string_view text, std::size_t end, std::size_t bytes, Visit visit) {
    for (std::size_t code = 0; code < codes_85.size(); ++code) {
        const Digits85 digits(text, codes_85[code]);
        auto place = digits.previous(end);
        for (auto left = digits_for(bytes); left > 1 && place != text.size(); --left) {
            if (has(first_digits_of[code], text[place])) visit(code, place);
            place = digits.previous(place);
        }
    }
}

/// Asks for so many bytes behind the first group. Bit i of the answers: digits for them stand from i on; the
/// first digits of their groups, from i on, are of ASCII.
struct AnyBytes {
    std::size_t bytes;

    WordPair digits(WordPair are_digits) const { return runs_of(are_digits, digits_for(bytes)); }
    WordPair firsts(WordPair are_firsts) const {
        auto found = are_firsts;
        for (std::size_t group = 1; group < groups_for(bytes); ++group)
            found &= are_firsts >> (group_digits * group);
        return found;
    }
};
/// The same for the common size: constant steps are much faster.
struct UsualBytes {
    static constexpr auto bytes = bytes_behind_first(least_in_large_digits(window_size));

    static WordPair digits(WordPair are_digits) { return runs_of<digits_for(bytes)>(are_digits); }
    static WordPair firsts(WordPair are_firsts) {
        static_assert(groups_for(bytes) == 6);
        const auto two = are_firsts & (are_firsts >> group_digits);
        return two & (two >> 2 * group_digits) & (two >> 4 * group_digits);
    }
};

/// Calls `visit(code, at)` where a window may show in the first digits of groups, all in one line.
template <class Bytes, class Visit>
void for_each_showing(std::string_view text, const Bytes& ask, Visit visit) {
    const auto look_at = [&](std::size_t code, std::size_t place) {
        const bool has_group = ask.bytes >= group_bytes && text.size() - place >= group_digits;
        if (has_group && !are_printable(quick_number(text.data() + place, codes_85[code]))) return;
        visit(code, place);
    };
    for_each_mask(text, kinds_85, [&](std::size_t at, const std::uint64_t* masks, std::size_t stride) {
        const auto firsts = [&](std::size_t code) {
            return static_cast<std::uint64_t>(ask.firsts(pair_at(masks + code * stride)));
        };
        const auto for_each_place = [at](std::uint64_t places, auto look) {
            for (; places != 0; places &= places - 1)
                look(at + static_cast<std::size_t>(std::countr_zero(places)));
        };
        for_each_place(firsts(0), [&](std::size_t place) { look_at(0, place); });
        const auto others = static_cast<std::uint64_t>(ask.digits(pair_at(masks + 3 * stride)));
        if (others == 0) return;
        const auto second = others & firsts(1);
        const auto third = others & firsts(2);
        // In one loop: how often it turns cannot be guessed, and hardly any place is one of both.
        for_each_place(second | third, [&](std::size_t place) {
            look_at((second >> (place - at) & 1U) != 0 ? 1 : 2, place);
        });
        for_each_place(second & third, [&](std::size_t place) { look_at(2, place); });
    });
}

/// The same for windows that go on in the next line.
template <class Visit>
void for_each_showing_in_lines(std::string_view text, std::size_t bytes, Visit visit) {
    for_each_mask(text, kinds_of_lines, [&](std::size_t at, const std::uint64_t* masks, std::size_t stride) {
        const auto graphic = runs_of<least_line_85>(pair_at(masks + stride));
        auto breaks = static_cast<std::uint64_t>(pair_at(masks) >> least_line_85 & graphic);
        for (; breaks != 0; breaks &= breaks - 1)
            visit_before_break(text, at + static_cast<std::size_t>(std::countr_zero(breaks)) + least_line_85,
                               bytes, visit);
    });
}

}  // namespace

void decode_base85(std::string_view text, std::size_t shortest, View& view) {
    if (shortest < least_window || text.size() < least_base85(shortest)) return;
    std::vector<Stretches85> stretches;  // by code; mostly none is needed
    const auto look_at = [&](std::size_t code, std::size_t at) {
        if (stretches.empty())
            for (const auto& values : codes_85) stretches.emplace_back(text, values, shortest, view);
        stretches[code].look_at(at);
    };
    const auto bytes = bytes_behind_first(least_in_large_digits(shortest));
    if (shortest == window_size)
        for_each_showing(text, UsualBytes{}, look_at);
    else
        for_each_showing(text, AnyBytes{bytes}, look_at);
    const bool has_lines = text.find('\n') != text.npos || text.find('\r') != text.npos;
    if (has_lines) for_each_showing_in_lines(text, bytes, look_at);
}

void decode_any_base85(std::string_view text, std::size_t shortest, View& view) {
    if (shortest < least_window) return;
    for (const auto& values : codes_85) {
        Stretches85 stretches(text, values, shortest, view);
        const ByteClasses digits = {digits_of(values)};
        for_each_run(text, digits, digits_for(bytes_behind_first(shortest)),
                     [&](std::size_t begin, std::size_t) { stretches.look_through(begin); });
    }
}

}  // namespace tfy::redaction
