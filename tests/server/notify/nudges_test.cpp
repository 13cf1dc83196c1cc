// Reminders and escalations: once each, by whichever process, and over restarts.
#include "server/notify/nudges.hpp"

#include <doctest/doctest.h>

#include "server/storage/told_once.hpp"
#include "tests/fakes/notified.hpp"
#include "tests/fakes/permits.hpp"

namespace tfy::nudges_test {

using namespace std::chrono_literals;
using fakes::channel;
using fakes::Notified;
using policy::Channel;

namespace {

constexpr auto mail = "mail.example.com", oncall = "oncall.example.com";

struct Nudged : Notified {
    explicit Nudged(const std::filesystem::path& file = ":memory:", std::string name = "test")
        : Notified(file, std::move(name)),
          nudges({loop, store, desk, notifier(), redaction, clock, log}, 5ms) {
        start({channel("mail", Channel::Format::email),
               channel("oncall", Channel::Format::email, {Channel::Event::decided})});
    }
    /// A request whose terms remind after five minutes and escalate after ten.
    std::string waiting(const std::string& token) {
        auto made = fakes::approval("apr_" + token, token, "stdio:alice", clock.now());
        policy::ApprovalForTests::terms(made).remind_after = 5min;
        policy::ApprovalForTests::terms(made).escalate_after = 10min;
        policy::ApprovalForTests::terms(made).escalate_to = {"oncall"};
        const auto record = fakes::entry("requested", made.id, {{"state", "pending"}}, clock.now());
        run(store.run([made, record](storage::Ledger& ledger) {
            return ledger.open_request(made, {1000, 1000}, record);
        })).value();
        desk.ring();
        return made.id;
    }
    bool look() {
        auto looking = [this]() -> Async<bool> {
            co_await nudges.look();
            co_return true;
        };
        return run(looking());
    }
    std::string subject(const std::string& host, std::size_t number) {
        const auto& text = receiver(host).got.at(number).body;
        const auto start = text.find("Subject: ") + 9;
        return text.substr(start, text.find('\r', start) - start);
    }
    std::size_t journalled(const std::string& kind) {
        auto read = [](storage::Ledger& ledger) { return ledger.journal(); };
        const auto records = run(store.run(std::move(read))).value();
        return static_cast<std::size_t>(std::ranges::count(records, kind, &journal::JournalRecord::kind));
    }

    notify::Nudges nudges;
};

}  // namespace

TEST_CASE("who was asked is reminded, then those are told whom the terms name; each once, and journalled") {
    Nudged house;
    house.waiting("a");
    house.told(1, mail);
    house.look();
    house.told(1, mail);
    house.clock.advance(5min);
    for (int again = 0; again < 3; ++again) house.look();
    house.told(2, mail);
    CHECK(house.subject(mail, 1).starts_with("Reminder: approval still needed"));
    house.told(0, oncall);
    house.clock.advance(5min);
    for (int again = 0; again < 3; ++again) house.look();
    house.told(1, oncall);
    CHECK(house.subject(oncall, 0).starts_with("Escalated: no one has decided yet"));
    house.told(2, mail);
    CHECK(house.journalled("reminded") == 1);
    CHECK(house.journalled("escalated") == 1);
}

TEST_CASE("an escalation goes to whom the terms name, whatever its tools, and so does the end of its alert") {
    Nudged house;
    auto pager = channel("oncall", Channel::Format::pagerduty, {Channel::Event::escalated});
    pager.wanted.tools = {"*_create"};
    house.notifier().replace({pager, channel("other", Channel::Format::email, {Channel::Event::escalated})});
    const auto id = house.waiting("a");
    house.clock.advance(11min);
    house.look();
    house.told(1, oncall);
    CHECK(house.receiver(oncall).body(0)["payload"]["class"] == "escalated");
    house.deny(id);
    house.told(2, oncall);
    CHECK(house.receiver(oncall).body(1)["event_action"] == "resolve");
    house.told(0, "other.example.com");
}

TEST_CASE("what is decided, or over, is told of no more") {
    Nudged house;
    const auto id = house.waiting("a");
    house.told(1, mail);
    house.deny(id);
    house.clock.advance(12min);
    house.look();
    house.waiting("b");
    house.told(2, mail);
    house.clock.advance(15min);
    house.look();
    CHECK(house.journalled("reminded") == 0);
    CHECK(house.journalled("escalated") == 0);
    house.told(2, mail);
    house.told(1, oncall);  // that it was denied
}

TEST_CASE("a decision in the moment of the reminder wins") {
    Nudged house;
    const auto id = house.waiting("a");
    house.clock.advance(6min);
    house.deny(id);
    const auto record = fakes::entry("reminded", id, {{"state", "pending"}}, house.clock.now());
    auto late = [id, record](storage::Ledger& ledger) { return storage::ToldOnce(ledger).nudge(id, record); };
    CHECK_FALSE(house.run(house.store.run(std::move(late))).value());
    CHECK(house.journalled("reminded") == 0);
}

TEST_CASE("two processes on one state, and the next start, tell each once between them") {
    const fakes::TempFolder folder;
    Nudged one(folder / "ledger.db", "one");
    Nudged two(folder / "ledger.db", "two");
    one.others_alive = {"two"};
    two.others_alive = {"one"};
    for (const auto* token : {"a", "b", "c"}) one.waiting(token);
    one.clock.advance(11min);
    two.clock.advance(11min);
    one.look();
    two.look();
    one.passes();
    two.passes();
    Nudged next(folder / "ledger.db", "three");
    next.clock.advance(11min);
    next.look();
    CHECK(next.journalled("reminded") == 3);
    CHECK(next.journalled("escalated") == 3);
    const auto told = [&](const char* host) {
        return one.receiver(host).got.size() + two.receiver(host).got.size() + next.receiver(host).got.size();
    };
    next.passes();
    CHECK(told(mail) == 6);
    CHECK(told(oncall) == 3);
}

TEST_CASE("a reminder that could not be sealed is told as soon as it can be") {
    const fakes::TempFolder folder;
    const auto tokens = folder / "tokens.db";
    const auto other = fakes::open_ledger(tokens);
    const sealing::Sealer redaction(redaction::FingerprintKeyForTests::make(), {},
                                    storage::Reader::open(tokens).value());
    Nudged house;
    notify::Nudges nudges(
        {house.loop, house.store, house.desk, house.notifier(), redaction, house.clock, house.log}, 5ms);
    house.waiting("a");
    house.told(1, mail);
    house.clock.advance(5min);
    std::filesystem::rename(tokens, folder / "moved.db");
    nudges.start();
    house.passes();
    CHECK(house.journalled("reminded") == 0);
    std::filesystem::rename(folder / "moved.db", tokens);
    house.told(2, mail);
    CHECK(house.journalled("reminded") == 1);
}

TEST_CASE("it looks by itself when the time has come") {
    Nudged house;
    house.nudges.start();
    house.waiting("a");
    house.told(1, mail);
    house.clock.advance(5min);
    house.told(2, mail);
    house.clock.advance(5min);
    house.told(1, oncall);
}

}  // namespace tfy::nudges_test
