// Turns round what may be digits that were written backwards: the code of ASCII text shows in them.
#include <algorithm>
#include <array>
#include <cstdint>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::string_view base64_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Those of the first 62 digits of base64 of which the bits in `mask` are `least` to `most`.
constexpr CharacterSet digits_with(std::size_t mask, std::size_t least, std::size_t most) {
    CharacterSet set{};
    for (std::size_t value = 0; value < base64_alphabet.size(); ++value) {
        const auto bits = value & mask;
        set[static_cast<unsigned char>(base64_alphabet[value])] = bits >= least && bits <= most;
    }
    return set;
}

// Printable ASCII shows in the first three digits of four in base64, and in the first of two in hex.
enum Kind : std::uint8_t { first, second, third, upper_half, upper_base32, lower_base32 };
constexpr ByteClasses kinds = {digits_with(63, 8, 31),
                               digits_with(15, 2, 7),
                               digits_with(3, 0, 1),
                               characters("234567"),
                               characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
                               characters("abcdefghijklmnopqrstuvwxyz234567")};
constexpr std::size_t longest_turned = 16 * 1024;  // of digits: a longer code is no value's
constexpr std::size_t margin = 16;                 // digits around those that show it

/// Puts stretches backwards, those near to each other as one.
class Stretches {
public:
    Stretches(std::string_view text, View& view) : text_(text), view_(view) {}

    void add(std::size_t begin, std::size_t end) {
        begin -= std::min(begin, margin);
        if (begin > end_) put();
        begin_ = end_ == 0 ? begin : std::min(begin_, begin);
        end_ = std::min(std::max(end_, end + margin), text_.size());
    }
    void put() {
        if (end_ == 0) return;
        view_.put_break(begin_);
        view_.put_reversed(text_, begin_, end_);
        end_ = 0;
    }

private:
    std::string_view text_;
    View& view_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

/// Bit i: from i on `shortest` characters of ASCII follow in base64 or hex, the last digit first; of base64
/// perhaps not quite as many. `of` gives the bits of a kind.
template <class Bits>
auto ascii_backwards(Bits of, std::size_t shortest) {
    const auto group = (of(third) >> 1U) & (of(second) >> 2U) & (of(first) >> 3U);
    auto groups = group;
    for (std::size_t more = 2; more < std::clamp<std::size_t>(shortest / 3, 2, 5); ++more)
        groups = group & (groups >> 4U);
    auto bytes = of(upper_half);
    for (std::size_t known = 1; known < shortest;) {
        const auto step = std::min(known, shortest - known);
        bytes &= bytes >> (2 * step);
        known += step;
    }
    return groups | bytes;
}

}  // namespace

bool may_hold_turned(std::string_view digits, std::size_t shortest) {
    const auto most_digits = 2 * shortest;  // of a window, in hex
    std::array<std::uint64_t, kinds.size()> masks;
    const auto of = [&](Kind kind) { return masks[kind]; };
    while (true) {
        kinds.mark(digits.substr(0, mask_bytes), masks.data(), 1);
        if (ascii_backwards(of, shortest) != 0) return true;
        for (const auto base32 : {upper_base32, lower_base32})
            if (static_cast<std::uint64_t>(runs_of(of(base32), least_base32(shortest))) != 0) return true;
        if (digits.size() <= mask_bytes) return false;
        digits.remove_prefix(mask_bytes - most_digits);
    }
}

void decode_turned(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses all_digits = {
        characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")};
    Stretches stretches(text, view);
    for_each_run(text, all_digits, least_base64(shortest), [&](std::size_t begin, std::size_t end) {
        if (end - begin > longest_turned) return;
        const auto run = text.substr(begin, end - begin);
        const auto of_kind = [&](const std::uint64_t* masks, std::size_t stride) {
            return [=](Kind kind) { return pair_at(masks + kind * stride); };
        };
        const auto ascii = [&](const std::uint64_t* masks, std::size_t stride) {
            return ascii_backwards(of_kind(masks, stride), shortest);
        };
        for_each_run(run, kinds, 1, ascii, [&](std::size_t from, std::size_t to) {
            stretches.add(begin + from, std::min(begin + to + 2 * shortest, end));
        });
        for (const auto base32 : {upper_base32, lower_base32}) {
            const auto digits = [&](const std::uint64_t* masks, std::size_t stride) {
                return of_kind(masks, stride)(base32);
            };
            for_each_run(run, kinds, least_base32(shortest), digits,
                         [&](std::size_t from, std::size_t to) { stretches.add(begin + from, begin + to); });
        }
    });
    stretches.put();
}

}  // namespace tfy::redaction
