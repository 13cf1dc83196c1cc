// Undoes base64, of which several lines are one text.
#include <algorithm>
#include <array>

#include "policy/redaction/base64_block.hpp"
#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/decoded_text.hpp"
#include "policy/redaction/digit_lines.hpp"
#include "policy/redaction/digits.hpp"
#include "policy/redaction/inflate.hpp"

namespace tfy::redaction {

namespace {

constexpr auto base64_values = values_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
constexpr auto base64_digits = digits_of(base64_values);
constexpr ByteClasses base64_class = {base64_digits};
constexpr std::size_t least_line = 16;  // shorter words beside a line break are words

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
    DigitBits bits_;
    std::size_t continued_at_ = 0;
};

/// Whether there are `shortest` bytes of text in a run of digits, begun at any of the first four of them, or
/// something compressed; perhaps also if there are not quite as many. The digits are `block_digits` at
/// most.
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
    if (found || digits.size() < least_base64(shortest + least_beyond_window)) return found;
    return may_hold_compressed({bytes.data(), filled});
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
    add_runs(text, base64_class, std::min(least_base64(shortest), least_line), runs);
}

void decode_base64(std::string_view text, const std::vector<Origin>& runs, std::size_t phase,
                   std::size_t shortest, View& view) {
    std::size_t digits = 0;
    for (const auto& run : runs) digits += run.end - run.begin;
    view.reserve(digits / 4 * 3);
    Base64Lines lines(text, phase, least_base64(shortest), view);
    for (const auto& run : runs) lines.line(run.begin, run.end);
}

}  // namespace tfy::redaction
