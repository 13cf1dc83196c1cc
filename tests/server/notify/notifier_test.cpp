// Webhooks hear of what the journal says: at least once, once where nothing goes wrong, whoever dies.
#include "server/notify/notifier.hpp"

#include <doctest/doctest.h>

#include <boost/asio/post.hpp>
#include <set>

#include "tests/fakes/notified.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/sql.hpp"

namespace tfy::notifier_test {

using namespace std::chrono_literals;
using fakes::Notified;
using fakes::webhook;
using storage::Deliveries;
using Event = policy::Channel::Event;

namespace {

constexpr auto host = "hooks.example.com";

std::size_t waiting(Notified& house) {
    auto holders = [](storage::Ledger& ledger) { return Deliveries(ledger).holders(); };
    return house.run(house.store.run(std::move(holders)))->size();
}

}  // namespace

TEST_CASE("a request is told once, signed, with the page's address and no way to decide") {
    Notified house;
    house.start({webhook()});
    const auto id = house.ask(house.requester());
    house.told(1);
    const auto& request = house.receiver().got[0];
    CHECK(request.method == "POST");
    CHECK(request.target == "/in");
    const auto body = house.receiver().body(0);
    CHECK(body["type"] == "approval.requested");
    CHECK(body["approval"]["id"] == id);
    CHECK(body["approval_url"] == "http://127.0.0.1:8780/approvals/" + id);
    CHECK(body["id"] == house.receiver().header(0, "webhook-id"));
    CHECK(house.receiver().header(0, "webhook-signature").starts_with("v1,"));
    CHECK(house.receiver().header(0, "webhook-timestamp") == "1795435200");
    CHECK(house.receiver().header(0, "authorization").empty());
    CHECK(request.body.find("code=") == std::string::npos);
    CHECK(waiting(house) == 0);
}

TEST_CASE("what fails is sent again, later, under the same id, until it is taken") {
    Notified house;
    house.receiver().answer(500).answer(302);
    house.receiver().answers.push_back(Error{Errc::ambiguous, "no answer"});
    house.start({webhook()});
    house.request("a");
    house.told(1);
    for (std::size_t attempt = 2; attempt <= 4; ++attempt) {
        house.clock.advance(2min);
        house.told(attempt);
        CHECK(house.receiver().header(attempt - 1, "webhook-id") == house.receiver().header(0, "webhook-id"));
    }
    house.clock.advance(2min);
    house.told(4);
}

TEST_CASE("a receiver that asks for time gets it") {
    Notified house;
    house.receiver().answer(429, 600s);
    house.start({webhook()});
    house.request("a");
    house.told(1);
    house.clock.advance(599s);
    house.told(1);
    house.clock.advance(1s);
    house.told(2);
}

TEST_CASE("a receiver that is gone is not called again, not even after a reload, but by the next start") {
    Notified house;
    house.receiver().answer(410);
    house.start({webhook()});
    house.request("a");
    house.told(1);
    house.clock.advance(6min);
    house.request("b");
    house.told(1);
    auto elsewhere = webhook();
    elsewhere.wanted.line = 5;
    house.notifier().replace({elsewhere});
    house.told(1);
    CHECK(house.notifier().health().front().called == "webhook:5");
    CHECK(house.notifier().health().front().trouble == "it answered 410");
    house.start_anew({webhook()});
    house.told(3);
}

TEST_CASE("who died in the middle is succeeded, and who lives is left alone") {
    Notified house;
    house.others_alive = {"other"};
    house.start({webhook()});
    house.notifier().replace({});
    house.passes();
    house.request("a");
    auto claim = [now = house.clock.now()](storage::Ledger& ledger) {
        Deliveries deliveries(ledger);
        REQUIRE(
            deliveries.collect("wh_hooks.example.com", [](const auto&) { return true; }, now).has_value());
        return deliveries.claim("wh_hooks.example.com", "other", now);
    };
    REQUIRE(house.run(house.store.run(std::move(claim)))->has_value());
    house.notifier().replace({webhook()});
    house.told(0);
    house.others_alive.clear();
    house.told(1);
    CHECK(house.receiver().body(0)["approval"]["subject"] == "a");
}

TEST_CASE("a store that fails for a while is waited for: what was taken is not told twice") {
    const fakes::TempFolder folder;
    Notified house(folder / "ledger.db");
    house.start({webhook()});
    const auto broken =
        "CREATE TRIGGER broken BEFORE DELETE ON deliveries BEGIN SELECT RAISE(ABORT, ''); END";
    REQUIRE(fakes::run_sql(folder / "ledger.db", broken) == SQLITE_OK);
    house.request("a");
    house.request("b");
    house.told(1);
    REQUIRE(fakes::run_sql(folder / "ledger.db", "DROP TRIGGER broken") == SQLITE_OK);
    house.told(2);
    CHECK(house.receiver().body(0)["id"] != house.receiver().body(1)["id"]);
}

TEST_CASE("a webhook that was replaced while the store failed leaves nothing behind that nobody sends") {
    const fakes::TempFolder folder;
    Notified house(folder / "ledger.db");
    house.receiver().answer(500);
    house.start({webhook()});
    const auto broken =
        "CREATE TRIGGER broken BEFORE UPDATE OF due ON deliveries BEGIN SELECT RAISE(ABORT, ''); END";
    REQUIRE(fakes::run_sql(folder / "ledger.db", broken) == SQLITE_OK);
    house.request("a");
    house.told(1);
    CHECK(waiting(house) == 1);
    house.notifier().replace({webhook()});
    house.told(1);
    REQUIRE(fakes::run_sql(folder / "ledger.db", "DROP TRIGGER broken") == SQLITE_OK);
    house.passes();
    CHECK(waiting(house) == 0);
    house.clock.advance(6min);
    house.told(2);
    CHECK(house.receiver().header(1, "webhook-id") == house.receiver().header(0, "webhook-id"));
}

TEST_CASE("an exception does not end a webhook") {
    Notified house;
    house.receiver().throws = true;
    house.start({webhook()});
    house.request("a");
    house.told(2);
    CHECK(house.receiver().header(1, "webhook-id") == house.receiver().header(0, "webhook-id"));
    house.request("b");
    house.told(3);
}

TEST_CASE("a new webhook hears of what happens right after the reload") {
    Notified house;
    house.start({});
    const auto old = house.request("a");
    house.clock.advance(15min);
    // It looks for what has lapsed, and that it has is journalled then.
    house.notifier().replace({webhook("new.example.com", {Event::requested, Event::expired})});
    house.told(1, "new.example.com");
    CHECK(house.receiver("new.example.com").body(0)["type"] == "approval.expired");
    CHECK(house.receiver("new.example.com").body(0)["approval"]["id"] == old);
}

TEST_CASE("a reload during the start is newer than what the start was given") {
    for (const bool before : {true, false}) {
        CAPTURE(before);
        Notified house;
        if (before) house.notifier().replace({webhook("new.example.com")});
        auto starting = house.notifier().start({webhook()});
        const auto reload = [&house] { house.notifier().replace({webhook("new.example.com")}); };
        if (!before)
            boost::asio::post(house.loop, [&house, reload] { boost::asio::post(house.loop, reload); });
        REQUIRE(house.run(std::move(starting)).has_value());
        house.passes();
        house.request("a");
        house.told(1, "new.example.com");
        house.told(0);
    }
}

TEST_CASE("two processes on one state tell each event once between them") {
    const fakes::TempFolder folder;
    Notified one(folder / "ledger.db", "one");
    Notified two(folder / "ledger.db", "two");
    one.others_alive = {"two"};
    two.others_alive = {"one"};
    one.start({webhook()});
    two.start({webhook()});
    constexpr std::size_t events = 20;
    for (std::size_t i = 0; i < events; ++i) (i % 2 == 0 ? one : two).request("token-" + std::to_string(i));
    const auto told = [&] { return one.receiver().got.size() + two.receiver().got.size(); };
    two.until([&] {
        one.loop.restart();
        one.loop.poll();
        return told() >= events;
    });
    one.passes();
    two.passes();
    CHECK(told() == events);
    std::set<std::string> ids;
    for (auto* house : {&one, &two})
        for (std::size_t i = 0; i < house->receiver().got.size(); ++i)
            ids.insert(house->receiver().header(i, "webhook-id"));
    CHECK(ids.size() == events);
}

TEST_CASE("nobody is called to decide on what is decided already") {
    Notified house;
    house.receiver().answer(503);
    house.start({webhook()});
    const auto id = house.ask(house.requester());
    house.told(1);
    house.deny(id);
    house.clock.advance(6min);
    house.told(1);
}

TEST_CASE("each webhook hears of the events and the tools that it names") {
    Notified house;
    auto ends = webhook("ends.example.com", {Event::decided, Event::expired, Event::finished});
    auto creates = webhook("creates.example.com");
    creates.wanted.tools = {"*_create"};
    house.start({ends, creates});
    const auto first = house.ask(house.requester());
    house.deny(first);
    house.told(1, "ends.example.com");
    const auto denied = house.receiver("ends.example.com").body(0);
    CHECK(denied["type"] == "approval.decided");
    CHECK(denied["approval"]["state"] == "denied");
    CHECK(denied["decision"]["approved"] == false);
    CHECK(denied["decision"]["reason"] == "not today");
    house.answers_no_more(first);
    const auto id = house.ask(house.requester());
    house.approve(id);
    house.get(house.requester(), id).value();  // which runs it
    house.told(3, "ends.example.com");
    CHECK(house.receiver("ends.example.com").body(1)["approval"]["state"] == "approved");
    CHECK(house.receiver("ends.example.com").body(2)["type"] == "approval.finished");
    CHECK(house.receiver("ends.example.com").body(2)["approval"]["state"] == "succeeded");
    house.told(0, "creates.example.com");
}

TEST_CASE("that a request expired is told though nobody looked at it") {
    Notified house;
    house.start({webhook(host, {Event::expired})});
    house.request("a");
    house.told(0);
    house.clock.advance(15min);
    house.told(1);
    CHECK(house.receiver().body(0)["type"] == "approval.expired");
    CHECK(house.receiver().body(0)["approval"]["state"] == "expired");
}

TEST_CASE("what waits is sent after a reload too, by the new settings; what was before a webhook is not") {
    Notified house;
    house.receiver().answer(500);
    house.start({webhook()});
    house.request("a");
    house.told(1);
    auto changed = webhook();
    changed.wanted.format = policy::Channel::Format::slack;
    house.notifier().replace({changed, webhook("new.example.com")});
    house.clock.advance(6min);
    house.told(2);
    CHECK(house.receiver().body(1).contains("blocks"));
    CHECK(house.receiver().header(1, "webhook-id") == house.receiver().header(0, "webhook-id"));
    house.told(0, "new.example.com");
    house.request("b");
    house.told(1, "new.example.com");
}

TEST_CASE("what happened while no server ran is told by the next one") {
    Notified house;
    house.start({webhook()});
    house.notifier().replace({});
    house.passes();
    house.request("a");
    house.told(0);
    house.start_anew({webhook()});
    house.told(1);
}

TEST_CASE("a value that became known after it was stored is in no body") {
    const std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz";
    Notified house;
    auto made = fakes::approval("apr_1", "ci-pipeline", "stdio:alice", house.clock.now());
    made.facts.effect = "Holds " + value + " by mistake";
    const auto record = fakes::entry("requested", made.id, {{"state", "pending"}}, house.clock.now());
    house.redaction.add(redaction::fingerprint(value, "leaked", redaction::FingerprintKeyForTests::make()));
    house.start({webhook()});
    auto open = [made, record](storage::Ledger& ledger) { return ledger.open_request(made, {}, record); };
    house.run(house.store.run(std::move(open))).value();
    house.told(1);
    CHECK(house.receiver().got[0].body.find("abcdefghijkl") == std::string::npos);
    CHECK(house.receiver().got[0].body.find("[redacted:access-token") != std::string::npos);
}

TEST_CASE("of very many that wait for one channel the oldest are dropped, and counted") {
    Notified house;
    house.start({webhook()});
    house.notifier().replace({});
    house.passes();
    const auto most = static_cast<std::size_t>(Deliveries::most_waiting);
    auto fill = [now = house.clock.now(), most](storage::Ledger& ledger) -> Result<void> {
        for (std::size_t i = 0; i < most + 3; ++i) {
            const auto body = redaction::RedactedForTests::make("{}");
            if (auto kept = ledger.append({"requested", "apr_x", body, now}); !kept) return kept;
        }
        return {};
    };
    REQUIRE(house.run(house.store.run(std::move(fill))).has_value());
    auto collect = [now = house.clock.now()](storage::Ledger& ledger) -> Result<std::size_t> {
        std::size_t dropped = 0;
        for (int page = 0; page < 4; ++page) {
            auto some =
                Deliveries(ledger).collect("wh_hooks.example.com", [](const auto&) { return true; }, now);
            if (!some) return some;
            dropped += *some;
        }
        return dropped;
    };
    CHECK(house.run(house.store.run(std::move(collect))).value() == 3);
    auto first = [now = house.clock.now()](storage::Ledger& ledger) {
        return Deliveries(ledger).claim("wh_hooks.example.com", "test", now);
    };
    CHECK(house.run(house.store.run(std::move(first))).value()->record.sequence == 4);
}

static Async<void> stop_before_the_answer(Notified& house) {
    house.desk.drain();
    boost::asio::steady_timer timer(house.loop, 50ms);
    co_await timer.async_wait(boost::asio::use_awaitable);
}

static Async<bool> comes_to_its_end(Notified& house) {
    co_await house.notifier().idle(10s);
    co_return true;
}

TEST_CASE("what is being sent when the server stops is waited for: the next start does not send it again") {
    Notified house;
    house.start({webhook()});
    house.receiver().thinks = [&house] { return stop_before_the_answer(house); };
    house.request("a");
    house.until([&] { return !house.receiver().got.empty(); });
    auto holders = [](storage::Ledger& ledger) { return Deliveries(ledger).holders(); };
    CHECK(house.run(house.store.run(holders)).value() == std::vector<std::string>{"test"});
    CHECK(house.run(comes_to_its_end(house)));
    CHECK(house.run(house.store.run(holders)).value().empty());
    auto again = [now = house.clock.now() + 1h](storage::Ledger& ledger) {
        return Deliveries(ledger).claim("wh_hooks.example.com", "next", now);
    };
    CHECK_FALSE(house.run(house.store.run(std::move(again))).value().has_value());
}

}  // namespace tfy::notifier_test
