// The second half of a rotation, in one process: when the old token goes, and when it stays.
#include "server/rotations/rotation_desk.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>

#include "server/rotations/rotation_records.hpp"
#include "tests/fakes/one_holder.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/rotation_house.hpp"
#include "tools/access_tokens/rotate_words.hpp"

namespace tfy::rotation_desk_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;
using access_tokens::Rotation;
using State = Rotation::State;
using Kept = Rotation::Kept;
using Delete = TokensUpstream::Delete;

namespace {

struct One : RotationHouse {
    RotationProcess process{*this, "one"};

    void after(policy::Duration time) {
        clock.advance(time);
        process.look();
    }
    bool old_is_there() const { return upstream.tokens.contains("old1"); }
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("nothing is asked or deleted while nobody has the value") {
    One one;
    const auto begun = one.process.begin("0s");
    CHECK(begun.state == State::waiting);
    CHECK(begun.id.starts_with("rot_"));
    one.after(9min);
    CHECK(one.process.now().state == State::waiting);
    CHECK(one.upstream.looks + one.upstream.deletes == 0);
    CHECK(one.process.journal() == std::vector<std::string>{"rotation_begun"});
}

TEST_CASE("the old token goes when the grace after the claim is over, and not before") {
    One one;
    one.process.begin("15m");
    one.clock.advance(5min);
    REQUIRE(one.process.claim());
    CHECK(one.process.now().state == State::due);
    CHECK(one.process.now().due == noon + 20min);
    one.after(15min - 1ms);
    CHECK(one.upstream.looks + one.upstream.deletes == 0);
    std::string told;
    one.process.desk.on_deleted([&](const std::string& id, const policy::Caller&) { told = id; });
    int changes = 0;
    one.process.desk.on_change([&] { ++changes; });
    one.after(1ms);
    CHECK(changes == 2);  // begun, and done
    CHECK_FALSE(one.old_is_there());
    CHECK(one.upstream.tokens.contains("new2"));
    CHECK(one.process.now().state == State::done);
    CHECK(told == "old1");
    CHECK(one.process.journal() == std::vector<std::string>{"rotation_begun", "reveal_claimed",
                                                            "rotation_due", "rotation_deleting",
                                                            "rotation_done"});
    one.after(24h);
    CHECK(one.upstream.deletes == 1);
}

TEST_CASE("the page's claim counts like the agent's") {
    One one;
    one.process.begin();
    const auto person = policy::HumanForTests::make();
    CHECK(one.process.run(one.process.reveals.claim_for(one.process.held.reveal_id, person)).has_value());
    CHECK(one.process.now().state == State::due);
}

TEST_CASE("a value that was claimed before the row was there makes it due at once") {
    One one;
    one.process.held = one.process.hold();
    REQUIRE(one.process.claim());
    one.clock.advance(1s);
    const auto begun = one.process.run(one.process.desk.begin(order(), {"new2", one.process.held.reveal_id}));
    REQUIRE(begun.has_value());
    CHECK(begun->state == State::due);
    CHECK(begun->due == noon + 1s + 15min);
}

TEST_CASE("a value that nobody looked at in time keeps the old token for good") {
    One one;
    one.process.begin("0s");
    one.after(10min);
    const auto kept = one.process.now();
    CHECK(kept.state == State::kept);
    CHECK(kept.because == Kept::value_lapsed);
    CHECK(holds(access_tokens::describe(kept, fakes::no_tokens()), "still works"));
    CHECK(holds(access_tokens::describe(kept, fakes::no_tokens()),
                "delete that token with tfy_access_tokens_delete"));
    CHECK_FALSE(one.process.claim());
    one.after(24h);
    CHECK(one.upstream.looks + one.upstream.deletes == 0);
    CHECK(one.process.journal() ==
          std::vector<std::string>{"rotation_begun", "reveal_lapsed", "rotation_kept"});
}

TEST_CASE("a token that is no longer the one that was approved stays; one that is gone is gone") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.upstream.created = "2026-09-01T00:00:00.000Z";
    one.process.look();
    CHECK(one.process.now().because == Kept::old_changed);
    CHECK(one.upstream.deletes == 0);

    One other;
    other.process.begin("0s");
    REQUIRE(other.process.claim());
    other.upstream.tokens.erase("old1");
    other.process.look();
    CHECK(other.process.now().state == State::done);
    CHECK(other.process.now().because == Kept::gone_already);
    CHECK(holds(access_tokens::describe(other.process.now(), fakes::no_tokens()), "another user deleted it"));
    CHECK(other.upstream.deletes == 0);
}

TEST_CASE("a lost answer is settled by listing, and a token that is still there is deleted again") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.upstream.deleting = Delete::lost_but_done;
    one.process.look();
    CHECK(one.process.now().state == State::done);
    CHECK(one.process.now().because == Kept::not_kept);
    CHECK(one.upstream.deletes == 1);

