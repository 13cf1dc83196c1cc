// Who sends with people's own keys learns of them: at the start, and when another process changes them.
#include "server/upstream/own_keys.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>

#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/tried_keys.hpp"

namespace tfy::own_keys_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using storage::OwnKeyRows;

namespace {

const std::string here = "https://tfy.example.com";
const std::string value = "tfy_pat_ada_q8Zr3mVt6Yb1Nc5Xw9Lk2Hs7Jd4Gf0Pe";

struct House {
    TempFolder folder;
    std::filesystem::path file = folder / "ledger.db";
    std::unique_ptr<storage::Ledger> other = open_ledger(file);  // another process's
    boost::asio::io_context loop;
    ManualClock clock{noon};
    storage::Store store{open_ledger(file)};
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    TriedKeys tried;
    KeysInForce in_force;
    upstream::OwnKeys keys{{loop, store, redaction, clock, log}, here, tried.check(), in_force.told_of()};

    House() { enrol(*other, {"ada", "bob"}); }
    void keep(const std::string& person, const std::string& text = value,
              const std::string& base_url = here) {
        const policy::Secret key{std::string(text)};
        OwnKeyRows(*other)
            .keep({.person = person, .base_url = base_url, .subject = "", .mask = "", .since = noon}, key,
                  redaction::fingerprint(text, "", redaction::FingerprintKeyForTests::make()))
            .value();
    }
    void start() {
        std::optional<Result<void>> done;
        boost::asio::co_spawn(loop, keys.start(), [&](const std::exception_ptr& bug, Result<void> answer) {
            if (bug) std::rethrow_exception(bug);
            done = std::move(answer);
        });
        go_on_until([&] { return done.has_value(); });
        done->value();
    }
    void go_on_until(const std::function<bool()>& there) {
        while (!there())
            if (loop.run_one_for(10s) == 0) throw std::runtime_error("it does not go on");
    }
};

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("keys of this control plane are in force from the start on, and known to the redactor") {
    House house;
    house.keep("ada");
    house.keep("bob", "tfy_pat_bob_elsewhere_0123456789", "https://other.example.com");
    house.start();
    CHECK(house.in_force.keys == std::map<std::string, std::string>{{"ada", value}});
    CHECK(house.redaction.seal_text(value).text() == "[redacted:access-token]");
}

TEST_CASE("what another process changes is told within a second or two") {
    House house;
    house.start();
    CHECK(house.in_force.told.empty());
    house.keep("ada");
    house.go_on_until([&] { return house.in_force.keys.contains("ada"); });
    house.keep("ada", "tfy_pat_ada_second_0123456789abcdef");
    house.go_on_until([&] { return house.in_force.keys.at("ada") != value; });
    house.keep("bob");
    house.other->suspend_person("bob", "ada", noon).value();
    OwnKeyRows(*house.other).end("ada", here, noon).value();
    house.go_on_until([&] { return house.in_force.keys.empty(); });
    CHECK(house.in_force.told.front() == "put ada");
    CHECK(house.in_force.told.back() == "end ada");
}

TEST_CASE("a row that was put there by hand is never in force") {
    House house;
    house.keep("ada");
    REQUIRE(run_sql(house.file, "UPDATE own_keys SET person = 'bob'") == SQLITE_OK);
    house.start();
    CHECK(house.in_force.told.empty());
}

}  // namespace tfy::own_keys_test
