// Lines out of bytes, however the bytes arrive.
#include "protocol/frame.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tfy::protocol::frame_test {
namespace {

/// What comes out until more bytes are needed; a refused line is "<too large>".
std::vector<std::string> drain(protocol::LineFramer& framer) {
    std::vector<std::string> lines;
    for (;;) {
        auto next = framer.next();
        if (!next) {
            CHECK(next.error().code == protocol::Errc::too_large);
            lines.emplace_back("<too large>");
        } else if (*next) {
            lines.push_back(std::move(**next));
        } else {
            return lines;
        }
    }
}

std::vector<std::string> frame(std::string_view bytes, std::size_t step, std::size_t limit) {
    protocol::LineFramer framer(limit);
    std::vector<std::string> lines;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(step, bytes.size()))) {
        framer.feed(bytes.substr(0, step));
        for (auto& line : drain(framer)) lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace

TEST_CASE("lines are the same however the bytes are cut") {
    struct Row {
        const char* name;
        std::string_view bytes;
        std::vector<std::string> lines;
    };
    const Row rows[] = {
        {"one line", "{}\n", {"{}"}},
        {"no end yet", "{}", {}},
        {"two lines and a half", "a\nb\nc", {"a", "b"}},
        {"carriage returns", "a\r\nb\r\n", {"a", "b"}},
        {"blank lines", "\n\r\n\na\n\n", {"a"}},
        {"a carriage return inside", "a\rb\n", {"a\rb"}},
        {"at the limit", "12345678\nb\n", {"12345678", "b"}},
        {"at the limit, with a carriage return", "12345678\r\nb\n", {"12345678", "b"}},
        {"over the limit", "123456789\nb\n", {"<too large>", "b"}},
        {"over the limit, with a carriage return", "123456789\r\nb\n", {"<too large>", "b"}},
        {"far over the limit", "1234567890123456789012345678901234567890\nb\n", {"<too large>", "b"}},
        {"two in a row over the limit",
         "1234567890123\n1234567890123\nb\n",
         {"<too large>", "<too large>", "b"}},
        {"over the limit without an end", "123456789012345678901", {"<too large>"}},
        {"a byte order mark at the beginning", "\xef\xbb\xbf{}\nb\n", {"{}", "b"}},
        {"a byte order mark before a line at the limit",
         "\xef\xbb\xbf"
         "12345678\nb\n",
         {"12345678", "b"}},
        {"a byte order mark and a blank line", "\xef\xbb\xbf\r\nb\n", {"b"}},
        {"a byte order mark later on",
         "a\n\xef\xbb\xbf"
         "b\n",
         {"a",
          "\xef\xbb\xbf"
          "b"}},
        {"two byte order marks", "\xef\xbb\xbf\xef\xbb\xbf\n", {"\xef\xbb\xbf"}},
        {"the beginning of one, and then something else", "\xef\xbb\n", {"\xef\xbb"}},
        {"UTF-8 over a cut", "\xc3\xbc\xe2\x82\xac\n", {"\xc3\xbc\xe2\x82\xac"}},
    };
    for (const auto& row : rows)
        for (std::size_t step = 1; step < 12; ++step) {
            CAPTURE(row.name);
            CAPTURE(step);
            CHECK(frame(row.bytes, step, 8) == row.lines);
        }
}

TEST_CASE("a refused line is never held whole") {
    protocol::LineFramer framer(8);
    int refused = 0;
    for (int i = 0; i < 1000; ++i) {
        framer.feed(std::string(1000, 'x'));
        if (!framer.next()) ++refused;
        REQUIRE(framer.held() <= 2000);
    }
    CHECK(refused == 1);
    framer.feed("\nok\n");
    CHECK(**framer.next() == "ok");
}

TEST_CASE("lines that were taken are forgotten") {
    protocol::LineFramer framer;
    for (int i = 0; i < 1000; ++i) {
        framer.feed("{\"jsonrpc\":\"2.0\"}\n{");
        CHECK(framer.next()->has_value());
        CHECK_FALSE(framer.next()->has_value());
        REQUIRE(framer.held() <= 2 * 20 + 1);
    }
}

TEST_CASE("many short lines in one buffer, and one long line in many pieces, cost what their bytes cost") {
    // Either would take minutes if each line or each piece moved or searched the whole buffer.
    std::string many;
    for (int i = 0; i < 1'000'000; ++i) many += "ab\n";
    protocol::LineFramer framer;
    framer.feed(many);
    CHECK(drain(framer).size() == 1'000'000);
    bool waits = true;
    for (int i = 0; i < 1'000'000; ++i) {
        framer.feed("abc");
        waits = waits && !framer.next()->has_value();
    }
    CHECK(waits);
    framer.feed("\n");
    CHECK((*framer.next())->size() == 3'000'000);
}

}  // namespace tfy::protocol::frame_test
