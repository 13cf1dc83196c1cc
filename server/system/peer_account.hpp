// Which account of this machine holds the other end of a connection.
#pragma once

#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <optional>

namespace tfy::system {

struct PeerAccount {
    bool asked = false;  // the kernel answered; else nothing is known, as when this process may open no file
    bool can_be_asked = true;  // false where no system call tells
    /// The user id of the process that holds the socket. nullopt if the kernel knows no such socket (it is on
    /// another machine or in another network namespace), or if no process holds it any more: the kernel calls
    /// the owner of such a socket root.
    std::optional<uid_t> account = {};
};

/// Of the socket at `theirs`, connected to `ours`.
PeerAccount account_of_peer(const boost::asio::ip::tcp::endpoint& theirs,
                            const boost::asio::ip::tcp::endpoint& ours);

/// Whether the process at the other end of a socket in the file system belongs to this process's account: the
/// kernel says so, not the peer.
bool is_of_own_account(int socket);

}  // namespace tfy::system
