// Looks which tokens end soon, and journals it: that is what the channels are told of.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "policy/notice/expiry.hpp"
#include "server/approvals/approvals.hpp"
#include "server/observability/log.hpp"

namespace tfy::notify {

/// One coroutine that looks every six hours, or ten minutes after a look that failed. Each token's threshold
/// is written once, whichever process is first. One loop.
class ExpiryWatch {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        storage::Store& store;
        approvals::Approvals& desk;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };
    struct Sources {
        /// Tokens that end between these times.
        std::function<Async<Result<std::vector<notice::TokenEnd>>>(policy::Time from, policy::Time to)>
            listed;
        /// This server's own key, if it says when it ends.
        std::function<std::optional<notice::TokenEnd>()> own_key;
        /// Whether any channel is to hear of it.
        std::function<bool()> wanted;
    };

    /// All must outlive it. `patience`: how late a look may be.
    ExpiryWatch(Rooms rooms, Sources sources, std::chrono::milliseconds patience = std::chrono::minutes{1});
    ExpiryWatch(const ExpiryWatch&) = delete;
    ExpiryWatch& operator=(const ExpiryWatch&) = delete;

    /// From here on it looks by itself while a channel wants to hear, until the desk drains. Again: at once,
    /// where none did before.
    void start();
    /// Once. What the list's error is, if there is one: the own key was looked at all the same.
    Async<Result<void>> look();

private:
    Async<void> run();
    Async<Result<void>> look_safely();
    Async<Result<void>> tell(notice::TokenEnd end);

    Rooms deps_;
    Sources sources_;
    std::chrono::milliseconds patience_;
    bool running_ = false;
    std::optional<policy::Time> next_ = {};
};

}  // namespace tfy::notify
