// One server process: the rooms behind the gate, on a loop and a store that the test steps by hand.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "server/approvals/narrowing.hpp"
#include "server/calls/approval_tasks.hpp"
#include "server/calls/call_tool.hpp"
#include "server/calls/recovery.hpp"
#include "server/people/page_sessions.hpp"
#include "server/people/passkey_desk.hpp"
#include "server/people/people_desk.hpp"
#include "server/reveals/locked_escrow.hpp"
#include "server/storage/state_dir.hpp"
#include "tests/fakes/every_tool.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/model/rulebook.hpp"
#include "tests/model/upstream.hpp"

namespace tfy::model {

/// What a client is sent before its answer. It takes its time: meanwhile other things happen.
class Sent final : public transport::Outbox {
public:
    explicit Sent(std::function<void(std::string_view)> heard) : heard_(std::move(heard)) {}
    Async<Result<void>> send(redaction::Redacted message) override {
        heard_(message.text());
        for (int i = 0; i < 2; ++i)
            co_await boost::asio::post(co_await boost::asio::this_coro::executor, boost::asio::use_awaitable);
        co_return Result<void>{};
    }
    Async<Result<void>> expect_wait() override { co_return Result<void>{}; }

private:
    std::function<void(std::string_view)> heard_;
};

class Process {
public:
    struct Birth {
        std::string instance;
        std::string base_url;
        std::string key;  // by its print
        std::filesystem::path state_dir;
        policy::Duration hold;
        const Rulebook* book;
        bool small = false;  // its store has no room
    };

    Process(Birth birth, std::shared_ptr<storage::Ledger> ledger, Upstream& upstream, const Clock& clock,
            std::function<void(std::string_view)> heard)
        : born(std::move(birth)),
          book(born.book),
          lock(hold_instance(born)),
          store(ledger, storage::Store::Worker::caller),
          gate(rules_of(*born.book)),
          redaction(redaction::FingerprintKeyForTests::make(), ledger->fingerprints().value()),
          exchange(upstream.line(born.base_url, born.instance)),
          outbox(std::move(heard)),
          desk(loop, store, gate, redaction, clock, born.instance),
          reveals(loop, store, redaction, clock, born.instance, born.state_dir),
          tools(client, reveals, clock),
          narrowing(desk, catalog, gate, clock),
          drivers(desk, page, clock, log, policy::SealKey{}, born.hold),
          recovery({loop, desk, catalog, log}, born.state_dir, born.base_url, {.in_all = {}}),
          calls({loop, catalog, gate, desk, drivers, redaction, clock, log}, "tfy-pat-mcp", born.base_url),
          tasks(desk, drivers, calls, clock),
          sessions(store, clock),
          passkeys(store, redaction, clock, [] { return std::string("http://localhost:8780"); }),
          people(store, clock) {
        desk.begins_with([this](const policy::Caller&) { return policy::KeyIdentity{.print = born.key}; });
    }
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    /// As kill -9: what was not done is never done.
    ~Process() {
        store.close();
        awake.reset();
        loop.abandon();
    }

    struct NoPage final : approvals::ApprovalPage {
        Async<std::string> address(std::string, bool) override { co_return std::string{}; }
    };

    const Birth born;
    const bool small = born.small;
    const Rulebook* book;
    std::optional<storage::Instance> lock;
    loop::Loop loop;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> awake{loop.get_executor()};
    storage::Store store;
    approvals::CurrentGate gate;
    sealing::Sealer redaction;
    observability::Log log{redaction, observability::Log::Level::off};
    std::unique_ptr<truefoundry::Exchange> exchange;
    truefoundry::Client client{*exchange, redaction};
    Sent outbox;
    mcp::LegacyState legacy;
    NoPage page;
    approvals::Approvals desk;
    reveals::LockedEscrow reveals;
    fakes::EveryTool tools;
    const registry::Catalog& catalog = tools.catalog;
    approvals::Narrowing narrowing;
    calls::Drivers drivers;
    calls::Recovery recovery;
    calls::CallTool calls;
    calls::ApprovalTasks tasks;
    people::PageSessions sessions;
    people::PasskeyDesk passkeys;
    people::PeopleDesk people;

private:
    static storage::Instance hold_instance(const Birth& born) {
        return std::move(
            storage::Instance::hold(storage::StateDir::open(born.state_dir).value(), born.instance).value());
    }
};

}  // namespace tfy::model
