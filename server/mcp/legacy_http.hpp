// Legacy clients (2025-03-26 to 2025-11-25) over HTTP: sessions, batches, the GET stream, and streams that
// are taken up again after a broken connection.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "server/mcp/event_stream.hpp"
#include "server/mcp/http_replies.hpp"
#include "server/mcp/session_id.hpp"

namespace tfy::mcp {

class LegacyHttp {
public:
    /// How long the requests of a broken connection wait for their client, and a finished stream for who
    /// missed its end.
    struct Timeouts {
        std::chrono::milliseconds broken = std::chrono::minutes{5};
        std::chrono::milliseconds finished = std::chrono::minutes{1};
    };

    /// All must outlive it. `key` seals session ids, so that they survive a restart of the server.
    LegacyHttp(Dispatch& dispatch, PendingRequests& questions, const Clock& clock, policy::SealKey key,
               Timeouts patience);

    Async<void> initialize(const transport::HttpRequest& http, protocol::Request request,
                           transport::Responder& answer);
    /// The messages of one POST; `batch`: they came as an array, and are answered as one.
    Async<void> post(const transport::HttpRequest& http, std::vector<protocol::Message> messages, bool batch,
                     transport::Responder& answer);
    Async<void> get(const transport::HttpRequest& http, transport::Responder& answer);
    Async<void> end(const transport::HttpRequest& http, transport::Responder& answer);

    /// Errc::invalid_request without a session id (400), Errc::not_found for one that is over, or never was
    /// (404).
    Result<LegacySession> session_of(const transport::HttpRequest& http) const;

private:
    struct Work;
    struct Post;
    struct State;
    using Shared = std::shared_ptr<State>;

    /// A response or an error to what this session was never asked.
    bool answers_nothing(const LegacySession& session, const protocol::Message& message) const;
    Async<void> refuse_session(transport::Responder& answer, Error why,
                               std::optional<protocol::RequestId> id);
    Shared state_of(const LegacySession& session);
    void tidy(const std::string& session);
    void receive(const LegacySession& session, const Shared& state, const std::shared_ptr<Post>& post,
                 protocol::Message message);
    void begin(const LegacySession& session, const Shared& state, const std::shared_ptr<Post>& post,
               protocol::Request request);
    Async<void> run(LegacySession session, Shared state, std::shared_ptr<Post> post,
                    std::shared_ptr<Work> work, protocol::Request request);
    /// Where all of its requests are answered: what has not gone into the stream yet, and the end.
    Async<void> finish(std::shared_ptr<Post> post);
    Async<Dispatch::Sealed> answer_of(LegacySession session, Shared state, std::shared_ptr<Post> post,
                                      std::shared_ptr<Work> work, protocol::Request request);
    Async<void> follow(LegacySession session, Shared state, std::shared_ptr<Post> post,
                       transport::Responder& answer);
    Async<void> reply_whole(std::shared_ptr<Post> post, transport::Responder& answer);
    Async<void> resume(LegacySession session, Shared state, std::shared_ptr<Post> post, std::uint64_t after,
                       transport::Responder& answer);
    Async<void> standalone(LegacySession session, Shared state, std::optional<std::uint64_t> after,
                           transport::Responder& answer);
    /// After the patience for it, and if no one has come back: its requests are cancelled, and it is
    /// forgotten.
    void forget_later(const LegacySession& session, const Shared& state, const std::shared_ptr<Post>& post);
    Async<void> forget(std::string session, Shared state, std::shared_ptr<Post> post,
                       std::chrono::milliseconds patience);

    Dispatch& dispatch_;
    PendingRequests& pending_requests_;
    const Clock& clock_;
    policy::SealKey key_;
    Timeouts patience_;
    std::map<std::string, Shared> states_;  // of sessions with something to remember
    std::map<std::string, policy::Time>
        ended_;  // hashes of deleted sessions' ids, until they would have ended anyway
};

}  // namespace tfy::mcp
