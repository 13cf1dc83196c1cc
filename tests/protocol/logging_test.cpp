// Severities, and messages to a client about the work on a request.
#include "protocol/logging.hpp"

#include <doctest/doctest.h>

namespace tfy::protocol::logging_test {

TEST_CASE("the severities are those of RFC 5424, in their order") {
    const char* const names[] = {"debug", "info",     "notice", "warning",
                                 "error", "critical", "alert",  "emergency"};
    auto last = std::optional<protocol::LogLevel>();
    for (const auto* name : names) {
        CAPTURE(name);
        const auto level = protocol::read_log_level(name);
        REQUIRE(level.has_value());
        CHECK(protocol::to_string(*level) == name);
        if (last) CHECK(*last < *level);
        last = level;
    }
    for (const auto* other : {"", "Debug", "warn", "fatal", "debug ", "7"}) {
        CAPTURE(other);
        CHECK_FALSE(protocol::read_log_level(other).has_value());
    }
}

TEST_CASE("a session's level is set by name; anything else is refused") {
    CHECK(*protocol::read_set_level({{"level", "warning"}}) == protocol::LogLevel::warning);
    for (const auto* text :
         {R"({})", R"({"level":"warn"})", R"({"level":4})", R"({"level":null})", R"([])"}) {
        CAPTURE(text);
        const auto level = protocol::read_set_level(Json::parse(text));
        REQUIRE_FALSE(level.has_value());
        CHECK(level.error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a message carries its severity, its data, and a logger where there is one") {
    CHECK(protocol::write_log_message(protocol::LogLevel::notice, "approvals", {{"id", 4}}) ==
          Json::parse(R"({"level":"notice","logger":"approvals","data":{"id":4}})"));
    CHECK(protocol::write_log_message(protocol::LogLevel::error, "", "it failed") ==
          Json::parse(R"({"level":"error","data":"it failed"})"));
    CHECK(protocol::write_log_message(protocol::LogLevel::error, "", nullptr).contains("data"));
}

}  // namespace tfy::protocol::logging_test
