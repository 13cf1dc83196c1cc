#include "server/http_client/response_times.hpp"

#include <doctest/doctest.h>

namespace tfy::http_client::response_times_test {

using namespace std::chrono_literals;

namespace {
constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
}  // namespace

TEST_CASE("Retry-After is seconds or an HTTP date; nonsense is nothing") {
    struct Row {
        const char* header;
        std::optional<std::chrono::seconds> means;
    };
    const Row rows[] = {{"7", 7s},
                        {"0", 0s},
                        {"Mon, 23 Nov 2026 12:00:45 GMT", 45s},
                        {"Mon, 23 Nov 2026 11:59:00 GMT", 0s},
                        {"Monday, 23-Nov-26 12:00:45 GMT", 45s},
                        {"Mon Nov 23 12:00:45 2026", 45s},
                        {"Mon, 23 Nov 9999 12:00:45 GMT", std::chrono::days{3650}},
                        {"4000000000", std::chrono::days{3650}},
                        {"99999999999999999999", std::chrono::days{3650}},
                        {"", {}},
                        {"-1", {}},
                        {"7s", {}},
                        {"7.5", {}},
                        {"soon", {}},
                        {"Mon, 32 Nov 2026 12:00:45 GMT", {}},
                        {"Mon, 23 Nov 2026 25:00:45 GMT", {}}};
    for (const auto& row : rows) {
        CAPTURE(row.header);
        CHECK(read_retry_after(row.header, noon) == row.means);
    }
    CHECK(read_retry_after("Mon, 23 Nov 2026 12:00:45 GMT", noon + 500ms) == 45s);
}

TEST_CASE("a date is a time, and nonsense is nothing") {
    CHECK(read_date("Mon, 23 Nov 2026 12:00:00 GMT") == noon);
    CHECK_FALSE(read_date("").has_value());
    CHECK_FALSE(read_date("yesterday, or so").has_value());
}

}  // namespace tfy::http_client::response_times_test
