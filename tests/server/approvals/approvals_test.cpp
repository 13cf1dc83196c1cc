#include "server/approvals/approvals.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <filesystem>

#include "policy/journal/without_values.hpp"
#include "server/loop/loop.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::approvals_test {

namespace {

using State = policy::Approval::State;

constexpr auto value = "q7Kd92mXw4LzR8nTb3JhYc6DsGp1AeU5oXiV";

policy::Call call(Json arguments) {
    return {
        .server = "tfy-pat-mcp",
        .base_url = "https://acme.example",
        .tool = "tfy_access_tokens_delete",
        .arguments = std::move(arguments),
        .caller = {
            .principal = "stdio:user", .client = "agent 1", .default_assurance = policy::Assurance::client}};
}

/// One process: a desk on a state directory of its own or of another process.
struct Process {
    explicit Process(const std::filesystem::path& file)
        : store(storage::Ledger::open(file).value()),
          gate({.rules = {policy::Rule{}}}),
          redaction(redaction::FingerprintKeyForTests::make(), {}, reader_of(file)),
          desk(loop, store, gate, redaction, clock, "ins") {}
    ~Process() {
        store.close();
        loop.abandon();
    }

    static std::unique_ptr<storage::Reader> reader_of(const std::filesystem::path& file) {
        return file == ":memory:" ? nullptr : storage::Reader::open(file).value();
    }
    template <class T>
    T run(Async<T> work) {
        std::optional<T> result;
        boost::asio::co_spawn(loop, std::move(work), [&](const std::exception_ptr& bug, T done) {
            if (bug) std::rethrow_exception(bug);
            result.emplace(std::move(done));
        });
        loop.restart();
        while (!result) loop.run_one();
        return std::move(*result);
    }
    Result<approvals::Approvals::Opened> open(policy::Call asked, policy::Facts facts) {
        return run(desk.open({std::move(asked), policy::Rule{}}, std::move(facts), ""));
    }

    loop::Loop loop;
    fakes::ManualClock clock;
    storage::Store store;
    approvals::CurrentGate gate;
    sealing::Sealer redaction;
    approvals::Approvals desk;
};

using Refusal = std::optional<Errc>;
/// Of a claim; nothing if it was granted.
Async<std::optional<Refusal>> refusal_of(approvals::Approvals& desk, policy::Approval approval,
                                         policy::Call wanted) {
    const auto permit = co_await desk.claim(std::move(approval), std::move(wanted));
    co_return permit ? Refusal{} : Refusal{permit.error().code};
}

policy::Facts facts(std::string subject) { return {.subject = std::move(subject), .effect = "Deletes it."}; }

}  // namespace

TEST_CASE(
    "a token that another process registered is neither stored nor decided about, without a call before") {
    const fakes::TempFolder folder;
    Process one(folder.path() / "ledger.db");
    Process two(folder.path() / "ledger.db");
    CHECK(two.redaction.seal_text(value).text() == value);
    const auto prints = redaction::fingerprint(value, "ci-pipeline", one.redaction.key());
    auto add = [prints](storage::Ledger& ledger) { return ledger.add_fingerprints(prints); };
    CHECK(one.run(one.store.run(std::move(add))).has_value());
    CHECK(two.open(call({{"id", value}}), facts("ci-pipeline")).error().code == Errc::refused);
    auto named = call({{"id", "pat-a"}});
    named.caller.client = value;
    const auto opened = two.open(named, facts("ci-pipeline"));
    REQUIRE(opened.has_value());
    CHECK(opened->approval.call.caller.client.find("q7Kd92mX") == std::string::npos);
}

TEST_CASE("what people and clients write is stored without values; what the digest binds may hold none") {
    Process process(":memory:");
    process.redaction.add(redaction::fingerprint(value, "ci-pipeline", process.redaction.key()));
    auto named = call({{"id", "pat-a"}});
    named.caller.client = value;
    const auto opened = process.open(named, facts("ci-pipeline"));
    REQUIRE(opened.has_value());
    CHECK(opened->approval.call.caller.client.find("q7Kd92mX") == std::string::npos);

    const auto person = policy::HumanForTests::make("grace", policy::Assurance::terminal);
    const auto denied =
        process.run(process.desk.deny(opened->approval.id, person, std::string("it is ") + value));
    REQUIRE(denied.has_value());
    CHECK(denied->decision()->reason.find("q7Kd92mX") == std::string::npos);

    CHECK(process.open(call({{"id", value}}), facts("ci-pipeline")).error().code == Errc::refused);
    CHECK(process.open(call({{"id", "pat-b"}}), facts(value)).error().code == Errc::refused);
}

TEST_CASE("when the server stops, nobody is kept waiting, and the request stays") {
    Process process(":memory:");
    const auto opened = process.open(call({{"id", "pat-a"}}), facts("ci-pipeline"));
    REQUIRE(opened.has_value());
    process.desk.drain();
    const auto still =
        process.run(process.desk.wait(opened->approval.id, State::pending, opened->approval.expires));
    REQUIRE(still.has_value());
    CHECK(still->approval.state() == State::pending);
    CHECK(still->woken == approvals::Woken::draining);
}

