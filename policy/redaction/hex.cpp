// Undoes hex, with separators and prefixes or without.
#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/digits.hpp"
#include "policy/redaction/pieces.hpp"

namespace tfy::redaction {

namespace {

constexpr auto hex_values = values_of("0123456789ABCDEF", "0123456789abcdef");

constexpr ByteClasses hex_class = {hex_digits_and_separators};

/// Runs of hex digits and what is between them.
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
            if (first == no_digit) {
                ++separators;
                ++at;
                continue;
            }
            if (separators > most_separators) bits_.restart(phase_, at);
            separators = 0;
            const auto second = bits_.is_between_bytes() ? digit(at + 1) : no_digit;
            if (second == no_digit)
                bits_.add(first, at);
            else
                bits_.add_byte(static_cast<unsigned char>(first << 4U | second), at, at + 2);
            at += second == no_digit ? 1 : 2;
        }
    }

private:
    static constexpr std::size_t most_separators = widest_gap + 4;  // with "0x" and brackets

    bool is_prefix(std::size_t at) const {
        return text_[at] == '0' && at + 1 < end_ && (text_[at + 1] == 'x' || text_[at + 1] == 'X');
    }
    std::uint8_t value(std::size_t at) const { return hex_values[static_cast<unsigned char>(text_[at])]; }
    std::uint8_t digit(std::size_t at) const { return at < end_ && !is_prefix(at) ? value(at) : no_digit; }

    /// Pairs from `at` on, as long as two more digits stand behind each: they can be no prefix. Returns where
    /// they end.
    std::size_t pairs(std::size_t at) {
        std::array<char, 512> bytes;  // not initialised: what is read has been written
        std::size_t filled = 0;
        for (; at + 4 <= end_ && filled < bytes.size(); at += 2) {
            const auto first = value(at);
            const auto second = value(at + 1);
            if ((first | second | value(at + 2)) == no_digit) break;
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
    DigitBits bits_;
};

}  // namespace

void find_hex(std::string_view text, std::size_t shortest, std::vector<Origin>& runs) {
    add_runs(text, hex_class, shortest * 2, runs);
}

void decode_hex(std::string_view text, const std::vector<Origin>& runs, std::size_t phase, View& view) {
    HexRun hex(text, phase, view);
    for (const auto& run : runs) hex.read(run.begin, run.end);
}

}  // namespace tfy::redaction
