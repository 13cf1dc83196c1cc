// The hours of a rule: how they are read, and which moments they cover.
#include "policy/when.hpp"

#include <doctest/doctest.h>

namespace tfy::policy::when_test {
namespace {

bool covers(const char* when, const char* now) {
    const auto read = When::read(when);
    REQUIRE_MESSAGE(read.has_value(), read.error().message);
    return read->covers(read_time(now).value());
}

}  // namespace

TEST_CASE("hours cover a moment by the clocks of their place") {
    struct Row {
        const char* when;
        const char* now;
        bool covered;
    };
    const Row rows[] = {
        // 2026-11-23 is a Monday.
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-23T08:00:00Z", true},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-23T07:59:59.999Z", false},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-23T17:59:59.999Z", true},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-23T18:00:00Z", false},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-27T12:00:00Z", true},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-28T12:00:00Z", false},
        {"Mon-Fri 08:00-18:00 UTC", "2026-11-22T12:00:00Z", false},
        {"Wed 08:00-18:00 UTC", "2026-11-25T12:00:00Z", true},
        {"Wed 08:00-18:00 UTC", "2026-11-24T12:00:00Z", false},
        {"Mon,Wed,Sat-Sun 08:00-18:00 UTC", "2026-11-23T12:00:00Z", true},
        {"Mon,Wed,Sat-Sun 08:00-18:00 UTC", "2026-11-24T12:00:00Z", false},
        {"Mon,Wed,Sat-Sun 08:00-18:00 UTC", "2026-11-29T12:00:00Z", true},
        {"Fri-Mon 08:00-18:00 UTC", "2026-11-23T12:00:00Z", true},
        {"Fri-Mon 08:00-18:00 UTC", "2026-11-24T12:00:00Z", false},
        {"Fri-Mon 08:00-18:00 UTC", "2026-11-27T12:00:00Z", true},
        {"Mon 00:00-24:00 UTC", "2026-11-23T00:00:00Z", true},
        {"Mon 00:00-24:00 UTC", "2026-11-23T23:59:59.999Z", true},
        {"Mon 00:00-24:00 UTC", "2026-11-24T00:00:00Z", false},
        // Over midnight: what begins on Friday evening ends on Saturday morning.
        {"Fri 22:00-06:00 UTC", "2026-11-27T22:00:00Z", true},
        {"Fri 22:00-06:00 UTC", "2026-11-28T05:59:59Z", true},
        {"Fri 22:00-06:00 UTC", "2026-11-28T06:00:00Z", false},
        {"Fri 22:00-06:00 UTC", "2026-11-27T05:00:00Z", false},
        {"Fri 22:00-06:00 UTC", "2026-11-28T22:00:00Z", false},
        {"Sun 22:00-06:00 UTC", "2026-11-23T05:00:00Z", true},
        {"Mon 22:00-00:00 UTC", "2026-11-23T23:59:00Z", true},
        {"Mon 22:00-00:00 UTC", "2026-11-24T00:00:00Z", false},
        // In Berlin it is an hour later than UTC, two in summer; the day is Berlin's, too.
        {"Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-23T07:00:00Z", true},
        {"Mon-Fri 08:00-18:00 Europe/Berlin", "2026-11-23T06:59:59Z", false},
        {"Mon-Fri 08:00-18:00 Europe/Berlin", "2026-07-06T06:00:00Z", true},
        {"Mon-Fri 08:00-18:00 Europe/Berlin", "2026-07-06T05:59:59Z", false},
        {"Mon 00:00-01:00 Europe/Berlin", "2026-11-22T23:30:00Z", true},
        {"Sun 20:00-24:00 America/Los_Angeles", "2026-11-23T05:00:00Z", true},
        {"Mon 00:00-24:00 Pacific/Kiritimati", "2026-11-22T10:00:00Z", true},
        {"Mon 05:45-06:00 Asia/Kathmandu", "2026-11-23T00:00:00Z", true},
        // 2026-03-29, 02:00 to 03:00 in Berlin: skipped. The hours on both sides are whole.
        {"Sun 02:00-03:00 Europe/Berlin", "2026-03-29T00:59:59Z", false},
        {"Sun 02:00-03:00 Europe/Berlin", "2026-03-29T01:00:00Z", false},
        {"Sun 01:00-02:00 Europe/Berlin", "2026-03-29T00:59:59Z", true},
        {"Sun 03:00-04:00 Europe/Berlin", "2026-03-29T01:00:00Z", true},
        // 2026-10-25, 02:00 to 03:00 in Berlin: twice.
        {"Sun 02:00-03:00 Europe/Berlin", "2026-10-25T00:30:00Z", true},
        {"Sun 02:00-03:00 Europe/Berlin", "2026-10-25T01:30:00Z", true},
        {"Sun 02:00-03:00 Europe/Berlin", "2026-10-25T02:00:00Z", false},
        // Long ago, where a day begins before the epoch's.
        {"Wed 23:00-24:00 UTC", "1969-12-31T23:30:00Z", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.when);
        CAPTURE(row.now);
        CHECK(covers(row.when, row.now) == row.covered);
    }
}