    One other;
    other.process.begin("0s");
    REQUIRE(other.process.claim());
    other.upstream.deleting = Delete::lost;
    other.process.look();
    CHECK(other.process.now().state == State::due);
    other.process.look();  // not yet again
    CHECK(other.upstream.deletes == 1);
    other.upstream.deleting = Delete::works;
    other.after(1min);
    CHECK(other.process.now().state == State::done);
    CHECK(other.upstream.deletes == 2);
}

TEST_CASE("it is tried three times at the most, then the old token stays and a person has to look") {
    for (const auto how : {Delete::lost, Delete::refused}) {
        CAPTURE(static_cast<int>(how));
        One one;
        one.process.begin("0s");
        REQUIRE(one.process.claim());
        one.upstream.deleting = how;
        one.process.look();
        for (int i = 0; i < 6; ++i) one.after(1h);
        CHECK(one.upstream.deletes == 3);
        CHECK(one.process.now().state == State::kept);
        CHECK(one.process.now().because == Kept::refused);
        CHECK(one.old_is_there());
    }
}

TEST_CASE("an outage is waited out for a day, without a single DELETE") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.upstream.reachable = false;
    one.process.look();
    for (int i = 0; i < 23; ++i) one.after(1h);
    CHECK(one.process.now().state == State::due);
    CHECK(one.upstream.deletes == 0);
    one.after(1h);
    one.after(1h);
    CHECK(one.process.now().because == Kept::unreachable);
    CHECK(holds(access_tokens::describe(one.process.now(), fakes::no_tokens()), "It is unknown"));
    one.upstream.reachable = true;
    one.after(1h);
    CHECK(one.upstream.deletes == 0);
}

TEST_CASE("a person keeps the old token while it waits or is due, and the journal says who") {
    for (const bool claimed : {false, true}) {
        CAPTURE(claimed);
        One one;
        const auto begun = one.process.begin();
        if (claimed) REQUIRE(one.process.claim());
        const auto kept = one.process.run(one.process.desk.keep(begun.id, policy::HumanForTests::make()));
        REQUIRE(kept.has_value());
        CHECK(kept->state == State::kept);
        CHECK(kept->because == Kept::by_person);
        if (!claimed) CHECK(one.process.claim());  // the new value can still be seen
        one.after(24h);
        CHECK(one.upstream.looks + one.upstream.deletes == 0);
        const auto journal_of = [](storage::Ledger& ledger) { return ledger.journal(); };
        const auto records = one.process.run(one.process.store.run(journal_of)).value();
        const auto said = std::ranges::find(records, "rotation_kept", &journal::JournalRecord::kind);
        REQUIRE(said != records.end());
        CHECK(said->approval_id == "apr_1");
        CHECK(said->body.at("by") == "grace@example.com");
        const auto again = one.process.run(one.process.desk.keep(begun.id, policy::HumanForTests::make()));
        REQUIRE(again.has_value());  // it is what the person wants: said again, and not written down again
        CHECK(again->because == Kept::by_person);
        const auto after = one.process.run(one.process.store.run(journal_of)).value();
        CHECK(after.size() == records.size());
    }
}

TEST_CASE("what is gone cannot be kept, and what never was is not found") {
    One one;
    const auto begun = one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.process.look();
    const auto person = policy::HumanForTests::make();
    const auto late = one.process.run(one.process.desk.keep(begun.id, person));
    CHECK(late.error().code == Errc::refused);
    CHECK(holds(late.error().message, "is deleted"));
    const auto unknown = one.process.run(one.process.desk.keep("rot_none", person));
    CHECK(unknown.error().code == Errc::not_found);
}

TEST_CASE("kept in the moment before the DELETE: it is not sent") {
    One one;
    const auto begun = one.process.begin("0s");
    REQUIRE(one.process.claim());
    const auto beside = open_ledger(one.state.ledger());
    const auto redactor = redaction::RedactorForTests::make();
    one.upstream.on_look = [&] {
        CHECK(rotations::keep_rotation(*beside, begun.id, policy::HumanForTests::make(), redactor, noon)
                  .has_value());
    };
    one.process.look();
    CHECK(one.upstream.looks == 1);
    CHECK(one.upstream.deletes == 0);
    CHECK(one.process.now().because == Kept::by_person);
}

TEST_CASE("a DELETE that cannot be written down first is not sent") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    SQLite::Database blocker(one.state.ledger().string(), SQLite::OPEN_READWRITE);
    blocker.exec("BEGIN IMMEDIATE");
    one.process.look();
    CHECK(one.upstream.looks == 1);
    CHECK(one.upstream.deletes == 0);
    blocker.exec("ROLLBACK");
    one.process.look();
    CHECK(one.upstream.deletes == 1);
}

