// A key becomes known for good by TrueFoundry's first good answer, on disk before anyone has that answer.
#include "server/upstream/accepted_keys.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tests/fakes/permits.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::accepted_keys_test {

namespace {

using truefoundry::ApiRequest;
using truefoundry::ApiResponse;

struct Said {
    int status = 200;
    std::function<void()> meanwhile = [] {};
};

class Scripted final : public truefoundry::Exchange {
public:
    explicit Scripted(Said& said) : said_(said) {}
    Async<Result<ApiResponse>> send(ApiRequest) override {
        said_.meanwhile();
        if (said_.status == 0) co_return Error{Errc::upstream, "no answer"};
        ApiResponse response;
        response.status = said_.status;
        co_return response;
    }

private:
    Said& said_;
};

struct House {
    fakes::TempFolder folder;
    std::filesystem::path database = folder.path() / "ledger.db";
    boost::asio::io_context loop;
    storage::Store store{storage::Ledger::open(database).value()};
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    std::shared_ptr<upstream::OwnKey> key =
        std::make_shared<upstream::OwnKey>(policy::Secret(std::string("tfy-first-key")));
    Said said;
    std::unique_ptr<truefoundry::Exchange> exchange =
        upstream::keep_accepted_keys(std::make_unique<Scripted>(said), {store, redaction, log}, key);

    /// What is known on disk when the answer is there.
    std::size_t known_after(int status) {
        said.status = status;
        boost::asio::co_spawn(loop, exchange->send({}), [](const std::exception_ptr& bug, const auto&) {
            if (bug) std::rethrow_exception(bug);
        });
        loop.run();
        loop.restart();
        return storage::Ledger::open(database).value()->fingerprints().value().size();
    }
    void replace(const char* value) const { key->replace(policy::Secret(std::string(value))); }
};

}  // namespace

TEST_CASE("no answer but a good one makes a key known, and it does once") {
    House house;
    for (const int status : {0, 301, 400, 401, 403, 404, 500}) CHECK(house.known_after(status) == 0);
    CHECK(house.redaction.seal_text("tfy-first-key").text() == "tfy-first-key");
    CHECK(house.known_after(200) == 1);
    CHECK(house.redaction.seal_text("tfy-first-key").text() == "[redacted:access-token TFY_API_KEY]");
    CHECK(house.known_after(200) == 1);
    house.replace("tfy-second-key");
    CHECK(house.known_after(401) == 1);
    CHECK(house.known_after(204) == 2);
}

TEST_CASE("an answer to the key of before does not make the new one known") {
    House house;
    house.said.meanwhile = [&house] { house.replace("tfy-second-key"); };
    CHECK(house.known_after(200) == 0);
    CHECK(house.known_after(200) == 1);  // the second one was asked with this time
}

TEST_CASE("what could not be written down is tried again with the next answer") {
    House house;
    fakes::run_sql(house.database,
                   "CREATE TRIGGER full BEFORE INSERT ON tokens BEGIN SELECT RAISE(ABORT, 'full'); END");
    CHECK(house.known_after(200) == 0);
    CHECK(house.redaction.seal_text("tfy-first-key").text() == "[redacted:access-token TFY_API_KEY]");
    fakes::run_sql(house.database, "DROP TRIGGER full");
    CHECK(house.known_after(200) == 1);
}

}  // namespace tfy::accepted_keys_test