TEST_CASE("a wait says why it ended") {
    Process process(":memory:");
    const auto seen = process.desk.revision();
    const auto woken = [&](std::uint64_t revision) {
        return process.run(process.desk.wait_revision(revision, std::chrono::milliseconds{10}));
    };
    CHECK(woken(seen) == approvals::Woken::timed_out);
    process.desk.ring();
    CHECK(woken(seen) == approvals::Woken::changed);
    process.desk.drain();
    CHECK(woken(seen) == approvals::Woken::draining);
    CHECK(woken(process.desk.revision()) == approvals::Woken::draining);
}

TEST_CASE("new words are kept if the request changed just before them") {
    Process process(":memory:");
    const auto opened = process.open(call({{"id", "pat-a"}}), facts("ci-pipeline"));
    REQUIRE(opened.has_value());
    const auto seen = opened->approval;
    CHECK(process.run(process.desk.reword(seen, "the build is over")).has_value());
    const auto newest = process.run(process.desk.reword(seen, "it was leaked"));
    REQUIRE(newest.has_value());
    CHECK(newest->agent_reason == "it was leaked");
    CHECK(newest->rewordings == 2);
}

TEST_CASE("what was asked while another user's key was in use runs with no other key: it is asked anew") {
    using policy::KeyIdentity;
    const KeyIdentity asked{.print = "one", .user = "dana"};
    struct Row {
        KeyIdentity now;
        bool same;
    };
    const Row rows[] = {{asked, true},
                        {{.print = "two", .user = "dana"}, true},
                        {{}, true},  // no key: nothing can be sent with it
                        {{.print = "two", .user = "alice"}, false},
                        {{.print = "two"}, false}};
    for (const auto& row : rows)
        for (const bool approved : {false, true}) {
            CAPTURE(row.now.print);
            CAPTURE(row.now.user);
            CAPTURE(approved);
            Process process(":memory:");
            auto key = asked;
            process.desk.begins_with([&key](const policy::Caller&) { return key; });
            const auto wanted = call({{"id", "pat-a"}});
            auto now = process.open(wanted, facts("ci-pipeline")).value().approval;
            if (approved)
                now = process
                          .run(process.desk.approve(
                              now.id, policy::HumanForTests::make("bob", policy::Assurance::signed_in),
                              {.typed_name = "ci-pipeline", .digest = now.digest()}))
                          .value();
            key = row.now;
            CHECK(process.desk.is_for_another_key(now) == !row.same);
            if (approved)
                CHECK(*process.run(refusal_of(process.desk, now, wanted)) ==
                      (row.same ? Refusal{} : Refusal{Errc::superseded}));
            if (!approved) {
                const auto found = process.run(process.desk.find_answering(wanted));
                REQUIRE(found.has_value());
                CHECK(found->has_value() == row.same);
            }
            const auto after = process.run(process.desk.find(now.id)).value();
            CHECK((after.state() == State::withdrawn) == !row.same);
        }
}

TEST_CASE("what a key asked for that has expired since is withdrawn, and does not run") {
    for (const bool approved : {false, true})
        for (const bool claimed : {false, true}) {
            if (claimed && !approved) continue;
            CAPTURE(approved);
            CAPTURE(claimed);
            Process process(":memory:");
            auto work = [until = process.clock.now() + std::chrono::minutes{5}](storage::Ledger& ledger) {
                return ledger.add_caller_key(
                    {.id = "A", .hash = "h", .person = "ada", .created = fakes::noon, .until = until},
                    fakes::entry("caller_key_created"), fakes::no_tokens());
            };
            REQUIRE(process.run(process.store.run(std::move(work))).has_value());
            auto wanted = call({{"id", "pat-a"}});
            wanted.caller.principal = "key:A";
            auto now = process.open(wanted, facts("ci-pipeline")).value().approval;
            const auto yes = [&] {
                return process.run(process.desk.approve(
                    now.id, policy::HumanForTests::make("bob", policy::Assurance::signed_in),
                    {.typed_name = "ci-pipeline", .digest = now.digest()}));
            };
            if (approved) now = yes().value();
            process.clock.advance(std::chrono::minutes{5});
            if (claimed)
                CHECK(*process.run(refusal_of(process.desk, now, wanted)) == Refusal{Errc::withdrawn});
            if (!approved) CHECK_FALSE(yes().has_value());
            const auto after = process.run(process.desk.find(now.id)).value();
            CHECK(after.state() == State::withdrawn);
            CHECK(after.outcome.at("text").get<std::string>().starts_with("Withdrawn before it ran: "));
            CHECK(after.outcome.at("next").get<std::string>() ==
                  std::string(storage::Ledger::after_its_caller_ended));
        }
}

TEST_CASE("if the agent cannot fetch a value here, no person can choose that it does") {
    using policy::Destination;
    policy::Rules rules{.rules = {policy::Rule{}, policy::Rule{}}};
    rules.rules.back().reveal = {Destination::agent};
    approvals::CurrentGate gate(rules, false);
    for (const bool read_anew : {false, true}) {
        CAPTURE(read_anew);
        if (read_anew) gate.replace(rules);
        const auto now = gate.now();
        CHECK((now->rules().rules.front().reveal == std::vector{Destination::page, Destination::none}));
        CHECK((now->rules().rules.back().reveal == std::vector{Destination::agent}));
    }
    CHECK(approvals::CurrentGate(rules).now()->rules().rules.front().reveal.size() == 3);
}

}  // namespace tfy::approvals_test
