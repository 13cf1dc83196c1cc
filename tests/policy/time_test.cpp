// Times and durations as text, both ways.
#include "policy/time.hpp"

#include <doctest/doctest.h>

#include "tests/policy/examples.hpp"

namespace tfy::policy::time_test {
namespace {

using examples::noon;
using namespace std::chrono_literals;

}  // namespace

TEST_CASE("a time is read in every form that RFC 3339 allows, and as a date") {
    struct Row {
        const char* text;
        Time time;
    };
    const Row rows[] = {
        {"2026-11-23T12:00:00Z", noon},
        {"2026-11-23T12:00:00.000Z", noon},
        {"2026-11-23t12:00:00z", noon},
        {"2026-11-23 12:00:00Z", noon},
        {"2026-11-23T12:00:00", noon},  // no zone: UTC
        {"2026-11-23T12:00:00+00:00", noon},
        {"2026-11-23T12:00:00-00:00", noon},
        {"2026-11-23T13:00:00+01:00", noon},
        {"2026-11-23T17:30:00+05:30", noon},
        {"2026-11-22T23:30:00-12:30", noon},
        {"2026-11-24T02:00:00+14:00", noon},
        {"2026-11-23T12:00:00.5Z", noon + 500ms},
        {"2026-11-23T12:00:00.07Z", noon + 70ms},
        {"2026-11-23T12:00:00.123456789Z", noon + 123ms},  // finer than we keep: cut, never rounded up
        {"2026-11-23T12:00:00.999999", noon + 999ms},
        {"2026-11-23", noon - 12h},
        {"2024-02-29", Time{std::chrono::sys_days{std::chrono::year{2024} / 2 / 29}}},
        {"2016-12-31T23:59:60Z",
         Time{std::chrono::sys_days{std::chrono::year{2017} / 1 / 1}}},  // a leap second
        {"2017-01-01T00:59:60.5+01:00", Time{std::chrono::sys_days{std::chrono::year{2017} / 1 / 1}} + 500ms},
        {"1969-12-31T23:59:59.999Z", Time{-1ms}},
        {"0000-01-01T00:00:00Z", Time{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}}},
        {"9999-12-31", Time{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto time = read_time(row.text);
        REQUIRE(time);
        CHECK(*time == row.time);
    }
}

TEST_CASE("what is no time is not read") {
    const std::string_view rows[] = {"",
                                     " ",
                                     "now",
                                     "2026",
                                     "2026-11",
                                     "2026-11-",
                                     "2026-13-01",
                                     "2026-00-10",
                                     "2026-11-00",
                                     "2026-11-31",
                                     "2025-02-29",
                                     "26-11-23",
                                     "2026-1-23",
                                     "2026-11-3",
                                     "2026/11/23",
                                     "20261123",
                                     "-026-11-23",
                                     "+2026-11-23",
                                     "12026-11-23",
                                     "2026-11-23T",
                                     "2026-11-23T12",
                                     "2026-11-23T12:00",
                                     "2026-11-23T12:00Z",
                                     "2026-11-23T24:00:00Z",
                                     "2026-11-23T12:60:00Z",
                                     "2026-11-23T12:00:61Z",
                                     "2026-11-23T12:00:60Z",
                                     "2026-11-23T12:00:00.Z",
                                     "2026-11-23T12:00:00,5Z",
                                     "2026-11-23T12:00:00+1:00",
                                     "2026-11-23T12:00:00+0100",
                                     "2026-11-23T12:00:00+24:00",
                                     "2026-11-23T12:00:00+01:60",
                                     "2026-11-23T12:00:00ZZ",
                                     "2026-11-23T12:00:00 Z",
                                     "2026-11-23T12:00:00Z ",
                                     " 2026-11-23",
                                     "2026-11-23 ",
                                     "2026-11-23Z",
                                     "2026-11-23_12:00:00",
                                     "2026-11-23T-1:00:00Z",
                                     "2026-11-23T12:00:-1Z",
                                     "1795435200",
                                     "٢٠٢٦-11-23"};
    for (const auto text : rows) {
        CAPTURE(text);
        CHECK_FALSE(read_time(text));
    }
    CHECK_FALSE(read_time(std::string_view("2026-11-23\0", 11)));
}

TEST_CASE("a time is written in one form, and read back as it was") {
    CHECK(format_time(noon) == "2026-11-23T12:00:00.000Z");
    CHECK(format_time(noon + 1h + 2min + 3s + 4ms) == "2026-11-23T13:02:03.004Z");
    CHECK(format_time(Time{}) == "1970-01-01T00:00:00.000Z");
    CHECK(format_time(Time{-1ms}) == "1969-12-31T23:59:59.999Z");
    CHECK(format_time_for_people(noon + 59s) == "2026-11-23 12:00 UTC");
    for (const auto time : {noon, noon + 1ms, Time{-1ms}, noon + std::chrono::days{100}})
        CHECK(read_time(format_time(time)) == time);
}

TEST_CASE("a duration is a whole number and one unit") {
    CHECK(read_duration("45s") == 45s);
    CHECK(read_duration("15m") == 15min);
    CHECK(read_duration("12h") == 12h);
    CHECK(read_duration("90d") == std::chrono::days{90});
    CHECK(read_duration("007s") == 7s);
    CHECK(read_duration("999999999d") == std::chrono::days{999'999'999});
    for (const std::string_view text :
         {"", "s", "15", "0s", "00m", "-5m", "+5m", "1.5h", "5 m", " 5m", "5m ", "5M", "5w", "5ms", "1h30m",
          "9999999999s", "99999999999999999999d", "5\u00b5", "m5"}) {
        CAPTURE(text);
        CHECK_FALSE(read_duration(text));
    }
}

TEST_CASE("a duration for people has its two largest units") {
    struct Row {
        Duration duration;
        const char* text;
    };
    const Row rows[] = {
        {std::chrono::days{2} + 3h + 59min, "2 days 3 hours"},
        {14min + 59s, "14 minutes 59 seconds"},
        {0s, "0 seconds"},
        {59s + 999ms, "59 seconds"},
        {1min, "1 minute"},
        {1h + 1s, "1 hour"},
        {1h + 1min, "1 hour 1 minute"},
        {24h, "1 day"},
        {std::chrono::days{1} + 5min, "1 day"},
        {-5s, "0 seconds"},
        {999ms, "0 seconds"},
    };
    for (const auto& row : rows) CHECK(format_duration(row.duration) == row.text);
}

}  // namespace tfy::policy::time_test
