// Values for a terminal: this process, which holds them, listens for those of its user, and hands one out to
// a person who may see it and has typed their passphrase.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>

#include "server/observability/log.hpp"
#include "server/people/passphrase_desk.hpp"
#include "server/reveals/locked_escrow.hpp"
#include "server/reveals/reveal_wish.hpp"

namespace tfy::reveals {

/// One request at a time. The passphrase is checked here, not by the command: any program
/// of this user can connect. A wrong one uses nothing up.
class RevealSocket {
public:
    struct Uses {
        boost::asio::io_context& loop;
        LockedEscrow& reveals;
        people::PassphraseDesk& passphrases;
        const sealing::Sealer& redaction;
        const Clock& clock;
        const observability::Log& log;
    };
    /// What is used must outlive it. An empty `state_dir`: nothing listens.
    RevealSocket(Uses uses, std::filesystem::path state_dir, const std::string& instance);
    ~RevealSocket();
    RevealSocket(const RevealSocket&) = delete;
    RevealSocket& operator=(const RevealSocket&) = delete;

    /// Listens from here on, and removes the sockets of processes that ended without doing so. Where it
    /// cannot listen it says so in the log, and values are shown elsewhere only.
    void start();
    bool listens() const { return acceptor_.is_open(); }
    /// Ends listening.
    void close();

private:
    using Socket = boost::asio::local::stream_protocol::socket;

    Async<void> serve();
    Async<void> answer(Socket& socket);
    Async<Result<RevealWish>> read(Socket& socket);
    Async<Result<RevealWish>> read_in_time(Socket& socket);
    Async<Result<policy::Human>> identify(std::string person, policy::Secret passphrase);
    Async<Result<redaction::Reveal>> claim(Socket& socket, RevealWish wish);
    std::optional<Error> not_theirs(const std::string& reveal_id, const policy::Human& person) const;
    Async<bool> send(Socket& socket, redaction::Redacted message);
    void remove_stale() const;

    Uses uses_;
    std::filesystem::path state_dir_;
    std::filesystem::path file_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
};

}  // namespace tfy::reveals