TEST_CASE("hours that are not understood are refused, with what is wrong") {
    struct Row {
        const char* when;
        const char* why;
    };
    const auto shape = " must be days, hours and a place, for example \"Mon-Fri 08:00-18:00 Europe/Berlin\"";
    const auto hours =
        " are not hours; use for example 08:00-18:00, with midnight as 00:00 at the start or 24:00 at the "
        "end";
    const Row rows[] = {
        {"", shape},
        {"Mon-Fri", shape},
        {"Mon-Fri 08:00-18:00", shape},
        {"Mon-Fri 08:00-18:00 ", shape},
        {" Mon-Fri 08:00-18:00 UTC", shape},
        {"Mon-Fri  08:00-18:00 UTC", shape},
        {"Mon-Fri 08:00-18:00 UTC ", shape},
        {"Mon, Tue 08:00-18:00 UTC", shape},
        {"Mon-Fri 08:00 - 18:00 UTC", shape},
        {"Mon-Fri 08:00-18:00\tUTC", shape},
        {"mon 08:00-18:00 UTC", "unknown day 'mon'"},
        {"Monday 08:00-18:00 UTC", "unknown day 'Monday'"},
        {"Mon- 08:00-18:00 UTC", "unknown day ''"},
        {"Mon, 08:00-18:00 UTC", "unknown day ''"},
        {",Mon 08:00-18:00 UTC", "unknown day ''"},
        {"Mon-Wed-Fri 08:00-18:00 UTC", "unknown day 'Wed-Fri'"},
        {"* 08:00-18:00 UTC", "unknown day '*'"},
        {"Mon,Mon 08:00-18:00 UTC", "Mon is named twice"},
        {"Mon-Fri,Wed 08:00-18:00 UTC", "Wed is named twice"},
        {"Mon-Mon 08:00-18:00 UTC", "'Mon' is not a range of days"},
        {"Mon 8:00-18:00 UTC", hours},
        {"Mon 08:00 UTC", hours},
        {"Mon 08:00- UTC", hours},
        {"Mon 08:60-18:00 UTC", hours},
        {"Mon 08:00-24:01 UTC", hours},
        {"Mon 24:00-08:00 UTC", hours},
        {"Mon 08.00-18.00 UTC", hours},
        {"Mon 08:00-18:00-20:00 UTC", hours},
        {"Mon 08:00-18:00pm UTC", hours},
        {"Mon -8:00-18:00 UTC", hours},
        {"Mon 08:00-08:00 UTC", "'08:00-08:00' is an empty range; for the whole day, use 00:00-24:00"},
        {"Mon 08:00-18:00 Europe/Berln", "unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"},
        {"Mon 08:00-18:00 europe/berlin", "unknown time zone 'europe/berlin'; did you mean 'Europe/Berlin'?"},
        {"Mon 08:00-18:00 Mars/Olympus", "unknown time zone 'Mars/Olympus'; use UTC or a place"},
        {"Mon 08:00-18:00 Etc/Unknown", "unknown time zone 'Etc/Unknown'"},
        // Short names mean several places, and ICU's own are no one else's.
        {"Mon 08:00-18:00 EST", "unknown time zone 'EST'"},
        {"Mon 08:00-18:00 PST", "unknown time zone 'PST'"},
        {"Mon 08:00-18:00 GMT+2", "unknown time zone 'GMT+2'"},
        {"Mon 08:00-18:00 +02:00", "unknown time zone '+02:00'"},
        {"Mon 08:00-18:00 SystemV/PST8", "unknown time zone 'SystemV/PST8'"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.when);
        const auto read = When::read(row.when);
        REQUIRE(read.has_error());
        CHECK(read.error().code == Errc::refused);
        CAPTURE(read.error().message);
        CHECK(read.error().message.find(row.why) != std::string::npos);
    }
}

TEST_CASE("what the clocks of a place show is told with its day and its name") {
    const auto local = [](const char* when, const char* now) {
        return When::read(when)->local(read_time(now).value());
    };
    CHECK(local("Mon 08:00-18:00 Europe/Berlin", "2026-11-24T07:31:59Z") ==
          "Tue 2026-11-24 08:31 Europe/Berlin");
    CHECK(local("Mon 08:00-18:00 Europe/Berlin", "2026-07-05T22:00:00Z") ==
          "Mon 2026-07-06 00:00 Europe/Berlin");
    CHECK(local("Mon 08:00-18:00 UTC", "2026-11-24T07:31:00Z") == "Tue 2026-11-24 07:31 UTC");
}

}  // namespace tfy::policy::when_test
