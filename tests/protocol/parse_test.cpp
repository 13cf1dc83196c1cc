// Strict parsing: what is one JSON value, and what is not.
#include "protocol/parse.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tfy::protocol::parse_test {
namespace {

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("what is JSON is read as it stands") {
    const char* const texts[] = {
        "null",
        "true",
        "0",
        "-1",
        "18446744073709551615",
        "-9223372036854775808",
        "0.5",
        "\"\"",
        "[]",
        "{}",
        R"({"a":{"b":[1,[2,{"c":null}]]},"d":[{},{"a":1},{"a":2}]})",
        R"(["\u0000\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t"])",
        "[\"gr\xc3\xbc\xc3\x9f\"]",
    };
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto value = protocol::parse(text);
        REQUIRE(value.has_value());
        CHECK(*value == Json::parse(text));
    }
    CHECK(protocol::parse(" \t\r\n{\"a\" : 1}\n ")->dump() == R"({"a":1})");
}

TEST_CASE("what is not one JSON value is refused at the byte where it goes wrong") {
    struct Row {
        const char* name;
        std::string_view text;
        std::size_t offset;
    };
    using namespace std::string_view_literals;
    const Row rows[] = {
        {"nothing", "", 0},
        {"white space", "  ", 2},
        {"a word", "hello", 0},
        {"cut off", R"({"a":)", 5},
        {"a second value", "{} {}", 3},
        {"a letter after the value", "1 x", 2},
        {"a zero byte after the value", "{}\0{}"sv, 2},
        {"a zero byte at the end", "{}\0"sv, 2},
        {"a zero byte in a string", "\"a\0b\""sv, 2},
        {"a byte order mark", "\xEF\xBB\xBF{}", 0},
        {"a trailing comma", "[1,]", 3},
        {"a comment", "[1/*x*/]", 2},
        {"single quotes", "{'a':1}", 1},
        {"NaN", "[NaN]", 1},
        {"a plus sign", "[+1]", 1},
        {"a leading zero", "[01]", 2},
        {"a raw line break in a string", "\"a\nb\"", 2},
        {"a lone high surrogate", R"(["\ud800"])", 8},
        {"a lone low surrogate", R"(["\udc00"])", 7},
        {"two high surrogates", R"(["\ud800\ud800"])", 13},
        {"a byte that is not UTF-8", "\"\xff\"", 1},
        {"an overlong slash", "\"\xc0\xaf\"", 1},
        {"an encoded surrogate", "\"\xed\xa0\x80\"", 2},
        {"a code point over U+10FFFF", "\"\xf4\x90\x80\x80\"", 2},
        {"the same key twice", R"({"a":1,"a":2})", 9},
        {"the same key twice, once escaped", R"({"a":1,"\u0061":2})", 14},
        {"the same key twice, deep inside", R"([{"x":{"b":{},"c":1,"b":[]}}])", 22},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto value = protocol::parse(row.text);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().code == protocol::Errc::parse_error);
        CAPTURE(value.error().message);
        CHECK(value.error().message.find("(byte " + std::to_string(row.offset) + ")") != std::string::npos);
    }
}

TEST_CASE("a number that no double holds is JSON, and is refused as what it is") {
    const char* const texts[] = {"1e400", "[-1e400]", R"({"a":1E+999})", "[1, 123456789e9999999999]"};
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto value = protocol::parse(text);
        REQUIRE_FALSE(value.has_value());
        CHECK(value.error().code == protocol::Errc::invalid_request);
        CHECK(value.error().message.starts_with("A number is too large: "));
        CHECK(value.error().message.find("not JSON") == std::string::npos);
    }
    CHECK(protocol::parse("[1e400").error().code == protocol::Errc::invalid_request);
    CHECK(protocol::parse("1e308").has_value());
    CHECK(*protocol::parse("1e-400") == Json(0.0));
}

TEST_CASE("an error never repeats the text") {
    const auto value = protocol::parse(R"({"token": "tfy-secret-value", tfy-secret-value})");
    REQUIRE_FALSE(value.has_value());
    CHECK(value.error().message.find("secret") == std::string::npos);
    const auto twice = protocol::parse(R"({"tfy-secret": 1, "tfy-secret": 2})");
    CHECK(twice.error().message.find("secret") == std::string::npos);
}

TEST_CASE("nesting is allowed to the limit and refused at the bracket beyond it") {
    CHECK(protocol::parse(nested(64)).has_value());
    const auto deeper = protocol::parse(nested(65));
    REQUIRE_FALSE(deeper.has_value());
    CHECK(deeper.error().code == protocol::Errc::parse_error);
    CHECK(deeper.error().message.find("(byte 64)") != std::string::npos);
    CHECK_FALSE(protocol::parse(std::string(2'000'000, '[')).has_value());
    CHECK_FALSE(protocol::parse(R"({"a":{"b":1}})", {.depth = 1}).has_value());
    CHECK(protocol::parse("[[],[],[]]", {.depth = 2}).has_value());
    CHECK(protocol::parse("1", {.depth = 0}).has_value());
}

TEST_CASE("a text is allowed to the limit of bytes, and refused unread beyond it") {
    CHECK(protocol::parse("[1]", {.bytes = 3}).has_value());
    const auto longer = protocol::parse("nope", {.bytes = 3});
    REQUIRE_FALSE(longer.has_value());
    CHECK(longer.error().code == protocol::Errc::too_large);
}

TEST_CASE("an integer of 64 bits keeps each digit") {
    CHECK(protocol::parse("9007199254740993")->dump() == "9007199254740993");
    CHECK(protocol::parse("18446744073709551615")->get<std::uint64_t>() ==
          std::numeric_limits<std::uint64_t>::max());
    CHECK(protocol::parse("18446744073709551616")->is_number_float());
}

}  // namespace tfy::protocol::parse_test
