// Tells channels what the journal says: at least once, in the background, over restarts.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "policy/notice/notice.hpp"
#include "server/approvals/approval_page.hpp"
#include "server/approvals/approvals.hpp"
#include "server/notify/channel_post.hpp"
#include "server/observability/log.hpp"
#include "server/storage/deliveries.hpp"

namespace tfy::notify {

/// How a channel has fared since this process knows it.
struct ChannelHealth {
    std::string called;
    std::size_t delivered = 0;
    std::size_t failed = 0;                  // attempts
    std::size_t dropped = 0;                 // that grew too old, or were too many
    std::string trouble = {};                // of the last attempt; empty: it was taken, by all
    std::optional<policy::Time> since = {};  // of that trouble
};

/// Of all channels, also those that are no longer in use, since the start.
struct NoticeCounts {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;   // attempts
    std::uint64_t dropped = 0;  // that grew too old, or were too many
};

/// One coroutine for each channel, which sends one notice at a time: a receiver that does not answer holds up
/// its own notices and nothing else. What waits is in the store, not in memory. One loop.
class Notifier {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        storage::Store& store;
        approvals::Approvals& desk;
        approvals::ApprovalPage& page;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };
    struct Settings {
        std::string instance;
        std::string public_url = {};  // that links begin with; empty: the page's own address
        std::string ca_file = {};
        std::function<bool(const std::string& instance)> alive;
        std::chrono::milliseconds patience = std::chrono::seconds{1};  // until it looks without being told to
        /// Empty: over the network.
        std::function<Carrier(const ChannelTarget&)> connect = {};
    };

    /// All rooms must outlive it.
    Notifier(Rooms rooms, Settings settings);
    ~Notifier();
    Notifier(const Notifier&) = delete;
    Notifier& operator=(const Notifier&) = delete;

    /// From when it returns on, nothing that is journalled is missed. Where replace() was called before or
    /// meanwhile, its newer list stays.
    Async<Result<void>> start(std::vector<ChannelTarget> targets);
    /// Other channels from here on: a new one hears of what is journalled after the loop's next turn. What
    /// waits for one that stays is still sent, by its new settings, and its health is kept.
    void replace(std::vector<ChannelTarget> targets);
    /// Whether a channel of that name is in use.
    bool has(std::string_view name) const;
    /// Of those in use, in the order of the rules.
    std::vector<ChannelHealth> health() const;
    const NoticeCounts& counts() const { return counts_; }
    /// Resumes when what is being sent has come to its end and that is in the store, or after `limit`: the
    /// next start sends again what is not. The desk drains.
    Async<void> idle(std::chrono::milliseconds limit);
    /// Ends the threads that wait. The loop must not run any more.
    void close();

private:
    struct Sender;
    void employ(std::vector<ChannelTarget> targets);
    std::shared_ptr<Sender> add(ChannelTarget target);
    Async<Result<void>> subscribe(std::string channel);

    Async<void> run(std::shared_ptr<Sender> sender);
    Async<void> look(std::shared_ptr<Sender> sender);
    Async<Result<void>> introduce(std::shared_ptr<Sender> sender);
    Async<void> leave(std::shared_ptr<Sender> sender);
    bool over(const Sender& sender) const;
    Async<void> send_all_due(std::shared_ptr<Sender> sender);
    Async<Result<bool>> send_one(std::shared_ptr<Sender> sender);
    Async<void> let_lapse();
    Async<Result<void>> take_over();
    Async<Result<std::optional<storage::Deliveries::Delivery>>> next(std::shared_ptr<Sender> sender);
    Async<Result<void>> deliver(std::shared_ptr<Sender> sender, storage::Deliveries::Delivery delivery);
    std::optional<notice::Notice> notice_of(const Sender& sender,
                                            const storage::Deliveries::Delivery& delivery) const;
    Async<Result<void>> post(std::shared_ptr<Sender> sender, notice::Notice notice, int attempts);
    void dropped(Sender& sender, std::size_t count, const char* why);
    void trouble(Sender& sender, std::string why);
    void taken(Sender& sender, const http_client::WebResponse& answer, Json told);
    void refused(Sender& sender, const Result<http_client::WebResponse>& answer, Json told, int attempts);
    Async<Result<void>> settle(std::shared_ptr<Sender> sender);
    Async<std::string> address(std::string approval_id);

    Rooms deps_;
    Settings settings_;
    Network network_;
    std::vector<std::shared_ptr<Sender>> senders_;
    NoticeCounts counts_;
    std::size_t running_ = 0;  // senders, retired ones as well
    bool replaced_ = false;
    std::set<std::string> gone_;  // channels whose receiver said so
};

}  // namespace tfy::notify
