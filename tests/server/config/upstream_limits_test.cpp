// TFY_API_CONNECT_TIMEOUT and TFY_API_MAX_TIME, as people write them.
#include <doctest/doctest.h>

#include "server/config/config.hpp"
#include "tests/fakes/variable.hpp"

namespace tfy::upstream_limits_test {

using namespace std::chrono_literals;
using fakes::Variable;

TEST_CASE("the limits are seconds, with decimals where one likes; nothing is the default") {
    CHECK(config::read_time_limit("TFY_API_MAX_TIME", 30s).value() == 30s);
    struct Row {
        const char* text;
        std::optional<std::chrono::milliseconds> means;
    };
    const Row rows[] = {{"60", 60s},  {"0.1", 100ms}, {"600", 600s}, {"1.", 1s},  {"0.05", {}}, {"0", {}},
                        {"601", {}},  {"-5", {}},     {"+5", {}},    {"30s", {}}, {" 30", 30s}, {"1e2", {}},
                        {"0x10", {}}, {"1.2.3", {}},  {".", {}},     {"inf", {}}, {"nan", {}},  {"30,5", {}}};
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const Variable max_time("TFY_API_MAX_TIME", row.text);
        const auto read = config::read_time_limit("TFY_API_MAX_TIME", 30s);
        REQUIRE(read.has_value() == row.means.has_value());
        if (read) CHECK(*read == *row.means);
        if (!read) CHECK(read.error().message.starts_with("TFY_API_MAX_TIME must be a number of seconds"));
    }
}

}  // namespace tfy::upstream_limits_test
