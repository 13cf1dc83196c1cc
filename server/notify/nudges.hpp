// Reminders and escalations: journals that a request has waited for as long as its terms say, which is what
// the channels are told of.
#pragma once

#include <boost/asio/io_context.hpp>
#include <optional>

#include "server/approvals/approvals.hpp"
#include "server/notify/notifier.hpp"
#include "server/observability/log.hpp"

namespace tfy::notify {

/// One coroutine that looks after each change of the store, and when the next nudge is due. Each is written
/// once, whichever process is first. One loop.
class Nudges {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        storage::Store& store;
        approvals::Approvals& desk;
        const Notifier& notifier;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };

    /// All must outlive it. `patience`: how late a nudge may be.
    explicit Nudges(Rooms rooms, std::chrono::milliseconds patience = std::chrono::seconds{1});
    Nudges(const Nudges&) = delete;
    Nudges& operator=(const Nudges&) = delete;

    /// From here on it looks by itself, until the desk drains. Again: nothing.
    void start();
    /// Once.
    Async<void> look();

private:
    Async<void> run();
    Async<void> look_safely();
    Async<void> nudge(policy::Approval approval, policy::Channel::Event event);
    void warn_of_missing(const policy::Approval& approval) const;

    Rooms deps_;
    std::chrono::milliseconds patience_;
    bool started_ = false;
    std::optional<policy::Time> next_ = {};  // when the next one is due, as far as is known
};

}  // namespace tfy::notify
