// /metrics: what this process has done, for a Prometheus on the same machine.
#pragma once

#include <array>

#include "server/calls/call_counts.hpp"
#include "server/mcp/streamable_http.hpp"
#include "server/notify/notifier.hpp"
#include "server/observability/log.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/approval_reader.hpp"
#include "server/transport/http.hpp"
#include "server/upstream/request_counts.hpp"

namespace tfy::app {

/// The rooms count, each what is its own; here it is put together when someone asks. No label has a value
/// that a caller, a client or a token's owner chose. One loop.
class Metrics {
public:
    /// All must outlive it. `address`: where the server listens, if that is one address.
    struct Rooms {
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
        const calls::CallCounts& calls;
        const notify::Notifier& notifier;
        const mcp::StreamableHttp& http;
        std::shared_ptr<const upstream::RequestCounts> upstream;
        std::string address = {};
        std::filesystem::path state_dir = {};
    };
    explicit Metrics(Rooms rooms) : deps_(std::move(rooms)), started_(deps_.clock.now()) {}

    /// Decisions count from here on, whichever process of the state directory writes them down.
    /// Errc::storage.
    Result<void> start();
    /// A request was turned away with this status.
    void refused(int status);
    /// The page; 405 for what does not read it, 403 for another machine, and for what came through a proxy.
    /// Without what the state directory says before start(), and if it cannot be read, which is logged.
    Async<void> reply(const transport::HttpRequest& request, transport::Responder& answer);

private:
    bool is_near(const transport::HttpRequest& request) const;
    void write_state(observability::Exposition& page);
    void count_decisions(const storage::ApprovalCounts& counted);
    void write_approvals(observability::Exposition& page, const storage::ApprovalCounts& counted) const;
    void write_process(observability::Exposition& page) const;
    void write_refusals(observability::Exposition& page) const;
    void write_notices(observability::Exposition& page) const;

    static constexpr std::array decisions = {std::string_view("approved"),  std::string_view("permitted"),
                                             std::string_view("denied"),    std::string_view("expired"),
                                             std::string_view("withdrawn"), std::string_view("superseded")};
    static constexpr std::array statuses = {400, 401, 403, 408, 411, 413, 415, 417, 429, 431, 501, 503, 505};

    Rooms deps_;
    policy::Time started_;
    std::unique_ptr<storage::ApprovalReader> approvals_;  // from start() on
    std::int64_t last_record_ = 0;
    std::array<std::uint64_t, decisions.size()> decided_ = {};
    std::array<std::uint64_t, statuses.size()> refused_ = {};
};

}  // namespace tfy::app
