// Calls that a process began and did not live to end.
#include "server/calls/recovery.hpp"

#include <doctest/doctest.h>

#include "server/reveals/locked_escrow.hpp"
#include "server/storage/state_dir.hpp"
#include "tests/fakes/calls.hpp"
#include "tests/fakes/one_holder.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::recovery_test {

namespace {

using fakes::Calls;
using policy::Approval;
using State = policy::Approval::State;

constexpr auto here = "https://acme.truefoundry.cloud";

/// Whether it succeeded: for what only its receiver may have.
template <class T>
Async<bool> succeeds(Async<Result<T>> work) {
    const auto result = co_await std::move(work);
    co_return result.has_value();
}

/// A process on a state directory, and what it would settle.
struct Process : Calls {
    explicit Process(const fakes::TempFolder& folder, truefoundry::Timing pace = truefoundry::Timing::real())
        : Calls(policy::Assurance::client, folder.path() / "ledger.db", std::move(pace)),
          state(folder.path()) {}

    /// A deletion that a person approved and that `instance` has begun.
    Approval begun_by(const std::string& instance) {
        const auto id = ask(requester());
        approve(id);
        auto approved = run(desk.find(id)).value();
        approvals::Approvals theirs{loop, store, gate, redaction, clock, instance};
        if (key) theirs.begins_with([this](const policy::Caller&) { return *key; });
        auto call = approved.call;
        REQUIRE(run(succeeds(theirs.claim(std::move(approved), std::move(call)))));
        upstream.sent.clear();
        return run(desk.find(id)).value();
    }
    void deletion_arrived() { upstream.sent.push_back({.method = "DELETE", .target = "/…/pat-a"}); }

    calls::Recovery recovery(std::string base_url = here) {
        return calls::Recovery({loop, desk, catalog, log}, state, std::move(base_url));
    }
    Approval settled(Approval orphan, std::string base_url = here) {
        clock.advance(std::chrono::minutes{1});  // long past: what is not listed then never happened
        auto all = recovery(std::move(base_url));
        if (keys) all.tell_keys_apart(fakes::one_holder(*keys));
        const auto id = orphan.id;
        bool done = false;
        boost::asio::co_spawn(loop, all.settle(std::move(orphan)), [&](const std::exception_ptr& bug) {
            if (bug) std::rethrow_exception(bug);
            done = true;
        });
        until([&] { return done; });
        return run(desk.find(id)).value();
    }
    std::ptrdiff_t journalled(const std::string& kind) {
        auto look = [](storage::Ledger& ledger) { return ledger.journal(); };
        const auto records = run(store.run(std::move(look))).value();
        return std::ranges::count(records, kind, &journal::JournalRecord::kind);
    }
    std::ptrdiff_t asked(const std::string& method) const {
        return std::ranges::count(upstream.sent, method, &truefoundry::ApiRequest::method);
    }

