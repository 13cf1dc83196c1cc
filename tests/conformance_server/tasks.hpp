// Tasks that live as long as the process: some take their time, some wait for answers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <variant>

#include "server/mcp/features.hpp"

namespace tfy::conformance {

class Tasks final : public mcp::TaskFeature {
public:
    /// All must outlive it. `loop` must have dropped its coroutines before it is destroyed.
    Tasks(boost::asio::io_context& loop, mcp::Subscriptions& changes, const Clock& clock)
        : loop_(loop), changes_(changes), clock_(clock) {}

    using Outcome = std::variant<Json, Error>;
    /// A task of this requester that is over after `time`.
    mcp::MethodResult start(const mcp::Requester& requester, std::chrono::milliseconds time, Outcome outcome);
    /// One that completes with `result` when all of `requests` (key → {method, params}) are answered.
    mcp::MethodResult start_asking(const mcp::Requester& requester, Json requests, Json result);

    Async<Result<protocol::Task>> get(mcp::Requester& requester, std::string id) override;
    Async<Result<void>> update(mcp::Requester& requester, protocol::UpdateTask update) override;
    Async<Result<void>> cancel(mcp::Requester& requester, std::string id) override;
    Async<Result<Listed>> list(mcp::Requester& requester, std::optional<std::string> cursor) override;
    Async<Result<mcp::MethodResult>> result(mcp::Requester& requester, std::string id) override;

private:
    struct Entry {
        protocol::Task task;
        std::string owner;               // principal
        Outcome outcome;                 // when it is over, and was not cancelled
        boost::asio::steady_timer due;   // cancelled when there is nothing to wait for any more
        boost::asio::steady_timer bell;  // cancelled, that is rung, when it is over
    };
    using EntryPtr = std::shared_ptr<Entry>;

    EntryPtr add(const mcp::Requester& requester, Outcome outcome);
    Result<EntryPtr> find(const mcp::Requester& requester, const std::string& id) const;
    Async<void> settle_when_due(EntryPtr entry);
    void settle(Entry& entry);
    void change(Entry& entry, protocol::Task::Status status);

    boost::asio::io_context& loop_;
    mcp::Subscriptions& changes_;
    const Clock& clock_;
    std::vector<EntryPtr> entries_;  // oldest first
};

}  // namespace tfy::conformance
