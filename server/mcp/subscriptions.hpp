// Who wants to hear of what, and the way from a change to everyone who does. One loop.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policy/call.hpp"
#include "protocol/subscription.hpp"
#include "tools/async.hpp"

namespace tfy::mcp {

struct Change {
    enum class Of { tools_list, prompts_list, resources_list, resource, task } of;
    std::string subject = {};  // a resource's uri, a task's id
    friend bool operator==(const Change&, const Change&) = default;
};

class Subscriptions {
public:
    /// One that listens, from construction to destruction. What it has not taken yet is kept once, however
    /// often it happens.
    class Listener {
    public:
        Listener(Subscriptions& all, const boost::asio::any_io_executor& loop, policy::Caller caller,
                 protocol::NotificationFilter filter);
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;
        ~Listener();

        /// The next change; nullopt when the server is about to stop. Throws where cancelled.
        Async<std::optional<Change>> next();
        void listen_to(protocol::NotificationFilter filter);
        const protocol::NotificationFilter& filter() const { return filter_; }

    private:
        friend class Subscriptions;
        Subscriptions& all_;
        policy::Caller caller_;
        protocol::NotificationFilter filter_;
        std::deque<Change> waiting_;
        boost::asio::steady_timer bell_;
    };

    /// Which callers a change concerns.
    using Concerns = std::function<bool(const policy::Caller&)>;
    /// Told to those whom it concerns; without `concerns` to all.
    void publish(const Change& change, const Concerns& concerns = {});
    /// Ends every Listener::next(), now and later.
    void drain();
    bool draining() const { return draining_; }

    bool wanted() const { return !listeners_.empty(); }
    /// Whether a caller of this principal listens to a task.
    bool waits_for_task(const std::string& id, const std::string& principal) const;
    /// Called whenever there is a listener where there was none: what looks for changes can start to look.
    void on_wanted(std::function<void()> start) { on_wanted_ = std::move(start); }

private:
    std::vector<Listener*> listeners_;
    std::function<void()> on_wanted_;
    bool draining_ = false;
};

/// The notification that tells of `change`, without the subscription's id; empty method for a task, whose
/// notification is the task itself.
struct Told {
    std::string_view method;
    Json params;
};
Told tell(const Change& change);

}  // namespace tfy::mcp
