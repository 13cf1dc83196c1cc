// One language of failure: names, numbers, statuses, and outside text made harmless.
#include "protocol/error.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace tfy::protocol::error_test {

TEST_CASE("a protocol error has the number and the HTTP status that MCP gives it") {
    struct Row {
        protocol::Errc code;
        int number;
        int status;
    };
    const Row rows[] = {
        {protocol::Errc::parse_error, -32700, 400},        {protocol::Errc::invalid_request, -32600, 400},
        {protocol::Errc::method_not_found, -32601, 404},   {protocol::Errc::invalid_params, -32602, 400},
        {protocol::Errc::internal, -32603, 500},           {protocol::Errc::header_mismatch, -32020, 400},
        {protocol::Errc::missing_capability, -32021, 400}, {protocol::Errc::unsupported_version, -32022, 400},
        {protocol::Errc::too_large, -32600, 413},          {protocol::Errc::denied, -32603, 200},
        {protocol::Errc::resource_not_found, -32602, 400}, {protocol::Errc::rate_limited, -32603, 429},
    };
    for (const auto& row : rows) {
        CAPTURE(protocol::name(row.code));
        CHECK(protocol::json_rpc_code(row.code) == row.number);
        CHECK(protocol::http_status(row.code) == row.status);
    }
}

TEST_CASE("a peer's number is read as the code that it stands for, an unknown one as internal") {
    CHECK(protocol::read_json_rpc_code(-32601) == protocol::Errc::method_not_found);
    CHECK(protocol::read_json_rpc_code(-32600) == protocol::Errc::invalid_request);
    CHECK(protocol::read_json_rpc_code(-32603) == protocol::Errc::internal);
    CHECK(protocol::read_json_rpc_code(42) == protocol::Errc::internal);
    CHECK(protocol::read_json_rpc_code(-32602) == protocol::Errc::invalid_params);
    CHECK(protocol::read_json_rpc_code(-32002) == protocol::Errc::resource_not_found);
}

TEST_CASE("up to 2025-11-25 an unknown resource has a number of its own, and everything else the same") {
    constexpr int count = static_cast<int>(protocol::Errc::cancelled) + 1;
    for (int i = 0; i < count; ++i) {
        const auto code = static_cast<protocol::Errc>(i);
        CAPTURE(protocol::name(code));
        CHECK(protocol::json_rpc_code(code, true) ==
              (code == protocol::Errc::resource_not_found ? -32002 : protocol::json_rpc_code(code, false)));
    }
}

TEST_CASE("every code has a name of its own") {
    std::set<std::string_view> names;
    constexpr int count = static_cast<int>(protocol::Errc::cancelled) + 1;
    for (int i = 0; i < count; ++i) names.insert(protocol::name(static_cast<protocol::Errc>(i)));
    CHECK(names.size() == count);
    CHECK(protocol::name(protocol::Errc::not_found) == "not_found");
    CHECK(protocol::name(protocol::Errc::resource_not_found) == "resource_not_found");
    CHECK(protocol::name(protocol::Errc::cancelled) == "cancelled");
}

TEST_CASE("outside text is escaped until nothing in it can hide, break a line or end the quotation") {
    struct Row {
        const char* name;
        std::string_view text;
        std::string_view expected;
    };
    const Row rows[] = {
        {"plain", "tools/call", "'tools/call'"},
        {"empty", "", "''"},
        {"a line break", "a\r\nb", "'a\\x0d\\x0ab'"},
        {"a terminal sequence", "\x1b[2J", "'\\x1b[2J'"},
        {"the quotation's own marks", "a'b\\c", "'a\\'b\\\\c'"},
        {"right-to-left override", "\xe2\x80\xae", "'\\xe2\\x80\\xae'"},
        {"delete", "\x7f", "'\\x7f'"},
        {"a zero byte", std::string_view("\0", 1), "'\\x00'"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(protocol::quoted(row.text) == row.expected);
    }
}

TEST_CASE(
    "outside text is shown whole up to 200 characters; of more the beginning, too little to be a value") {
    CHECK(protocol::escaped(std::string(200, 'a')) == std::string(200, 'a'));
    CHECK(protocol::escaped(std::string(201, 'a')) == std::string(20, 'a') + "...");
    const auto cut = protocol::escaped(std::string(100'000, '\n'));
    CHECK(cut.size() <= 24);
    CHECK(cut.ends_with("\\x0a..."));
    CHECK(std::ranges::all_of(cut, [](char c) { return c >= ' ' && c <= '~'; }));
}

TEST_CASE("value() on an error throws with its name and message") {
    const protocol::Result<int> failed = protocol::Error{protocol::Errc::not_found, "no such token"};
    CHECK_THROWS_WITH_AS(failed.value(), "not_found: no such token", std::runtime_error);
}

}  // namespace tfy::protocol::error_test
