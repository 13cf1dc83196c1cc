#include "tools/access_tokens/settling.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace tfy::settling_test {

using namespace std::chrono_literals;
using access_tokens::Settling;
using Duration = Settling::Duration;

namespace {

/// When the looks begin, where each of them takes `a_look` and nothing is ever found.
std::vector<Duration> looks(const Settling& settling, Duration a_look = 0ms) {
    std::vector<Duration> begun;
    Duration now{0};
    for (;;) {
        begun.push_back(now);
        now += a_look;
        const auto pause = settling.pause(now, static_cast<int>(begun.size()));
        if (!pause) return begun;
        now += *pause;
    }
}

Duration final_from(const Settling& settling) {
    Duration elapsed{0};
    while (!settling.is_final(elapsed)) elapsed += 1ms;
    return elapsed;
}

}  // namespace

TEST_CASE(
    "no change is final when the request's own time is over since it began, and five seconds since it was "
    "lost") {
    struct Row {
        const char* name;
        Duration age;
        Duration max_time;
        Duration final_from;
    };
    const Row rows[] = {{"reset at once", 0ms, 30s, 30s},
                        {"reset after a second", 1s, 30s, 29s},
                        {"cut off shortly before its time is over", 28s, 30s, 5s},
                        {"timed out", 30s, 30s, 5s},
                        {"timed out, looked at later", 33s, 30s, 2s},
                        {"35 s old", 35s, 30s, 0s},
                        {"begun long ago, by a process that is gone", 24h, 30s, 0s},
                        {"short limit, reset at once", 0ms, 1s, 5s},
                        {"long limit, reset at once", 0ms, 60s, 60s},
                        {"begun in the future: somebody set the clock back", -1h, 30s, 30s}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        CHECK(final_from(Settling(row.age, row.max_time)) == row.final_from);
    }
}

TEST_CASE(
    "it looks soon, then less often, exactly when a look becomes final, and never after half a minute") {
    CHECK(looks(Settling(0s, 30s)) ==
          std::vector<Duration>{0ms, 500ms, 1500ms, 3500ms, 7500ms, 12500ms, 17500ms, 22500ms, 27500ms, 30s});
    CHECK(looks(Settling(28s, 30s)) ==
          std::vector<Duration>{0ms, 500ms, 1500ms, 3500ms, 5s, 10s, 15s, 20s, 25s, 30s});
    CHECK(looks(Settling(24h, 30s)).back() == 30s);
    CHECK(looks(Settling(0s, 60s)).back() == 30s);  // and then it is unknown
    for (const auto a_look : {100ms, 3000ms, 30'000ms, 100'000ms})
        for (const auto age : {0s, 5s, 30s, 60s}) CHECK(looks(Settling(age, 30s), a_look).back() <= 30s);
}

TEST_CASE("a look may take what is left of the half minute, and five seconds in any case") {
    const Settling settling(0s, 30s);
    CHECK(settling.limit(0s) == 30s);
    CHECK(settling.limit(20s) == 10s);
    CHECK(settling.limit(30s) == 5s);
}

}  // namespace tfy::settling_test
