// A value in pieces that stand far from each other, in long pieces of its digits, and between the dots of a
// JWT.
#include <doctest/doctest.h>

#include "tests/policy/leak_codes.hpp"
#include "tests/policy/leak_kinds.hpp"

namespace tfy::far_pieces_test {

using namespace tfy::policy;
using namespace tfy::leaks;

namespace {

const std::string base32_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

std::string base32(const std::string& text) { return radix(text, 5, base32_digits, 8, false); }

std::vector<std::string> pieces_of(const std::string& text, std::size_t size) {
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size(); at += size) all.push_back(text.substr(at, size));
    return all;
}

std::string joined(const std::vector<std::string>& pieces, const std::string& between) {
    std::string text = pieces.front();
    for (std::size_t i = 1; i < pieces.size(); ++i) text += between + pieces[i];
    return text;
}

/// The longest piece of `pieces` that `text` still has.
std::size_t longest_left(const std::vector<std::string>& pieces, std::string_view text) {
    std::size_t longest = 0;
    for (const auto& piece : pieces)
        if (text.find(piece) != std::string_view::npos) longest = std::max(longest, piece.size());
    return longest;
}

}  // namespace

TEST_CASE("pieces in an indented array are put together") {
    const std::string token = "Zk83hdPq0KanotherVkey9fJw27LmQx83hfTr5WcB2nYs6GdXo4";
    const auto redactor = redactor_for({{"ci", token}});
    for (const int indent : {0, 1, 2, 4, 8})
        for (const std::size_t size : {std::size_t{4}, std::size_t{8}, std::size_t{12}}) {
            CAPTURE(indent);
            CAPTURE(size);
            const auto pieces = pieces_of(token, size);
            const auto text = Json{{"parts", pieces}}.dump(indent);
            const auto hexed = Json{{"parts", pieces_of(hex(token), 2 * size)}}.dump(indent);
            CHECK(longest_left(pieces, redactor.seal_text(text).text()) == 0);
            CHECK(longest_left(pieces_of(hex(token), 2 * size), redactor.seal_text(hexed).text()) == 0);
        }
}

TEST_CASE("digits in pieces that are longer than a window are put together") {
    const std::string token =
        "Zk83hdPq0KanotherVkey9fJw27LmQx83hfTr5WcB2nYs6GdXo4Zk83hdPq0Kan1therVkey9fJw27LmRx8";
    const auto redactor = redactor_for({{"ci", token}});
    const std::pair<const char*, std::string> written[] = {
        {"base32", base32(token)},
        {"base64", base64(token, false)},
        {"base64 of base64", base64(base64(token, false), false)}};
    for (const auto& [code, digits] : written)
        for (const std::size_t size : {20, 23, 24, 28, 32, 36, 40})
            for (const std::string between : {"\n", "\n> ", " ", ", ", "\", \""}) {
                CAPTURE(code);
                CAPTURE(size);
                CAPTURE(between);
                auto pieces = pieces_of(digits, size);
                const auto sealed = std::string(redactor.seal_text(joined(pieces, between)).text());
                pieces.pop_back();
                CHECK(longest_left(pieces, sealed) == 0);
            }
}

TEST_CASE("a value between two dots is forgiven where it is a claim's name, and nowhere else") {
    for (const auto& token : {"dAdLCxJCrb5gsB2gg9ap2ul344N9cLL2", "Zk83hdPq0KanotherVkey9fJw27LmQx8"})
        for (std::size_t before = 0; before < 8; ++before) {
            const auto text =
                "eyJhbGciOiJub25lIn0." + std::string(before, 'A') + token + std::string(20, 'A') + ".x";
            CAPTURE(text);
            CHECK(redactor_for({{"ci", token}}).seal_text(text).text().find(token) == std::string_view::npos);
        }
}

}  // namespace tfy::far_pieces_test
