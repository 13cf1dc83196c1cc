// How long the token lives that takes another one's place.
#include "tools/access_tokens/successor.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::successor_test {

using namespace tfy::examples;

namespace {

policy::Time at(const char* text) { return truefoundry::read_time(text).value(); }

std::string ends(const char* created, const char* expires, const char* now) {
    truefoundry::AccessToken old;
    old.created = at(created);
    old.expires = at(expires);
    return access_tokens::successor_expiration(old, at(now)).value();
}

}  // namespace

TEST_CASE("a token that ends with a day has a successor of as many days, whenever it is rotated") {
    constexpr auto created = "2026-12-01T14:00:00.000Z", end = "2026-12-31T23:59:59.000Z";
    CHECK(ends(created, end, "2026-12-01T14:00:08.000Z") == end);
    CHECK(ends(created, end, "2026-12-01T00:00:00.000Z") == end);
    CHECK(ends(created, end, "2026-12-02T23:59:59.000Z") == "2027-01-01T23:59:59.000Z");
    CHECK(ends(created, "2026-12-31T23:59:59.999Z", "2026-12-01T20:00:00.000Z") == end);
}

TEST_CASE("any other end is as far away as the old token's was") {
    CHECK(ends("2026-08-25T09:30:00.000Z", "2026-12-25T09:30:00.000Z", "2026-11-23T12:00:00.000Z") ==
          "2027-03-25T12:00:00.000Z");
    CHECK(ends("2026-12-01T14:00:00.000Z", "2026-12-31T23:59:58.000Z", "2026-12-01T14:00:08.000Z") ==
          "2027-01-01T00:00:06.000Z");
}

}  // namespace tfy::successor_test