TEST_CASE("a step that cannot be written down is not tried again at once") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    CHECK(one.process.run(one.process.desk.until_next()) == 1ms);
    SQLite::Database blocker(one.state.ledger().string(), SQLite::OPEN_READWRITE);
    blocker.exec("BEGIN IMMEDIATE");
    one.process.look();
    CHECK(one.upstream.looks == 1);
    CHECK(one.process.run(one.process.desk.until_next()) == 1min);
    blocker.exec("ROLLBACK");
    one.process.look();
    CHECK(one.process.now().state == State::done);
    CHECK(one.process.run(one.process.desk.until_next()) == 1min);
}

TEST_CASE("a look that ends in an exception is not the last one, and the next one is not at once") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    int thrown = 0;
    one.upstream.on_look = [&] {
        if (thrown++ == 0) throw std::runtime_error("a bug");
    };
    one.process.desk.start();
    one.process.until([&] { return thrown == 1; });
    for (int i = 0; i < 300; ++i) CHECK(one.process.now().state == State::due);  // it rests
    CHECK(one.upstream.looks == 1);
    one.process.desk.look_again();
    one.process.until([&] { return !one.old_is_there(); });
    CHECK(one.upstream.looks == 2);
}

TEST_CASE("an approval has one rotation, and so has a value") {
    One one;
    one.process.begin();
    const auto reveal = one.process.held.reveal_id;
    const auto again = one.process.run(one.process.desk.begin(order(), {"new2", "rev_other"}));
    CHECK(again.error().code == Errc::conflict);
    const auto same_value = one.process.run(one.process.desk.begin(order("0s", "apr_2"), {"new2", reveal}));
    CHECK(same_value.error().code == Errc::conflict);
    CHECK(one.process.run(one.process.desk.list()).value().size() == 1);
    CHECK(one.process.run(one.process.desk.under_way("old1")).value().has_value());
    CHECK_FALSE(one.process.run(one.process.desk.under_way("new2")).value().has_value());
    REQUIRE(one.process.claim());
    one.after(15min);
    CHECK_FALSE(one.process.run(one.process.desk.under_way("old1")).value().has_value());
}

TEST_CASE("the desk looks by itself: at its start, and as soon as a value was claimed") {
    One one;
    one.process.desk.start();
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.process.until([&] { return !one.old_is_there(); });
    CHECK(one.upstream.deletes == 1);
}

TEST_CASE("a desk that drains begins nothing more") {
    One one;
    one.process.begin("0s");
    REQUIRE(one.process.claim());
    one.process.desk.drain();
    one.process.look();
    CHECK(one.upstream.looks + one.upstream.deletes == 0);
}

TEST_CASE("to another user's key the old token looks gone: nothing is said of it, and it is waited for") {
    for (const bool same : {false, true}) {
        CAPTURE(same);
        One one;
        auto own =
            std::make_shared<upstream::OwnKey>(policy::Secret(std::string("tfy-a-key-of-this-server")));
        upstream::KeyIdentities keys(own, redaction::FingerprintKeyForTests::make(), one.process.client);
        one.process.desk.tell_keys_apart(fakes::one_holder(keys));
        SQLite::Database written(one.state.ledger().string(), SQLite::OPEN_READWRITE);
        written.exec("INSERT INTO begun_with VALUES ('apr_1', '" + (same ? keys.now().print : "x") +
                     "', 'bob')");
        one.process.begin("0s");
        REQUIRE(one.process.claim());
        one.upstream.tokens.erase("old1");
        one.process.look();
        CHECK(one.process.now().state == (same ? State::done : State::due));
        CHECK(one.upstream.deletes == 0);
        if (!same) one.upstream.tokens["old1"] = "ci-bot";
        one.after(1h);
        CHECK(one.process.now().state == State::done);
        CHECK(one.upstream.deletes == (same ? 0 : 1));
    }
}

TEST_CASE("a report whose value is lost says that the old token stays, also before that is written down") {
    const Rotation waiting{.id = "rot_1", .approval_id = "apr_1", .plan = plan()};
    tools::ToolResult report;
    report.structured = {{"old", {{"id", "old1"}, {"name", "ci-bot"}}}, {"value_state", "lost"}};
    access_tokens::tell_old_token(report, waiting, fakes::no_tokens());
    CHECK(report.structured.at("old").at("state") == "kept");
    CHECK(holds(report.structured.at("old").at("message").get<std::string>(), "will not be deleted"));
    report.structured["value_state"] = "waits";
    access_tokens::tell_old_token(report, waiting, fakes::no_tokens());
    CHECK(report.structured.at("old").at("state") == "waiting");
}

}  // namespace tfy::rotation_desk_test
