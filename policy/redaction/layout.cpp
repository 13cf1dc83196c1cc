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

/// Bytes of a terminal's colour or cursor sequence: ESC [ … letter.
std::size_t terminal_sequence(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size() || text[at + 1] != '[') return 1;
    std::size_t end = at + 2;
    while (end < text.size() && text[end] >= 0x20 && text[end] < 0x40) ++end;
    return std::min(end + 1, text.size()) - at;
}

std::size_t ordinary_characters_at(std::string_view text, std::size_t at) {
    const auto is_ordinary = [](char c) {
        return (c >= 0x20 && c < 0x7f) || c == '\t' || c == '\n' || c == '\r';
    };
    auto end = at;
    while (end < text.size() && is_ordinary(text[end])) ++end;
    return end - at;
}

}  // namespace

void decode_plain_forms(std::string_view text, View& view) {
    view.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        auto size = ordinary_characters_at(text, at);
        if (size > 0) {
            view.put_same(text, at, at + size);
        } else if (text[at] == '\x1b') {
            size = terminal_sequence(text, at);
        } else if (const auto point = read_code_point(text, at); point.size != 0) {
            size = point.size;
            view.put(plain_form(point.value), at, at + size);
        } else {
            size = 1;
            view.put(text[at], at, at + size);
        }
        at += size;
    }
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
