// Undoes the columns of hexdump, xxd, od, curl --trace and debuggers: offsets in front and text behind go.
#include <algorithm>
#include <cstdint>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr auto dump_digits = characters("0123456789abcdefABCDEF");
constexpr std::size_t longest_cell = 512;  // of xxd -g0 -c 256
constexpr std::size_t field_width = 4;     // of od -c: "   e  \n 303"

/// A line that begins with an offset.
struct DumpLine {
    bool has_offset = false;
    bool may_have_offset = false;  // if the line above or below says so
    bool has_colon = false;
    std::uint64_t offset = 0;  // as if it were hex
    std::size_t digits = 0;    // of the offset
    std::size_t begin = 0;     // behind the offset
    std::size_t end = 0;       // before the line break
    std::size_t covered = 0;   // the same of the last line that shows these bytes
    std::size_t next = 0;      // the next line
};

class LineReader {
public:
    LineReader(std::string_view text, std::size_t begin) : text_(text), at_(begin) {
        line_.next = std::min(text.find('\n', begin), text.size() - 1) + 1;
        line_.end = std::min(text.find('\n', begin), text.size());
        while (line_.end > begin && text[line_.end - 1] == '\r') --line_.end;
        line_.covered = line_.end;
    }

    DumpLine read() {
        skip_blanks();
        const bool prefixed = at(0) == '0' && (at(1) == 'x' || at(1) == 'X');
        if (prefixed) at_ += 2;
        for (; has(dump_digits, at(0)) || (at(0) == '`' && line_.digits == 8); ++at_) {
            if (at(0) == '`') continue;
            const char c = at(0);
            const auto digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
            line_.offset = line_.offset << 4U | static_cast<std::uint64_t>(digit);
            if (++line_.digits > 16) return line_;
        }
        if (prefixed && line_.digits > 0) skip_symbol();
        line_.has_colon = at(0) == ':';
        const std::size_t least = line_.has_colon || (at(0) == ' ' && at(1) == ' ') ? 4 : 6;
        if (line_.has_colon) ++at_;
        line_.begin = at_;
        line_.may_have_offset = line_.digits >= 4 && (at(0) == ' ' || at(0) == '\t');
        line_.has_offset = line_.may_have_offset && line_.digits >= least;
        return line_;
    }

private:
    char at(std::size_t i) const { return at_ + i < line_.end ? text_[at_ + i] : '\0'; }
    void skip_blanks() {
        while (at(0) == ' ' || at(0) == '\t') ++at_;
    }
    /// " <main+8>" of a debugger.
    void skip_symbol() {
        constexpr std::size_t longest_symbol = 128;
        if (at(0) != ' ' || at(1) != '<') return;
        const auto close = text_.substr(0, line_.end).substr(at_, longest_symbol).find('>');
        if (close != std::string_view::npos) at_ += close + 1;
    }

    std::string_view text_;
    std::size_t at_;
    DumpLine line_;
};

/// Lines of a dump, perhaps with something in front of each: a time, the name of a program, "> ".
class DumpLines {
public:
    explicit DumpLines(std::string_view text) : text_(text) {}

    DumpLine read(std::size_t begin) {
        auto line = LineReader(text_, begin).read();
        line.has_offset = line.has_offset ||
                          (line.may_have_offset && (is_step(offset_, line.offset) || is_followed(line, 0)));
        if (line.has_offset) {
            offset_ = line.offset;
            return line;
        }
        if (in_front_ > 0)
            if (const auto other = behind(begin, line, in_front_); other.has_offset) return other;
        in_front_ = 0;
        if (line.next == text_.size()) return line;
        const auto end = alike_up_to(begin, line);
        for (auto at = begin; at < end; at = behind_digits(at)) {
            while (at < end && !has(dump_digits, text_[at])) ++at;
            if (!may_be_offset(at)) continue;
            const auto other = behind(begin, line, at - begin);
            if (!other.has_offset || !is_followed(other, at - begin)) continue;
            in_front_ = at - begin;
            return other;
        }
        return line;
    }

private:
    static constexpr std::size_t most_in_front = 96;

