// Turns round what may be digits that were written backwards: the code of ASCII text shows in them.
#include <algorithm>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

// Of base64 the first three digits of four, of hex the first of two, if all bytes are under 128.
constexpr auto first_digits = characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef");
constexpr auto second_digits = characters("ABCDEFGHQRSTUVWXghijklmnwxyz0123");
constexpr auto third_digits = characters("ABEFIJMNQRUVYZcdghklopstwx014589");
constexpr auto upper_halves = characters("234567");
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

/// Whether `groups` groups of base64 follow each other from `at` on, the last digit of each first.
bool is_base64(std::string_view run, std::size_t at, std::size_t groups) {
    for (; groups > 0 && at + 4 <= run.size(); --groups, at += 4)
        if (!has(third_digits, run[at + 1]) || !has(second_digits, run[at + 2]) ||
            !has(first_digits, run[at + 3]))
            return false;
    return groups == 0;
}
bool is_hex(std::string_view run, std::size_t at, std::size_t bytes) {
    for (; bytes > 0 && at < run.size() && has(upper_halves, run[at]); --bytes) at += 2;
    return bytes == 0;
}

/// The stretches of a run of digits, which begins at `from`, that stand for ASCII.
void add_ascii(std::string_view run, std::size_t from, std::size_t shortest, Stretches& stretches) {
    const auto groups = std::clamp<std::size_t>(shortest / 3, 2, 5) - 1;
    for (std::size_t at = 0; at + 4 <= run.size(); ++at)
        if (is_base64(run, at, groups) || is_hex(run, at, shortest))
            stretches.add(from + at, std::min(from + at + 2 * shortest, from + run.size()));
}

/// The same for base32, in one case or the other.
void add_base32(std::string_view run, std::size_t from, std::size_t least, Stretches& stretches) {
    static constexpr CharacterSet cases[] = {characters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
                                             characters("abcdefghijklmnopqrstuvwxyz234567")};
    for (const auto& digits : cases)
        for (std::size_t at = 0; at + least <= run.size();) {
            auto good = at + least;  // from here on
            while (good > at && has(digits, run[good - 1])) --good;
            if (good == at) {
                auto end = at + least;
                while (end < run.size() && has(digits, run[end])) ++end;
                stretches.add(from + at, from + end);
                good = end;
            }
            at = good;
        }
}

}  // namespace

void decode_turned(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses all_digits = {
        characters("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")};
    Stretches stretches(text, view);
    for_each_run(text, all_digits, least_base64(shortest), [&](std::size_t begin, std::size_t end) {
        if (end - begin > longest_turned) return;
        add_ascii(text.substr(begin, end - begin), begin, shortest, stretches);
        add_base32(text.substr(begin, end - begin), begin, least_base32(shortest), stretches);
    });
    stretches.put();
}

}  // namespace tfy::redaction
