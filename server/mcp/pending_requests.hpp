// Requests that this server sends to a legacy client, and the answers that come back as messages of their
// own.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <memory>
#include <string>

#include "protocol/message.hpp"
#include "server/sealing/sealer.hpp"
#include "server/transport/transport.hpp"

namespace tfy::mcp {

/// One loop. Ids are random, so an answer cannot be guessed by another session.
class PendingRequests {
public:
    explicit PendingRequests(const sealing::Sealer& redaction) : redaction_(redaction) {}

    /// Sends the request through `outbox` and waits for its answer. Errc::closed if it cannot be sent,
    /// Errc::refused if the client answers with an error, Errc::expired after `limit`. `asker` is the
    /// session that may answer.
    Async<Result<Json>> ask(transport::Outbox& outbox, std::string asker, std::string method, Json params,
                            std::chrono::milliseconds limit);

    /// Hands an answer to the coroutine that waits for it. False if none does (it was late, or never asked
    /// of `asker`).
    bool answer(const std::string& asker, const protocol::Response& response);
    /// Whether `asker` was asked this, also if the question is over: an answer that comes late is no
    /// mistake of its client. The oldest questions are forgotten.
    bool asked(const std::string& asker, const protocol::RequestId& id) const;

private:
    void close(const std::string& key);

    struct Open {
        std::string asker;
        boost::asio::steady_timer* bell;
        std::optional<protocol::Response> response;
    };
    const sealing::Sealer& redaction_;
    std::map<std::string, Open> open_;
    std::deque<std::pair<std::string, std::string>> over_;  // asker and the question's id
};

}  // namespace tfy::mcp
