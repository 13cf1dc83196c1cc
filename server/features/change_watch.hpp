// From what happens to approvals, by whomever, to the clients that listen.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>

#include "server/approvals/approvals.hpp"
#include "server/calls/call_tool.hpp"
#include "server/mcp/subscriptions.hpp"
#include "server/observability/log.hpp"

namespace tfy::features {

/// While anyone listens, one coroutine looks at the open approvals after each change of the store: one
/// query, and one more for each that is not open any more. What it knows is those open ones. One loop.
class ChangeWatch {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        approvals::Approvals& desk;
        mcp::Subscriptions& subscriptions;
        calls::CallTool& calls;
        const Clock& clock;
        const observability::Log& log;
        /// Whether two callers' calls go with the same key, so that they see the same tokens; not given: all.
        std::function<bool(const policy::Caller&, const policy::Caller&)> share_key = {};
    };

    /// All must outlive it. Begins when the first listener comes. `patience`: how long it takes at the most
    /// to see that a request's time is over, or that no one listens any more.
    explicit ChangeWatch(Rooms rooms, std::chrono::milliseconds patience = std::chrono::seconds{1});
    ChangeWatch(const ChangeWatch&) = delete;
    ChangeWatch& operator=(const ChangeWatch&) = delete;
    ~ChangeWatch();

    bool watching() const { return watching_; }

private:
    using Open = std::map<std::string, policy::Approval>;

    void begin();
    Async<void> watch();
    Async<void> look(bool first);
    bool anything_late() const;
    void tell_changed(const policy::Approval& approval);
    void tell_ended(const policy::Approval& approval);
    /// What listeners wait for begins to run: they are there to receive it.
    void begin_approved();

    Rooms deps_;
    std::chrono::milliseconds patience_;
    bool watching_ = false;
    Open open_;
};

}  // namespace tfy::features
