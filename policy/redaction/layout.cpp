// Undoes ways of laying a text out: invisible characters in between, look-alike forms, pieces of one length,
// backwards.
#include <algorithm>

#include "policy/redaction/characters.hpp"
#include "policy/redaction/unicode.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::policy {

namespace {

constexpr auto usual_separators = characters(" \t\r\n,;|*.:/\\'\"");
constexpr auto joining_separators = characters("-_");
constexpr std::size_t longest_piece = 22;  // a longer one holds a whole window
constexpr std::size_t widest_gap = 4;

/// Follows a row of pieces of one length. The last piece may be shorter.
class Row {
public:
    Row(std::string_view text, std::size_t least, View& view) : text_(text), least_(least), view_(view) {}

    void piece(std::size_t begin, std::size_t end) {
        const auto size = end - begin;
        const bool near = !pieces_.empty() && begin - pieces_.back().end <= widest_gap;
        if (near && size == length_) {
            pieces_.push_back({begin, end});
            return;
        }
        if (near && size < length_) pieces_.push_back({begin, end});
        flush();
        if (size > longest_piece) return;
        length_ = size;
        pieces_.push_back({begin, end});
    }

    void flush() {
        if (pieces_.size() > 2 && pieces_.size() * length_ >= least_) {
            view_.put_break(pieces_.front().begin);
            for (const auto& [begin, end] : pieces_)
                for (std::size_t at = begin; at < end; ++at) view_.put(text_[at], at, at + 1);
        }
        pieces_.clear();
    }

private:
    std::string_view text_;
    std::size_t least_;
    View& view_;
    std::size_t length_ = 0;
    std::vector<Origin> pieces_;
};

void join_pieces(std::string_view text, const CharacterSet& separators, std::size_t shortest, View& view) {
    Row row(text, shortest, view);
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = at;
        while (end < text.size() && !has(separators, text[end])) ++end;
        if (end > at) row.piece(at, end);
        at = std::max(end, at + 1);
    }
    row.flush();
}

/// Bytes of a terminal's colour or cursor sequence: ESC [ … letter.
std::size_t terminal_sequence(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size() || text[at + 1] != '[') return 1;
    std::size_t end = at + 2;
    while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40) ++end;
    return std::min(end + 1, text.size()) - at;
}

bool is_ordinary(char c) { return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

void decode_plain_forms(std::string_view text, View& view) {
    view.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        std::size_t size = 1;
        if (is_ordinary(text[at])) {
            view.put(text[at], at, at + 1);
        } else if (text[at] == '\x1b') {
            size = terminal_sequence(text, at);
        } else if (const auto point = read_code_point(text, at); point.size != 0) {
            size = point.size;
            view.put(plain_form(point.value), at, at + size);
        } else {
            view.put(text[at], at, at + 1);
        }
        at += size;
    }
}

void decode_chunks(std::string_view text, std::size_t shortest, View& view) {
    join_pieces(text, usual_separators, shortest, view);
}

void decode_hyphened(std::string_view text, std::size_t shortest, View& view) {
    join_pieces(text, joining_separators, shortest, view);
}

void decode_reversed(std::string_view text, std::size_t shortest, View& view) {
    for_each_run(text, token_characters, shortest, [&](std::size_t begin, std::size_t end) {
        view.put_break(begin);
        for (std::size_t at = end; at > begin; --at) view.put(text[at - 1], at - 1, at);
    });
}

void decode_tags(std::string_view text, View& view) {
    bool in_tags = false;
    for (std::size_t at = 0; at < text.size();) {
        const auto point = read_code_point(text, at);
        const bool tag = point.value >= 0xe0020 && point.value < 0xe007f;
        if (tag && !in_tags) view.put_break(at);
        const auto size = std::max<std::size_t>(point.size, 1);
        if (tag) view.put(static_cast<char>(point.value - 0xe0000), at, at + size);
        in_tags = tag;
        at += size;
    }
}

}  // namespace tfy::policy
