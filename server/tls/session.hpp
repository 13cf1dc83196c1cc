// The server's side of one TLS connection: bytes in, bytes out. Another carries them to the socket and back.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;
struct bio_st;

namespace tfy::tls {

struct TlsLibrary;

class Session {
public:
    enum class State {
        good,         // it went on
        wants_input,  // it needs more from the peer; what output() has must be sent first
        ended,        // the peer said that it sends no more
        failed,       // the peer breaks the protocol: output() may hold the alert that says so
    };
    struct Progress {
        State state = State::failed;
        std::size_t bytes = 0;
    };
    /// What write() takes at once: one record.
    static constexpr std::size_t most_at_once = std::size_t{16} * 1024;

    Session(const TlsLibrary& library, ssl_ctx_st* context);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    /// What came from the peer.
    void take(std::span<const char> sealed);
    /// Good once both sides have shaken hands.
    State shake_hands();
    /// What the peer said, as much as there is and `room` has place for.
    Progress read(std::span<char> room);
    /// Seals it; all of it or nothing. At most `most_at_once`, after the handshake.
    bool write(std::string_view plain);
    /// Says that no more will be sent.
    void end();
    /// What is to be sent to the peer, which is handed over.
    std::string output();

private:
    State state_after(int outcome);

    const TlsLibrary& ssl_;
    bio_st* incoming_;  // both belong to session_
    bio_st* outgoing_;
    std::unique_ptr<ssl_st, void (*)(ssl_st*)> session_;
    bool failed_ = false;
    bool ended_ = false;
};

}  // namespace tfy::tls
