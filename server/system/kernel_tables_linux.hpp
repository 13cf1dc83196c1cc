// The two ways in which Linux is asked whose a socket is: sock_diag, which looks up one, and /proc/net/tcp,
// which lists all, if sock_diag cannot be used.
#pragma once

#include "server/system/peer_account.hpp"

namespace tfy::system {

PeerAccount ask_sock_diag(const boost::asio::ip::tcp::endpoint& theirs,
                          const boost::asio::ip::tcp::endpoint& ours);
PeerAccount ask_proc(const boost::asio::ip::tcp::endpoint& theirs,
                     const boost::asio::ip::tcp::endpoint& ours);

}  // namespace tfy::system
