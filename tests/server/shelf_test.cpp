// The sandbox's tokens outlive the process.
#include "server/storage/shelf.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "tests/fakes/state.hpp"

using namespace tfy;
using namespace tfy::fakes;
using namespace std::chrono_literals;

namespace {

sandbox::StoredToken token(std::string id, std::optional<policy::Time> expires = {}) {
    return {.id = id,
            .name = "name-" + id,
            .type = "jwt",
            .team = "platform",
            .account = "acme",
            .jwt_id = "jwt-" + id,
            .value_sha256 = std::string(64, 'a'),
            .owner = "ada@example.com",
            .created = noon,
            .expires = expires};
}

}  // namespace

TEST_CASE("tokens come back after a restart, every field, in the order of their creation") {
    const TempFolder folder;
    {
        auto shelf = server::open_sqlite_shelf(folder / "sandbox.db").value();
        REQUIRE(shelf->insert(token("zz", noon + 24h)).has_value());
        REQUIRE(shelf->insert(token("aa")).has_value());
        REQUIRE(shelf->insert(token("mm")).has_value());
        REQUIRE(shelf->touch("aa", noon + 5ms).has_value());
        REQUIRE(shelf->remove("mm").has_value());
    }
    const auto all = server::open_sqlite_shelf(folder / "sandbox.db").value()->all().value();
    REQUIRE(all.size() == 2);
    CHECK(all[0].id == "zz");
    CHECK(all[0].name == "name-zz");
    CHECK(all[0].type == "jwt");
    CHECK(all[0].team == "platform");
    CHECK(all[0].account == "acme");
    CHECK(all[0].jwt_id == "jwt-zz");
    CHECK(all[0].value_sha256 == std::string(64, 'a'));
    CHECK(all[0].owner == "ada@example.com");
    CHECK(all[0].created == noon);
    CHECK(all[0].expires == noon + 24h);
    CHECK_FALSE(all[0].last_used.has_value());
    CHECK_FALSE(all[1].expires.has_value());
    CHECK(all[1].last_used == noon + 5ms);
    CHECK(mode_of(folder / "sandbox.db") == 0600);
}

TEST_CASE("a second token with the same id, and one that is not there, are told") {
    auto shelf = server::open_sqlite_shelf(":memory:").value();
    REQUIRE(shelf->insert(token("aa")).has_value());
    CHECK(shelf->insert(token("aa")).error().code == Errc::conflict);
    CHECK(shelf->remove("bb").error().code == Errc::not_found);
    CHECK(shelf->touch("bb", noon).error().code == Errc::not_found);
    CHECK(shelf->all()->size() == 1);
}

TEST_CASE("a file that is no database is told as damaged") {
    const TempFolder folder;
    std::ofstream(folder / "sandbox.db") << std::string(4096, 'x');
    CHECK(server::open_sqlite_shelf(folder / "sandbox.db").error().code == Errc::storage);
}