    /// Where the line ends to be as the next one, but for digits.
    std::size_t alike_up_to(std::size_t begin, const DumpLine& line) const {
        const auto most = std::min({line.end - begin, text_.size() - line.next, most_in_front});
        std::size_t size = 0;
        for (; size < most; ++size) {
            const char c = text_[begin + size];
            const char below = text_[line.next + size];
            if (c != below && !(has(dump_digits, c) && has(dump_digits, below))) break;
        }
        return begin + size;
    }
    std::size_t behind_digits(std::size_t at) const {
        while (at < text_.size() && has(dump_digits, text_[at])) ++at;
        return at;
    }
    /// False for most digits, soon.
    bool may_be_offset(std::size_t at) const {
        const auto end = behind_digits(at);
        const auto rest = text_.substr(end, 2);
        if (end - at == 1) return rest.starts_with('x') || rest.starts_with('X');
        return end - at >= 4 && (rest.starts_with(':') || rest.starts_with(' ') || rest.starts_with('\t'));
    }
    /// What is behind the first `size` characters of the line that begins at `begin`.
    DumpLine behind(std::size_t begin, const DumpLine& line, std::size_t size) const {
        return begin + size < line.end ? LineReader(text_, begin + size).read() : line;
    }
    /// The next line has an offset at the same place, by some bytes larger.
    bool is_followed(const DumpLine& line, std::size_t in_front) const {
        if (line.next == text_.size()) return false;
        const auto next = behind(line.next, LineReader(text_, line.next).read(), in_front);
        return next.may_have_offset && is_step(line.offset, next.offset);
    }
    static bool is_step(std::uint64_t from, std::uint64_t to) {
        constexpr std::size_t least_step = 4;
        constexpr std::size_t most_step = 256;
        return to >= from + least_step && to <= from + most_step;
    }

    std::string_view text_;
    std::size_t in_front_ = 0;
    std::uint64_t offset_ = ~std::uint64_t{0} / 2;  // of the last line that has one
};

/// True if each word is a number, or has as few characters as od -c has for one.
bool has_short_words(std::string_view line) {
    bool numbers = true;
    std::size_t longest = 0;
    std::size_t size = 0;
    for (const char c : line) {
        const bool blank = c == ' ' || c == '\t';
        size = blank ? 0 : size + 1;
        longest = std::max(longest, size);
        numbers = numbers && (blank || has(dump_digits, c));
    }
    return longest > 0 && (numbers || longest <= field_width - 1);
}

/// True if the line at `at` shows the bytes of `line`, which begins at `begin`, in another format: it has the
/// same offset, or blanks in its place.
bool shows_again(std::string_view text, std::size_t begin, const DumpLine& line, std::size_t at) {
    const auto next = LineReader(text, at).read();
    if (next.has_offset && next.offset == line.offset && next.digits == line.digits) return true;
    const auto column = line.begin - begin;
    const auto body = text.substr(at, next.end - at);
    return body.size() > column && body.find_first_not_of(" \t") >= column &&
           has_short_words(body.substr(column));
}

/// The character in a field of od -c, od -a and hexdump -c; false if it is none. `sure` where it is no
/// digit, so that it can be no number.
bool read_field(std::string_view field, char& character, bool& sure) {
    if (field.front() != ' ') return false;
    const auto first = std::min(field.find_first_not_of(' '), field.size());
    const auto content = field.substr(first);
    if (content.find(' ') != std::string_view::npos) return false;
    if (content.empty()) {
        character = ' ';
    } else if (content.size() == 1) {
        character = content.front();
        sure = sure || character < '0' || character > '9';
    } else if (content.size() == 2) {
        const auto name = control_names.find(content[1]);
        if (content[0] == '\\' && name == std::string_view::npos) return false;
        character = content[0] == '\\' ? controls_named[name]
                    : content == "sp"  ? ' '
                    : content == "nl"  ? '\n'
                                       : '\x01';
    } else {
        unsigned value = 0;
        for (const char c : content) value = value * 8 + (static_cast<unsigned>(c - '0') & 7U);
        const bool octal = std::ranges::all_of(content, [](char c) { return c >= '0' && c <= '7'; });
        character = octal ? static_cast<char>(static_cast<unsigned char>(value)) : '\x01';
    }
    return true;
}

/// Lines of a dump that follow each other.
class Dump {
public:
    Dump(std::string_view text, View& view) : text_(text), view_(view) {}

