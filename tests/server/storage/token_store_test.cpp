// The sandbox's tokens outlive the process.
#include "server/storage/token_store.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/fakes/state.hpp"
#include "tools/sandbox/examples.hpp"

namespace tfy::token_store_test {

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
        auto token_store = storage::open_sqlite_token_store(folder / "sandbox.db").value();
        REQUIRE(token_store->insert(token("zz", noon + 24h)).has_value());
        REQUIRE(token_store->insert(token("aa")).has_value());
        REQUIRE(token_store->insert(token("mm")).has_value());
        REQUIRE(token_store->touch("aa", noon + 5ms).has_value());
        REQUIRE(token_store->remove("mm").has_value());
    }
    const auto kept = storage::open_sqlite_token_store(folder / "sandbox.db").value()->all().value();
    const auto& all = *kept;
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
    auto token_store = storage::open_sqlite_token_store(":memory:").value();
    REQUIRE(token_store->insert(token("aa")).has_value());
    CHECK(token_store->insert(token("aa")).error().code == Errc::conflict);
    CHECK(token_store->remove("bb").error().code == Errc::not_found);
    CHECK(token_store->touch("bb", noon).error().code == Errc::not_found);
    CHECK(token_store->all().value()->size() == 1);
}

TEST_CASE("its own new token comes behind those that it gave out, unless another process wrote as well") {
    const TempFolder folder;
    auto ours = storage::open_sqlite_token_store(folder / "sandbox.db").value();
    auto theirs = storage::open_sqlite_token_store(folder / "sandbox.db").value();
    const auto first = ours->all().value();
    REQUIRE(ours->insert(token("aa")).has_value());
    REQUIRE(ours->insert(token("bb")).has_value());
    CHECK(ours->insert(token("bb")).error().code == Errc::conflict);
    CHECK(ours->all().value() == first);
    REQUIRE(first->size() == 2);
    CHECK(first->back().id == "bb");
    REQUIRE(theirs->insert(token("cc")).has_value());
    REQUIRE(ours->insert(token("dd")).has_value());
    CHECK(first->size() == 2);
    const auto now = ours->all().value();
    REQUIRE(now->size() == 4);
    CHECK((*now)[2].id == "cc");
    CHECK((*now)[3].id == "dd");
}

TEST_CASE("rows are read once until any process commits; what was given out stays as it was") {
    const TempFolder folder;
    auto ours = storage::open_sqlite_token_store(folder / "sandbox.db").value();
    auto theirs = storage::open_sqlite_token_store(folder / "sandbox.db").value();
    REQUIRE(ours->insert(token("aa")).has_value());
    const auto first = ours->all().value();
    CHECK(ours->all().value() == first);
    REQUIRE(theirs->insert(token("bb")).has_value());
    CHECK(ours->all().value()->size() == 2);
    REQUIRE(theirs->touch("aa", noon + 5ms).has_value());
    CHECK(ours->all().value()->front().last_used == noon + 5ms);
    REQUIRE(ours->remove("aa").has_value());
    CHECK(ours->all().value()->size() == 1);
    CHECK(first->size() == 1);
    CHECK_FALSE(first->front().last_used.has_value());
}

TEST_CASE("a file that is no database is told as damaged") {
    const TempFolder folder;
    std::ofstream(folder / "sandbox.db") << std::string(4096, 'x');
    CHECK(storage::open_sqlite_token_store(folder / "sandbox.db").error().code == Errc::storage);
}

TEST_CASE("a new sandbox begins with what it is given; one that was opened before keeps what it has") {
    const TempFolder folder;
    const auto file = folder / "sandbox.db";
    const auto ids = [&](const std::vector<sandbox::StoredToken>& first) {
        std::vector<std::string> found;
        const auto kept = storage::open_sqlite_token_store(file, first).value()->all().value();
        for (const auto& each : *kept) found.push_back(each.id);
        return found;
    };
    CHECK(ids({token("aa"), token("bb")}) == std::vector<std::string>{"aa", "bb"});
    REQUIRE(storage::open_sqlite_token_store(file).value()->remove("aa").has_value());
    CHECK(ids({token("cc")}) == std::vector<std::string>{"bb"});
    REQUIRE(storage::open_sqlite_token_store(file).value()->remove("bb").has_value());
    CHECK(ids({token("cc")}).empty());

    const auto twice = storage::open_sqlite_token_store(folder / "twice.db", {token("aa"), token("aa")});
    REQUIRE(twice.has_error());
    CHECK(storage::open_sqlite_token_store(folder / "twice.db").value()->all().value()->empty());
}

TEST_CASE("the example tokens are one of each sort, created in order, used only between creation and now") {
    const auto tokens = sandbox::example_tokens(noon);
    REQUIRE(tokens.size() == 8);
    std::set<std::string> ids;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto& each = tokens[i];
        CAPTURE(each.name);
        ids.insert(each.id);
        CHECK(each.created < noon);
        if (i > 0) CHECK(tokens[i - 1].created < each.created);
        if (each.last_used) CHECK((each.created < *each.last_used && *each.last_used < noon));
        if (each.expires && *each.expires < noon) CHECK((!each.last_used || *each.last_used < *each.expires));
    }
    CHECK(ids.size() == 8);
    const auto count = [&](auto what) { return std::ranges::count_if(tokens, what); };
    CHECK(count([](const auto& t) { return t.expires && *t.expires < noon; }) == 1);
    CHECK(count([](const auto& t) { return t.expires == noon + 6 * 24h; }) == 1);
    CHECK(count([](const auto& t) { return t.last_used == noon - 200 * 24h; }) == 1);
    CHECK(count([](const auto& t) { return !t.last_used; }) == 1);
    CHECK(count([](const auto& t) { return !t.expires; }) == 1);
    CHECK(count([](const auto& t) { return !t.team.empty(); }) == 1);
    CHECK(count([](const auto& t) { return t.name.starts_with("prod-"); }) == 2);
    CHECK(count([](const auto& t) { return t.name.starts_with("ci-"); }) == 2);
}

}  // namespace tfy::token_store_test
