#include "tools/truefoundry/retry.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::retry_test {

using namespace tfy::examples;
using truefoundry::pause;
using truefoundry::read_retry_after;

TEST_CASE("Retry-After is seconds or an HTTP date; nonsense is nothing") {
    struct Row {
        const char* header;
        std::optional<std::chrono::seconds> means;
    };
    const Row rows[] = {{"7", 7s},
                        {" 7 ", 7s},
                        {"0", 0s},
                        {"Mon, 23 Nov 2026 12:00:45 GMT", 45s},
                        {"Mon, 23 Nov 2026 11:59:00 GMT", 0s},
                        {"4000000000", std::chrono::days{3650}},
                        {"99999999999999999999", std::chrono::days{3650}},
                        {"", {}},
                        {"-1", {}},
                        {"7s", {}},
                        {"7.5", {}},
                        {"soon", {}},
                        {"Mon, 23 Nov 2026 12:00:45 CET", {}},
                        {"Mon, 32 Nov 2026 12:00:45 GMT", {}},
                        {"Mon, 23 Nov 2026 25:00:45 GMT", {}},
                        {"Mon, 23 nov 2026 12:00:45 GMT", {}}};
    for (const auto& row : rows) {
        CAPTURE(row.header);
        CHECK(read_retry_after(row.header, noon) == row.means);
    }
}

TEST_CASE(
    "the pause is anything up to a bound that doubles, after what upstream asked for; over a minute is "
    "none") {
    for (const std::uint32_t random : {0U, 1U, 999U, 1000U, 1001U, 123456789U, 4294967295U}) {
        CAPTURE(random);
        CHECK(pause(1, random, {}).value() <= 1000ms);
        CHECK(pause(2, random, {}).value() <= 2000ms);
        CHECK(pause(1, random, 7s).value() >= 7s);
        CHECK(pause(1, random, 7s).value() <= 8s);
        CHECK(pause(1, random, 60s).has_value());
        CHECK_FALSE(pause(1, random, 61s).has_value());
    }
    CHECK(pause(1, 0, {}) == 0ms);  // full jitter: also at once
    CHECK(pause(1, 1000, {}) == 1000ms);
}

}  // namespace tfy::retry_test
