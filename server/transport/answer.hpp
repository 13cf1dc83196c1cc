// The answering side of one request, on a socket.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <string>

#include "server/transport/http.hpp"
#include "server/transport/peer.hpp"

namespace tfy::transport {

class SocketAnswer final : public Responder {
public:
    struct Manner {
        bool body = true;        // false: HEAD
        bool chunked = true;     // false: HTTP/1.0
        bool keep_alive = true;  // false: the head says that the connection ends
        std::chrono::milliseconds comment_interval{15'000};
        std::chrono::milliseconds patience{30'000};  // for a peer that does not read
    };

    SocketAnswer(Peer& peer, Manner manner);

    Async<Result<void>> reply(HttpResponse reply) override;
    Async<Result<void>> event(redaction::Redacted data, std::string id) override;
    Async<Result<void>> hint(std::string id, std::optional<std::chrono::milliseconds> retry) override;
    Async<Result<void>> start_events(Headers extra = {}) override;
    Async<Result<void>> end_events() override;
    bool streaming() const override { return state_ == State::streaming; }

    /// Writes comments while the stream is open; resumes only when the peer is gone.
    Async<void> keep_stream_alive();
    /// Writes a comment now where the stream is open: the system of a peer that has closed answers with a
    /// reset.
    void probe();

    /// For tests that answer as no server should.
    Peer& peer() { return peer_; }

    bool started() const { return state_ != State::waiting; }
    /// Its last bytes are being written, or are out.
    bool ends() const { return state_ == State::done; }
    /// Whole, and on a connection that can take another request.
    bool complete() const { return state_ == State::done && !broken_; }
    /// Every answer from here on says that the connection ends.
    void say_close() { manner_.keep_alive = false; }
    bool says_close() const { return !manner_.keep_alive; }

private:
    enum class State { waiting, streaming, done };

    Async<Result<void>> put_event(std::string bytes);
    Async<Result<void>> put(std::string bytes);
    Async<Result<void>> put(std::string bytes, std::string more);
    Async<Result<void>> put_part(std::string_view bytes);

    Peer& peer_;
    Manner manner_;
    State state_ = State::waiting;
    bool writing_ = false;
    bool broken_ = false;
    boost::asio::steady_timer turn_;     // cancelled when a write ends
    boost::asio::steady_timer comment_;  // until the next comment
    bool probing_ = false;               // the next comment is due now
};

}  // namespace tfy::transport
