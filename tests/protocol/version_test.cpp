// Which revision is spoken.
#include "protocol/version.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace tfy::protocol::version_test {

TEST_CASE("each supported version has a name that reads back, newest first") {
    for (const auto version : supported_versions)
        CHECK(protocol::read_version(protocol::to_string(version)) == version);
    CHECK(std::ranges::is_sorted(supported_versions, std::ranges::greater()));
    for (const auto* text : {"", "2024-11-05", "2026-07-28 ", "2026-07-29", "latest"})
        CHECK_FALSE(protocol::read_version(text));
}

TEST_CASE("initialize is answered with the legacy version that was asked for, else the newest legacy one") {
    CHECK(protocol::negotiate_legacy("2025-03-26") == protocol::Version::v2025_03_26);
    CHECK(protocol::negotiate_legacy("2025-06-18") == protocol::Version::v2025_06_18);
    CHECK(protocol::negotiate_legacy("2025-11-25") == protocol::Version::v2025_11_25);
    for (const auto* other : {"2026-07-28", "2024-11-05", "2030-01-01", ""})
        CHECK(protocol::negotiate_legacy(other) == protocol::Version::v2025_11_25);
}

}  // namespace tfy::protocol::version_test
