// Undoes codes in which a character is a few bits: base64, base32, hex.
#include <algorithm>
#include <array>

#include "policy/redaction/base64_block.hpp"
#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::policy {

namespace {

constexpr std::uint8_t none = 0xff;
using Values = std::array<std::uint8_t, 256>;

constexpr Values values(std::string_view digits, std::string_view same_digits) {
    Values table{};
    table.fill(none);
    for (std::size_t i = 0; i < digits.size(); ++i) {
        table[static_cast<unsigned char>(digits[i])] = static_cast<std::uint8_t>(i);
        table[static_cast<unsigned char>(same_digits[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr CharacterSet members(const Values& table, std::string_view others) {
    CharacterSet set = characters(others);
    for (std::size_t c = 0; c < table.size(); ++c) set[c] = set[c] || table[c] != none;
    return set;
}

constexpr auto base64_values = values("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                                      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
constexpr auto base32_values = values("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "abcdefghijklmnopqrstuvwxyz234567");
constexpr auto hex_values = values("0123456789ABCDEF", "0123456789abcdef");

constexpr auto base64_digits = members(base64_values, "");
constexpr ByteClasses base64_class = {base64_digits};
// In one case or the other: with both, too much other text would have long runs of them.
constexpr std::array<ByteClasses, 2> base32_classes = {
    {{characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}, {characters("abcdefghijklmnopqrstuvwxyz234567")}}};
constexpr ByteClasses hex_class = {hex_digits_and_separators};

/// Collects bits into bytes. A byte's origin is from its first digit to its last.
class Bits {
public:
    Bits(unsigned size, View& view) : size_(size), view_(view) {}

    ~Bits() { flush(); }
    Bits(const Bits&) = delete;
    Bits& operator=(const Bits&) = delete;

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

constexpr std::size_t least_line = 16;  // shorter words beside a line break are words

/// Where the next line's digits begin, if what stands at `at` is one line break with a little white space
/// around it; else `at`.
std::size_t next_line(std::string_view text, std::size_t at) {
    constexpr std::size_t most_blanks = 16;
    bool broken = false;
    std::size_t end = at;
    for (; end < text.size() && end - at < most_blanks; ++end) {
        if (text[end] == '\n' || text[end] == '\r')
            broken = true;
        else if (text[end] != ' ' && text[end] != '\t')
            break;
    }
    return broken ? end : at;
}

/// Runs of base64, several lines of it as one.
class Base64Lines {
public:
    Base64Lines(std::string_view text, std::size_t phase, std::size_t least, View& view)
        : text_(text), phase_(phase), least_(least), view_(view), bits_(6, view) {}

    void line(std::size_t begin, std::size_t end) {
        const bool goes_on = begin == continued_at_ && begin != 0;
        const auto next = next_line(text_, end);
        continued_at_ = next == end ? 0 : next;
        if (!goes_on && next == end && end - begin < least_) return;
        if (!goes_on) bits_.restart(phase_, begin);
        digits(begin, end);
        if (next != end) short_line(next);
    }

private:
    void digits(std::size_t begin, std::size_t end) {
        if (!view_.keeps_origins()) begin = quads(begin, end);
        for (std::size_t at = begin; at < end; ++at) digit(at);
    }
    /// Whole groups of four digits at once, after the digits that stand before one; returns where they end.
    std::size_t quads(std::size_t begin, std::size_t end) {
        while (begin < end && !bits_.is_between_bytes()) digit(begin++);
        bits_.flush();
        std::array<char, block_bytes + block_slack> bytes;  // not initialised: what is read has been written
        while (end - begin >= 4) {
            const auto size = std::min((end - begin) / 4 * 4, block_digits);
            decode_base64_block(text_.data() + begin, size, bytes.data());
            view_.put_unmapped({bytes.data(), size / 4 * 3});
            begin += size;
        }
        return begin;
    }
    void digit(std::size_t at) { bits_.add(base64_values[static_cast<unsigned char>(text_[at])], at); }
    /// The last line may be too short to be found as a run.
    void short_line(std::size_t begin) {
        std::size_t end = begin;
        while (end < text_.size() && end - begin < least_line && has(base64_digits, text_[end])) ++end;
        if (end - begin < least_line) digits(begin, end);
    }

    std::string_view text_;
    std::size_t phase_;
    std::size_t least_;
    View& view_;
    Bits bits_;
    std::size_t continued_at_ = 0;
};

/// Runs of hex digits and what stands between them.
class HexRun {
public:
    HexRun(std::string_view text, std::size_t phase, View& view)
        : text_(text), phase_(phase), view_(view), bits_(4, view) {}

    void read(std::size_t begin, std::size_t end) {
        end_ = end;
        bits_.restart(phase_, begin);
        std::size_t separators = 0;
        for (auto at = begin; at < end;) {
            if (!view_.keeps_origins() && bits_.is_between_bytes() && separators <= most_separators)
                if (const auto next = pairs(at); next != at) {
                    at = next;
                    separators = 0;
                    continue;
                }
            const auto first = digit(at);
            if (first == none) {
                ++separators;
                ++at;
                continue;
            }
            if (separators > most_separators) bits_.restart(phase_, at);
            separators = 0;
            const auto second = bits_.is_between_bytes() ? digit(at + 1) : none;
            if (second == none)
                bits_.add(first, at);
            else
                bits_.add_byte(static_cast<unsigned char>(first << 4U | second), at, at + 2);
            at += second == none ? 1 : 2;
        }
    }

private:
    static constexpr std::size_t most_separators = 6;  // "', '0x"

    bool is_prefix(std::size_t at) const {
        return text_[at] == '0' && at + 1 < end_ && (text_[at + 1] == 'x' || text_[at + 1] == 'X');
    }
    std::uint8_t value(std::size_t at) const { return hex_values[static_cast<unsigned char>(text_[at])]; }
    std::uint8_t digit(std::size_t at) const { return at < end_ && !is_prefix(at) ? value(at) : none; }

    /// Pairs from `at` on, as long as two more digits stand behind each: they can be no prefix. Returns where
    /// they end.
    std::size_t pairs(std::size_t at) {
        std::array<char, 512> bytes;  // not initialised: what is read has been written
        std::size_t filled = 0;
        for (; at + 4 <= end_ && filled < bytes.size(); at += 2) {
            const auto first = value(at);
            const auto second = value(at + 1);
            if ((first | second | value(at + 2)) == none) break;
            bytes[filled++] = static_cast<char>(static_cast<unsigned char>(first << 4U | second));
        }
        bits_.flush();
        view_.put_unmapped({bytes.data(), filled});
        return at;
    }

    std::string_view text_;
    std::size_t phase_;
    std::size_t end_ = 0;
    View& view_;
    Bits bits_;
};

/// Whether there are `shortest` bytes of text in a run of digits, begun at any of the first four of them;
/// perhaps also where there are not quite as many. The digits are `block_digits` at most.
bool holds_text(std::string_view digits, std::size_t shortest) {
    // Not initialised: what is read has been written.
    std::array<char, 4 * (block_bytes + 4 + block_slack)> bytes;
    std::size_t filled = 0;
    for (std::size_t phase = 0; phase < 4; ++phase) {
        const auto whole = (digits.size() - phase) / 4 * 4;
        decode_base64_block(digits.data() + phase, whole, bytes.data() + filled);
        filled += whole / 4 * 3;
        std::array<char, 4> rest = {'A', 'A', 'A', 'A'};
        for (auto at = phase + whole; at < digits.size(); ++at) rest[at - phase - whole] = digits[at];
        decode_base64_block(rest.data(), rest.size(), bytes.data() + filled);
        filled += 3;
        bytes[filled++] = '\xff';
    }
    bool found = false;
    for_each_text({bytes.data(), filled}, shortest, [&](std::size_t, std::size_t) { found = true; });
    return found;
}

}  // namespace

bool may_hold_base64(std::string_view text, std::size_t shortest) {
    if (text.size() > block_digits) return true;
    const auto least = least_base64(shortest);
    bool found = false;
    for_each_run(text, base64_class, std::min(least, least_line), [&](std::size_t begin, std::size_t end) {
        found = found || next_line(text, end) != end ||
                (end - begin >= least && holds_text(text.substr(begin, end - begin), shortest));
    });
    return found;
}

void find_base64(std::string_view text, std::size_t shortest, std::vector<Origin>& runs) {
    for_each_run(text, base64_class, std::min(least_base64(shortest), least_line),
                 [&](std::size_t begin, std::size_t end) { runs.push_back({begin, end}); });
}

void decode_base64(std::string_view text, const std::vector<Origin>& runs, std::size_t phase,
                   std::size_t shortest, View& view) {
    std::size_t digits = 0;
    for (const auto& run : runs) digits += run.end - run.begin;
    view.reserve(digits / 4 * 3);
    Base64Lines lines(text, phase, least_base64(shortest), view);
    for (const auto& run : runs) lines.line(run.begin, run.end);
}

void find_base32(std::string_view text, std::size_t shortest, std::vector<Origin>& runs) {
    for (const auto& digits : base32_classes)
        for_each_run(text, digits, least_base32(shortest),
                     [&](std::size_t begin, std::size_t end) { runs.push_back({begin, end}); });
}

void decode_base32(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view) {
    Bits bits(5, view);
    for (const auto& run : runs) {
        bits.restart(phase, run.begin);
        for (auto at = run.begin; at < run.end; ++at)
            bits.add(base32_values[static_cast<unsigned char>(text[at])], at);
    }
}

void find_hex(std::string_view text, std::size_t shortest, std::vector<Origin>& runs) {
    for_each_run(text, hex_class, shortest * 2,
                 [&](std::size_t begin, std::size_t end) { runs.push_back({begin, end}); });
}

void decode_hex(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view) {
    HexRun hex(text, phase, view);
    for (const auto& run : runs) hex.read(run.begin, run.end);
}

}  // namespace tfy::policy
