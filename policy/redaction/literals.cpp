// Undoes what programs write for one text in several literals: "abc" + "def", or one below the other.
#include <algorithm>
#include <array>

#include "policy/redaction/byte_masks.hpp"
#include "policy/redaction/views.hpp"

namespace tfy::redaction {

namespace {

constexpr auto quotes = characters("\"'`");
constexpr auto blanks = characters(" \t\r\n");
constexpr std::array<std::string_view, 11> operators = {"++", "..", "||", "<>", "+", ".",
                                                        "&",  "~",  "^",  "\\", "_"};
constexpr std::size_t widest_joint = 256;  // a new line and its indent

std::size_t behind_blanks(std::string_view text, std::size_t at) {
    while (at < text.size() && has(blanks, text[at])) ++at;
    return at;
}

/// Behind the letters of b"…" and the like.
std::size_t behind_prefix(std::string_view text, std::size_t at) {
    constexpr auto letters = characters("bBfFrRuUL");
    for (int i = 0; i < 2 && at < text.size() && has(letters, text[at]); ++i) ++at;
    return at;
}

/// Where the next literal's text begins if the quote at `at` ends one that is joined to it; else `at`.
std::size_t next_literal(std::string_view text, std::size_t at) {
    auto next = behind_blanks(text, at + 1);
    for (const auto sign : operators)
        if (text.substr(next, sign.size()) == sign) {
            next = behind_blanks(text, next + sign.size());
            break;
        }
    next = behind_prefix(text, next);
    const bool apart = next > at + 1 && next - at <= widest_joint;
    const bool joined =
        apart && next + 1 < text.size() && has(quotes, text[next]) && has(token_characters, text[next + 1]);
    return joined ? next + 1 : at;
}

/// Calls `visit(at, next)` for each quote that ends a literal to which the one at `next` is joined.
template <class Visit>
void for_each_joint(std::string_view text, Visit visit) {
    static constexpr ByteClasses classes = {token_characters, quotes, characters(" \t\r\n+.|<&~^\\_")};
    const auto candidates = [](const std::uint64_t* masks, std::size_t stride) {
        return pair_at(masks) & (pair_at(masks + stride) >> 1U) & (pair_at(masks + 2 * stride) >> 2U);
    };
    for_each_run(text, classes, 1, candidates, [&](std::size_t before, std::size_t) {
        if (const auto next = next_literal(text, before + 1); next != before + 1) visit(before + 1, next);
    });
}

}  // namespace

bool joins_literals(std::string_view text, std::size_t at) {
    return at < text.size() && has(quotes, text[at]) && next_literal(text, at) != at;
}

void decode_literals(std::string_view text, View& view) {
    constexpr std::size_t longest_literal = 16 * 1024;
    std::size_t open = 0;  // where the last literal that has been joined begins; 0: none
    const auto put_last = [&] {
        auto end = open;
        while (end < text.size() && end - open < longest_literal && !has(quotes, text[end])) ++end;
        if (open > 0) view.put_same(text, open, end);
    };
    for_each_joint(text, [&](std::size_t at, std::size_t next) {
        auto begin = at;
        while (begin > open && at - begin < longest_literal && !has(quotes, text[begin - 1])) --begin;
        if (begin != open || open == 0) {
            put_last();
            view.put_break(begin);
        }
        view.put_same(text, begin, at);
        open = next;
    });
    put_last();
}

}  // namespace tfy::redaction
