// Puts together what a stream sends piece by piece: lines that differ in a few characters only, between the
// same words, as in 'data: {"delta":"e"}', perhaps with a time or a counter.
#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr std::size_t longest_event = 12;  // models send words
constexpr std::size_t least_alike = 4;     // characters that all lines begin with, at least
constexpr std::size_t least_events = 3;

/// Whether counters and times may differ between lines that are alike.
enum class Digits : std::uint8_t { as_they_are, any };

/// A line from its begin on, or from its end.
class Side {
public:
    Side(std::string_view line, bool from_end) : line_(line), from_end_(from_end) {}

    bool holds(std::size_t at) const { return at < line_.size(); }
    char operator[](std::size_t at) const { return line_[from_end_ ? line_.size() - 1 - at : at]; }
    std::size_t behind_number(std::size_t at) const {
        while (holds(at) && is_digit((*this)[at])) ++at;
        return at;
    }

private:
    std::string_view line_;
    bool from_end_;
};

/// How much two lines have alike, in characters of each.
struct Alike {
    std::size_t one = 0;
    std::size_t other = 0;
};

/// Up to `most` characters of `one`. A number is like another one of any length where the same follows; else
/// digits of a value would be taken for one.
Alike alike(const Side& one, const Side& other, Digits digits, std::size_t most) {
    Alike at;
    while (at.one < most && one.holds(at.one) && other.holds(at.other)) {
        const char here = one[at.one];
        const char there = other[at.other];
        if (digits == Digits::any && is_digit(here) && is_digit(there)) {
            const Alike next = {one.behind_number(at.one), other.behind_number(at.other)};
            const bool ends = !one.holds(next.one) || !other.holds(next.other);
            if (ends || one[next.one] != other[next.other]) break;
            at = next;
        } else if (here == there) {
            at = {at.one + 1, at.other + 1};
        } else {
            break;
        }
    }
    return at;
}

/// Empty and indented lines, and what server-sent events have beside their data.
bool is_between_events(std::string_view line) {
    if (line.size() <= least_alike || line.front() == ':' || line.front() == ' ' || line.front() == '\t')
        return true;
    return (line.front() == 'e' && line.starts_with("event:")) ||
           (line.front() == 'i' && line.starts_with("id:"));
}

/// Lines that follow each other, and how much of their begin and end they share.
class Events {
public:
    Events(std::string_view text, std::size_t shortest, Digits digits, View& view)
        : text_(text), shortest_(shortest), digits_(digits), view_(view) {}

    void line(std::size_t begin, std::size_t end) {
        if (!lines_.empty() && !goes_on({begin, end})) finish();
        if (lines_.empty()) {
            begin_ = end_ = end - begin;
            longest_ = 0;
        }
        lines_.push_back({begin, end});
    }
    void finish() {
        if (lines_.size() >= least_events) put();
        lines_.clear();
    }

private:
    void put() {
        std::vector<Origin> pieces;
        std::size_t spelled = 0;
        for (const auto& line : lines_) {
            pieces.push_back(piece_of(line));
            spelled += pieces.back().end - pieces.back().begin;
        }
        if (spelled < shortest_ || !is_new(pieces)) return;
        view_.put_break(lines_.front().begin);
        for (const auto& piece : pieces) view_.put_same(text_, piece.begin, piece.end);
    }
    std::string_view text_of(const Origin& part) const {
        return text_.substr(part.begin, part.end - part.begin);
    }
    Alike alike_with_first(const Origin& line, bool from_end, std::size_t most) const {
        return alike({text_of(lines_.front()), from_end}, {text_of(line), from_end}, digits_, most);
    }
    /// What is between what it shares with the first.
    Origin piece_of(const Origin& line) const {
        const auto begin = line.begin + alike_with_first(line, false, begin_).other;
        const auto end = line.end - alike_with_first(line, true, end_).other;
        return {begin, std::max(begin, end)};
    }
    /// False if the lines are alike with their digits as they are: that is put by itself.
    bool is_new(const std::vector<Origin>& pieces) const {
        if (digits_ == Digits::as_they_are) return true;
        const auto around = [&](std::size_t i) {
            return std::pair(text_of({lines_[i].begin, pieces[i].begin}),
                             text_of({pieces[i].end, lines_[i].end}));
        };
        for (std::size_t i = 1; i < lines_.size(); ++i)
            if (around(i) != around(0)) return true;
        return false;
    }
    /// Whether `line` is an event like those before it.
    bool goes_on(const Origin& line) {
        const auto begin = alike_with_first(line, false, begin_);
        const auto end = alike_with_first(line, true, end_);
        const auto left = [](std::size_t size, std::size_t taken) { return size - std::min(size, taken); };
        const auto first = left(text_of(lines_.front()).size(), begin.one + end.one);
        const auto before = lines_.size() == 1 ? first : longest_ + (begin_ - begin.one) + (end_ - end.one);
        const auto longest = std::max(before, left(line.end - line.begin, begin.other + end.other));
        if (begin.one < least_alike || longest > longest_event) return false;
        begin_ = begin.one;
        end_ = end.one;
        longest_ = longest;
        return true;
    }

    std::string_view text_;
    std::size_t shortest_;
    Digits digits_;
    View& view_;
    std::vector<Origin> lines_;
    std::size_t begin_ = 0;    // characters of the first line that all lines begin with
    std::size_t end_ = 0;      // and end with
    std::size_t longest_ = 0;  // piece of a line, at most
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