    void line(const DumpLine& line, const DumpLine& next) {
        if (!line.has_offset) {
            if (!broken_) view_.put_break(line.end);
            broken_ = true;
            return;
        }
        broken_ = false;
        const bool goes_on = next.has_offset && next.offset > line.offset;
        if (goes_on) step_ = next.offset - line.offset;
        if (fields(line)) return;
        if (!cells(line) && line.has_colon && line.digits == 4) plain(line, goes_on);
    }

private:
    /// The cells of od -c.
    bool fields(const DumpLine& line) {
        const auto body = text_.substr(line.begin, line.end - line.begin);
        if (line.has_colon || body.empty() || body.size() % field_width != 0) return false;
        std::string read;
        bool sure = false;
        std::size_t single = 0;
        for (std::size_t at = 0; at < body.size(); at += field_width) {
            char character = '\0';
            if (!read_field(body.substr(at, field_width), character, sure)) return false;
            read += character;
            single += body[at + field_width - 2] == ' ' ? 1 : 0;
        }
        if (!sure && single <= read.size() / 2) return false;  // numbers of bytes have more digits
        for (std::size_t i = 0; i < read.size(); ++i)
            view_.put(read[i], line.begin + field_width * i, line.covered);
        return true;
    }

    /// Numbers, up to as many as the next line's offset says.
    bool cells(const DumpLine& line) {
        std::size_t first = 0;         // digits of the first cell
        std::size_t bytes_a_cell = 0;  // as the first one has them
        std::size_t count = 0;
        for (auto at = line.begin; at < line.end;) {
            if (const char c = text_[at]; c == ' ' || c == '\t' || c == '-') {
                ++at;
                continue;
            }
            auto end = at;
            while (end < line.end && (has(dump_digits, text_[end]) || text_[end] == 'x')) ++end;
            const auto size = end - at;
            if (count == 0) bytes_a_cell = bytes_of(text_.substr(at, first = size));
            if (size < 1 || size > longest_cell || (size > first && !is_short_decimal(at, end)) ||
                !ends_cell(end, line.end))
                break;
            if (count * bytes_a_cell >= step_) break;
            for (; at < end; ++at) view_.put(text_[at], at, line.covered);
            view_.put(' ', end, line.covered);
            ++count;
            at = behind_quoted(end, line.end);
        }
        return count > 0;
    }
    /// In a cell of hex or binary digits, or a word in octal; in others perhaps fewer.
    static std::size_t bytes_of(std::string_view cell) {
        if (cell.starts_with("0x")) cell.remove_prefix(2);
        const bool binary = cell.size() == 8 && cell.find_first_not_of("01") == std::string_view::npos;
        const bool octal = cell.size() == 4 && cell.front() == '0';
        return binary || octal ? 1 : cell.size() == 6 ? 2 : cell.size() / 2;
    }
    bool ends_cell(std::size_t at, std::size_t end) const {
        return at == end || text_[at] == ' ' || text_[at] == '\t' || text_[at] == '-';
    }
    bool is_short_decimal(std::size_t begin, std::size_t end) const {
        return end - begin <= 5 &&
               text_.substr(begin, end - begin).find_first_not_of("0123456789") == std::string_view::npos;
    }
    /// "101 'e'" of a debugger.
    std::size_t behind_quoted(std::size_t at, std::size_t end) const {
        if (end - at < 4 || text_[at] != ' ' || text_[at + 1] != '\'') return at;
        const auto close = text_.substr(at + 2, 6).rfind('\'');
        return close == std::string_view::npos ? at : std::min(at + close + 3, end);
    }

    /// Of curl --trace-ascii: a long line goes on where the next offset says so.
    void plain(const DumpLine& line, bool goes_on) {
        const auto begin = std::min(line.begin + 1, line.end);
        view_.put_same(text_, begin, line.end);
        if (!goes_on || line.end - begin != step_) view_.put('\n', line.end, line.end);
    }

    std::string_view text_;
    View& view_;
    bool broken_ = true;
    std::uint64_t step_ = 16;  // bytes a line
};

}  // namespace

void decode_columns(std::string_view text, View& view) {
    if (text.empty()) return;
    Dump dump(text, view);
    DumpLines lines(text);
    auto line = lines.read(0);
    for (std::size_t begin = 0; true;) {
        auto at = line.next;
        for (auto below = line; line.has_offset && at != text.size(); at = below.next) {
            below = LineReader(text, at).read();
            const bool empty = text.find_first_not_of(" \t", at) >= below.end;
            if (!empty && !shows_again(text, begin, line, at)) break;
            if (!empty) line.covered = below.end;
        }
        const bool last = at == text.size();
        const auto next = last ? DumpLine{} : lines.read(at);
        dump.line(line, next);
        if (last) return;
        line = next;
        begin = at;
    }
}

}  // namespace tfy::redaction
