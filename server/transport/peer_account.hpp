// Which account of this machine holds the other end of a loopback connection.
#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace tfy::transport {

struct PeerAccount {
    bool asked = false;  // the kernel answered; else nothing is known, as when this process may open no file
    /// The user id of the process that holds the socket. nullopt if the kernel knows no such socket (it is on
    /// another machine or in another network namespace), or if no process holds it any more: the kernel calls
    /// the owner of such a socket root.
    std::optional<uid_t> account = {};
};

/// Of the socket at `theirs`, connected to `ours`.
PeerAccount account_of_peer(const boost::asio::ip::tcp::endpoint& theirs,
                            const boost::asio::ip::tcp::endpoint& ours);

/// The two ways in which the kernel is asked: sock_diag, which looks up one socket, and /proc/net/tcp, which
/// lists all, if sock_diag cannot be used.
PeerAccount ask_sock_diag(const boost::asio::ip::tcp::endpoint& theirs,
                          const boost::asio::ip::tcp::endpoint& ours);
PeerAccount ask_proc(const boost::asio::ip::tcp::endpoint& theirs,
                     const boost::asio::ip::tcp::endpoint& ours);

}  // namespace tfy::transport