    std::filesystem::path state;
    std::optional<policy::KeyIdentity> key;   // with which the dead one began
    upstream::KeyIdentities* keys = nullptr;  // of this one
};

std::string text_of(const Approval& approval) { return approval.outcome.at("text").get<std::string>(); }

std::string status_of(const Approval& approval) {
    return approval.outcome.at("structured").at("status").get<std::string>();
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an orphan is what a process that is gone left executing; what a living one runs is its own") {
    const fakes::TempFolder folder;
    Process process(folder);
    CHECK(process.run(process.recovery().find()).value().empty());
    const auto living =
        storage::Instance::hold(storage::StateDir::open(folder.path()).value(), "living").value();
    process.begun_by("living");
    CHECK(process.run(process.recovery().find()).value().empty());
}

TEST_CASE("a deletion is settled by whether its token is still listed, and nothing is sent but reads") {
    struct Row {
        const char* name;
        bool arrived;
        State state;
        const char* status;
        const char* words;
    };
    const Row rows[] = {{"gone", true, State::succeeded, "executed", "Token deleted.\n\nName: ci-pipeline"},
                        {"still there", false, State::failed, "upstream", "it was not deleted"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const fakes::TempFolder folder;
        Process process(folder);
        const auto begun = process.begun_by("dead");
        const auto found = process.run(process.recovery().find()).value();
        REQUIRE(found.size() == 1);
        CHECK(found.front().id == begun.id);
        if (row.arrived) process.deletion_arrived();
        const auto settled = process.settled(found.front());
        CHECK(settled.state() == row.state);
        CHECK(status_of(settled) == row.status);
        CHECK(holds(text_of(settled), row.words));
        CHECK(process.asked("DELETE") == (row.arrived ? 1 : 0));
        CHECK(process.asked("GET") == 1);
        CHECK(process.journalled("settled") == 1);
        CHECK(process.run(process.recovery().find()).value().empty());
    }
}

TEST_CASE("what cannot be found out from here is unknown, and the outcome says why and where to look") {
    const fakes::TempFolder folder;
    Process process(folder);
    const auto elsewhere = process.settled(process.begun_by("dead"), "https://other.example");
    CHECK(elsewhere.state() == State::unknown);
    CHECK(status_of(elsewhere) == "execution_unknown");
    CHECK(elsewhere.outcome.at("structured").at("approval_id") == elsewhere.id);
    CHECK(holds(text_of(elsewhere), "another control plane (https://acme.truefoundry.cloud)"));
    CHECK(process.upstream.sent.empty());

    process.answers_no_more(elsewhere.id);
    auto nameless = process.begun_by("dead");
    nameless.call.tool = "tfy_of_another_version";
    const auto without_tool = process.settled(std::move(nameless));
    CHECK(without_tool.state() == State::unknown);
    CHECK(holds(text_of(without_tool), "has no such tool"));
    CHECK(process.upstream.sent.empty());
}

TEST_CASE("a server that stops while TrueFoundry cannot be read leaves an orphan to the next one") {
    const fakes::TempFolder folder;
    const auto at_once = [](std::chrono::milliseconds) -> Async<void> { co_return; };
    Process process(folder, truefoundry::Timing::of(at_once));
    auto orphan = process.begun_by("dead");
    process.upstream.down = true;
    process.desk.drain();
    auto left = process.settled(std::move(orphan));
    CHECK(left.state() == State::executing);
    process.upstream.down = false;
    CHECK(process.settled(std::move(left)).state() != State::executing);
}

TEST_CASE("two processes that start at once settle an orphan once: the first counts") {
    const fakes::TempFolder folder;
    Process one(folder);
    Process two(folder);
    const auto begun = one.begun_by("dead");
    auto seen_by_one = one.run(one.recovery().find()).value();
    auto seen_by_two = two.run(two.recovery().find()).value();
    REQUIRE(seen_by_one.size() == 1);
    REQUIRE(seen_by_two.size() == 1);
    one.deletion_arrived();
    CHECK(one.settled(seen_by_one.front()).state() == State::succeeded);
    CHECK(two.settled(seen_by_two.front()).state() == State::succeeded);  // though its own listing differs
    CHECK(two.asked("GET") == 1);
    CHECK(one.journalled("settled") == 1);
}

TEST_CASE("a value's fate is known after its process is gone, to its principal alone") {
    const fakes::TempFolder folder;
    Process process(folder);
    const auto state = storage::StateDir::open(folder.path()).value();
    std::optional<storage::Instance> life = storage::Instance::hold(state, "one").value();
    const auto escrow = [&](const char* instance) {
        return reveals::LockedEscrow(process.loop, process.store, process.redaction, process.clock, instance,
                                     folder.path());
    };
    auto one = escrow("one");
    auto next = escrow("next");
    const auto held = process.run(
        one.hold(policy::Secret(std::string(44, 'v')), "dev-local", {.principal = "stdio:alice"}));
    const auto id = held.value().reveal_id;
    CHECK(process.run(one.fate(id, "stdio:alice")).value() == tools::EscrowState::held);
    CHECK(process.run(next.fate(id, "stdio:alice")).value() == tools::EscrowState::elsewhere);
    life.reset();
    CHECK(process.run(next.fate(id, "stdio:alice")).value() == tools::EscrowState::lost);
    CHECK(process.run(next.fate(id, "stdio:mallory")).error().code == Errc::not_found);
    CHECK(process.run(next.fate("rev_" + std::string(26, 'b'), "stdio:alice")).error().code ==
          Errc::not_found);
    REQUIRE(process.run(succeeds(one.claim(id, "stdio:alice", "agent"))));
    CHECK(process.run(next.fate(id, "stdio:alice")).value() == tools::EscrowState::claimed);
}

TEST_CASE("what another user's key began is unknown: with this one its token looks deleted, and is not") {
    struct Row {
        const char* name;
        std::optional<policy::KeyIdentity> begun;
        State state;
        int reads;
    };
    const policy::KeyIdentity other{.print = "of another key", .user = "bob@acme.example"};
    const Row rows[] = {{"another user's", other, State::unknown, 1},
                        {"another one, and nothing tells whose", {{.print = "x"}}, State::unknown, 0},
                        {"begun before that was written down", {}, State::succeeded, 1}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const fakes::TempFolder folder;
        Process process(folder);
        auto own =
            std::make_shared<upstream::OwnKey>(policy::Secret(std::string("tfy-a-key-of-this-server")));
        truefoundry::Client client(process.upstream, fakes::no_tokens());
        upstream::KeyIdentities keys(own, redaction::FingerprintKeyForTests::make(), client);
        process.key = row.begun;
        process.keys = &keys;
        const auto begun = process.begun_by("dead");
        process.deletion_arrived();
        const auto settled = process.settled(begun);
        CHECK(settled.state() == row.state);
        CHECK(process.asked("GET") == row.reads);
        if (row.state != State::unknown) continue;
        CHECK(status_of(settled) == "execution_unknown");
        CHECK(holds(text_of(settled), "it was started with a different key"));
        CHECK(holds(text_of(settled), "with a server that has a key of theirs"));
        CHECK_FALSE(holds(text_of(settled), "Token deleted"));
    }
}

TEST_CASE("with the key that began it a call is settled, and with whose key is written down with the claim") {
    const fakes::TempFolder folder;
    Process process(folder);
    auto own = std::make_shared<upstream::OwnKey>(policy::Secret(std::string("tfy-a-key-of-this-server")));
    truefoundry::Client client(process.upstream, fakes::no_tokens());
    upstream::KeyIdentities keys(own, redaction::FingerprintKeyForTests::make(), client);
    process.key = keys.now();
    process.keys = &keys;
    const auto begun = process.begun_by("dead");
    const auto written = process.run(process.desk.begun_with(begun.id)).value();
    REQUIRE(written.has_value());
    CHECK(written->print == keys.now().print);
    CHECK_FALSE(process.run(process.desk.begun_with("apr_none")).value().has_value());
    process.deletion_arrived();
    CHECK(process.settled(begun).state() == State::succeeded);
}

}  // namespace tfy::recovery_test
