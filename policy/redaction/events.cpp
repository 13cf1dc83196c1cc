// Puts together what a stream sends piece by piece: lines that differ in a few characters only, between the
// same words, as in 'data: {"delta":"e"}', perhaps with a time or a counter.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t longest_event = 12;  // models send words
constexpr std::size_t least_alike = 4;     // characters that all lines begin with, at least
constexpr std::size_t least_events = 3;

/// Whether counters and times may differ between lines that are alike.
enum class Digits : std::uint8_t { as_they_are, any };

bool is_alike(char one, char other, Digits digits) {
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return one == other || (digits == Digits::any && is_digit(one) && is_digit(other));
}
std::size_t same_at_begin(std::string_view one, std::string_view other, Digits digits) {
    const auto size = std::min(one.size(), other.size());
    std::size_t same = 0;
    while (same < size && is_alike(one[same], other[same], digits)) ++same;
    return same;
}
std::size_t same_at_end(std::string_view one, std::string_view other, Digits digits) {
    const auto size = std::min(one.size(), other.size());
    std::size_t same = 0;
    while (same < size && is_alike(one[one.size() - 1 - same], other[other.size() - 1 - same], digits))
        ++same;
    return same;
}

/// Empty and indented lines, and what server-sent events have beside their data.
bool is_between_events(std::string_view line) {
    if (line.size() <= least_alike || line.front() == ':' || line.front() == ' ' || line.front() == '\t')
        return true;
    return (line.front() == 'e' && line.starts_with("event:")) ||
           (line.front() == 'i' && line.starts_with("id:"));
}

/// What all lines have alike, in characters.
struct Shared {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::size_t least = 0;  // in a line
    std::size_t most = 0;

    /// Of the end: in the shortest line, a part of it may be the begin's.
    std::size_t behind() const { return std::min(end, least - begin); }
    std::size_t size() const { return begin + behind(); }
};

/// Lines that follow each other, and how much of their begin and end they share.
class Events {
public:
    Events(std::string_view text, std::size_t shortest, Digits digits, View& view)
        : text_(text), shortest_(shortest), digits_(digits), view_(view) {}

    void line(std::size_t begin, std::size_t end) {
        const auto line = text_.substr(begin, end - begin);
        if (!lines_.empty() && !goes_on(line)) finish();
        if (lines_.empty()) shared_ = {line.size(), line.size(), line.size(), line.size()};
        lines_.push_back({begin, end});
    }
    void finish() {
        std::size_t spelled = 0;
        for (const auto& line : lines_) spelled += line.end - line.begin - shared_.size();
        if (lines_.size() >= least_events && spelled >= shortest_ && is_new()) {
            view_.put_break(lines_.front().begin);
            for (const auto& line : lines_)
                view_.put_same(text_, line.begin + shared_.begin, line.end - shared_.behind());
        }
        lines_.clear();
    }

private:
    /// False if the lines are alike with their digits as they are: that is put by itself.
    bool is_new() const {
        if (digits_ == Digits::as_they_are) return true;
        const auto before = [&](const Origin& line) { return text_.substr(line.begin, shared_.begin); };
        const auto behind = [&](const Origin& line) {
            return text_.substr(line.end - shared_.behind(), shared_.behind());
        };
        return std::ranges::any_of(lines_, [&](const Origin& line) {
            return before(line) != before(lines_.front()) || behind(line) != behind(lines_.front());
        });
    }
    /// Whether `line` is an event like those before it.
    bool goes_on(std::string_view line) {
        const auto first = text_.substr(lines_.front().begin, lines_.front().end - lines_.front().begin);
        Shared all = {0, 0, std::min(shared_.least, line.size()), std::max(shared_.most, line.size())};
        if (all.most - all.least > longest_event) return false;
        all.begin = std::min(shared_.begin, same_at_begin(first, line, digits_));
        all.end = std::min(shared_.end, same_at_end(first, line, digits_));
        const bool like_others = all.begin >= least_alike && all.most - all.size() <= longest_event;
        if (like_others) shared_ = all;
        return like_others;
    }

    std::string_view text_;
    std::size_t shortest_;
    Digits digits_;
    View& view_;
    std::vector<Origin> lines_;
    Shared shared_;
};

}  // namespace

void decode_events(std::string_view text, std::size_t shortest, View& view) {
    for (const auto digits : {Digits::as_they_are, Digits::any}) {
        Events events(text, shortest, digits, view);
        for (std::size_t begin = 0; begin < text.size();) {
            const auto end = std::min(text.find('\n', begin), text.size());
            if (!is_between_events(text.substr(begin, end - begin))) events.line(begin, end);
            begin = end + 1;
        }
        events.finish();
    }
}

}  // namespace tfy::redaction
