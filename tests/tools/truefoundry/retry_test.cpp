#include "tools/truefoundry/retry.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::retry_test {

using namespace tfy::examples;
using truefoundry::pause;

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
