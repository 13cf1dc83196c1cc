// The messages of one stream to a legacy client, numbered and kept for a while, so that a connection that
// breaks can be taken up again where it ended.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "server/transport/http.hpp"
#include "server/transport/transport.hpp"

namespace tfy::mcp {

/// One loop. Sending never waits for the peer; the attached writer sends what there is.
class EventStream final : public transport::Outbox {
public:
    static constexpr std::size_t most_kept = 512;               // messages
    static constexpr std::size_t most_bytes = 8 * 1024 * 1024;  // of them

    /// `primed`: the first event carries nothing but an id, so that the client can come back from the start
    /// on (2025-11-25; older clients do not expect it).
    EventStream(const boost::asio::any_io_executor& loop, std::string id, bool primed);

    /// Errc::closed if a peer that does not read has left too much behind.
    Async<Result<void>> send(redaction::Redacted message) override;
    /// A message that is handed to one connection only; `if_lost` takes its place for who comes back for it.
    Async<Result<void>> send_once(redaction::Redacted message, std::optional<redaction::Redacted> if_lost);
    Async<Result<void>> expect_wait() override;
    void suspend(std::chrono::milliseconds retry) override;
    /// No more messages follow.
    void finish();

    const std::string& id() const { return id_; }
    /// Number of the newest event, 0 if there was none.
    std::uint64_t last() const { return last_; }
    /// Whether there is anything that has to go out as a stream.
    bool begun() const { return begun_; }
    bool attached() const { return attached_ != 0; }
    /// Resumes when the stream has begun, or is finished without. Throws where cancelled.
    Async<void> until_begun();

    enum class End { finished, suspended, replaced, peer_gone };
    /// Writes what came after event number `after`, and what comes, until it ends. A later call takes over
    /// from an earlier one.
    Async<End> write_to(transport::Responder& answer, std::uint64_t after);

    /// {stream id, number} of an event id; nullopt for what is none.
    static std::optional<std::pair<std::string, std::uint64_t>> read_event_id(std::string_view text);

private:
    struct Event {
        std::uint64_t number;
        redaction::Redacted message;
        std::optional<redaction::Redacted> if_lost;
    };
    std::string event_id(std::uint64_t number) const;
    std::optional<redaction::Redacted> take(std::uint64_t& next);
    bool make_room(std::size_t bytes);
    Async<void> news();
    void ring();

    std::string id_;
    bool primed_;
    bool begun_ = false;
    bool finished_ = false;
    struct Suspension {
        std::chrono::milliseconds retry;
        std::uint64_t after;  // the last event that still goes out on the connection of the moment
    };
    std::optional<Suspension> suspended_;
    std::deque<Event> events_;
    std::size_t bytes_ = 0;
    std::uint64_t last_ = 0;      // number of the newest event
    std::uint64_t written_ = 0;   // number of the newest event that was handed to a connection
    std::uint64_t attached_ = 0;  // the call of write_to that writes; 0: none
    std::uint64_t calls_ = 0;     // of write_to, so far
    boost::asio::steady_timer bell_;
};

}  // namespace tfy::mcp
