// Undoes ways of laying a text out: invisible characters in between, look-alike forms, pieces of one length,
// backwards.
#include <algorithm>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/pieces.hpp"
#include "policy/redaction/unicode.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr CharacterSet all_but(const CharacterSet& set) {
    CharacterSet others{};
    for (std::size_t c = 0; c < set.size(); ++c) others[c] = !set[c];
    return others;
}

/// Follows rows of pieces between separators and keeps those that spell enough. `pieces` are characters.
void join_pieces(std::string_view text, const ByteClasses& pieces, const CharacterSet& separators,
                 std::size_t shortest, View& view) {
    PieceRow row;
    const auto flush = [&] {
        if (!row.counts(shortest)) return;
        view.put_break(row.begin);
        for (auto at = row.begin; at < row.end; ++at)
            if (!has(separators, text[at])) view.put(text[at], at, at + 1);
    };
    for_each_run(text, pieces, 1, [&](std::size_t at, std::size_t end) {
        if (row.goes_on(at, end - at)) {
            row.add(end);
        } else {
            if (row.ends_with(at, end - at)) row.add_last(end);
            flush();
            row = PieceRow::from(at, end);
        }
    });
    flush();
}

std::size_t size_of_run(std::string_view text, std::size_t at, char first, char last) {
    auto end = at;
    while (end < text.size() && text[end] >= first && text[end] <= last) ++end;
    return end - at;
}

/// Bytes of a terminal's colour or cursor sequence: ESC [ … letter. Of others ESC alone.
std::size_t control_sequence(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size() || text[at + 1] != '[') return 1;
    const auto size = 2 + size_of_run(text, at + 2, 0x20, 0x3f);
    return std::min(size + 1, text.size() - at);
}

/// Bytes of any sequence that ECMA-48 has: of control strings (ESC ] … BEL, as links are) all that is in
/// them; else ESC, blanks and punctuation, and a last byte.
std::size_t terminal_sequence(std::string_view text, std::size_t at) {
    constexpr std::string_view opens_string = "]PX^_";
    const auto kind = text.substr(at + 1, 1);
    if (kind == "[") return control_sequence(text, at);
    if (kind.empty() || opens_string.find(kind) == std::string_view::npos) {
        const auto size = 1 + size_of_run(text, at + 1, 0x20, 0x2f);
        return size + size_of_run(text.substr(0, at + size + 1), at + size, 0x30, 0x7e);
    }
    const auto end = text.find_first_of("\x07\x1b", at + 2);
    if (end == std::string_view::npos) return 2;
    if (text[end] == '\x07') return end + 1 - at;
    return end - at + (text.substr(end + 1, 1) == "\\" ? 2 : 0);
}

std::size_t ordinary_characters_at(std::string_view text, std::size_t at) {
    const auto is_ordinary = [](char c) {
        return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
    };
    auto end = at;
    while (end < text.size() && is_ordinary(text[end])) ++end;
    return end - at;
}

/// Puts ordinary text as it is. `escape(at)` returns how long what ESC begins at `at` is, `put(point, at)`
/// puts what stands for a character.
template <class SizeOfEscape, class Put>
void put_forms(std::string_view text, View& view, SizeOfEscape escape, Put put) {
    view.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto size = ordinary_characters_at(text, at);
        if (size > 0) {
            view.put_same(text, at, at + size);
        } else if (text[at] == '\x1b') {
            size = escape(at);
        } else if (const auto point = read_code_point(text, at); point.size != 0) {
            size = point.size;
            put(point, at);
        } else {
            size = 1;
            view.put(text[at], at, at + size);
        }
        at += size;
    }
}

}  // namespace

void decode_plain_forms(std::string_view text, View& view) {
    put_forms(
        text, view, [&](std::size_t at) { return control_sequence(text, at); },
        [&](const CodePoint& point, std::size_t at) {
            view.put(plain_form(point.value), at, at + point.size);
        });
}

void decode_bare_forms(std::string_view text, View& view) {
    constexpr char32_t keycap = 0x20e3;  // around the digit before it
    static constexpr auto keys = characters("0123456789#*");
    std::vector<std::size_t> marks;  // where the other reading has something else
    const auto escape = [&](std::size_t at) {
        const auto size = terminal_sequence(text, at);
        if (size != control_sequence(text, at)) marks.push_back(view.text().size());
        return size;
    };
    put_forms(text, view, escape, [&](const CodePoint& point, std::size_t at) {
        const bool is_key = point.value == keycap && !view.text().empty() && has(keys, view.text().back());
        if (is_key) view.cut(view.text().size() - 1);
        const auto form = bare_form(point.value);
        view.put(form, at, at + point.size);
        if (is_key || form != plain_form(point.value)) marks.push_back(view.text().size());
    });
    view.keep_near(marks);
}

void decode_chunks(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses pieces = {all_but(usual_separators)};
    join_pieces(text, pieces, usual_separators, shortest, view);
}

void decode_hyphened(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses pieces = {all_but(joining_separators)};
    join_pieces(text, pieces, joining_separators, shortest, view);
}

void decode_reversed(std::string_view text, std::size_t shortest, View& view) {
    static constexpr ByteClasses tokens = {token_characters};
    for_each_run(text, tokens, shortest, [&](std::size_t begin, std::size_t end) {
        view.put_break(begin);
        view.put_reversed(text, begin, end);
    });
}

void decode_mirrored(std::string_view text, View& view) {
    for (auto end = text.size(); end > 0;) {
        auto begin = end - 1;  // of a character, whose bytes keep their order
        while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xc0U) == 0x80)
            --begin;
        if (read_code_point(text, begin).size != end - begin) begin = end - 1;
        view.put_same(text, begin, end);
        end = begin;
    }
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

}  // namespace tfy::redaction
