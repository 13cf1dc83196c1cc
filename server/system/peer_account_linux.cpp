#include "server/system/peer_account.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>

#include "server/system/kernel_tables_linux.hpp"

namespace tfy::system {
namespace {

using boost::asio::ip::tcp;

struct DiagRequest {
    nlmsghdr header;
    inet_diag_req_v2 body;
};

/// Closed at the end.
class NetlinkSocket {
public:
    NetlinkSocket() : descriptor_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)) {}
    ~NetlinkSocket() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    NetlinkSocket(const NetlinkSocket&) = delete;
    NetlinkSocket& operator=(const NetlinkSocket&) = delete;
    int get() const { return descriptor_; }

private:
    int descriptor_;
};

void put(const boost::asio::ip::address& address, std::uint32_t* place) {
    if (address.is_v4()) {
        const auto bytes = address.to_v4().to_bytes();
        std::memcpy(place, bytes.data(), bytes.size());
    } else {
        const auto bytes = address.to_v6().to_bytes();
        std::memcpy(place, bytes.data(), bytes.size());
    }
}

DiagRequest request_for(const tcp::endpoint& theirs, const tcp::endpoint& ours) {
    DiagRequest request{};
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST;
    request.body.sdiag_family = theirs.address().is_v4() ? AF_INET : AF_INET6;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_states = ~0U;
    request.body.id.idiag_sport = htons(theirs.port());
    request.body.id.idiag_dport = htons(ours.port());
    put(theirs.address(), request.body.id.idiag_src);
    put(ours.address(), request.body.id.idiag_dst);
    request.body.id.idiag_cookie[0] = request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return request;
}

/// If no connection is found, the kernel answers with a listener of that port: it has no peer.
std::optional<uid_t> holder_of(const inet_diag_msg& found, const DiagRequest& request) {
    const auto& wanted = request.body.id;
    const bool same =
        found.id.idiag_sport == wanted.idiag_sport && found.id.idiag_dport == wanted.idiag_dport;
    if (!same || found.idiag_inode == 0) return std::nullopt;
    return found.idiag_uid;
}

/// As /proc/net/tcp and tcp6 write it: each four bytes as a number of this machine, in hexadecimal digits.
std::string in_hex(const tcp::endpoint& endpoint, bool as_v6) {
    std::array<std::uint32_t, 4> words{};
    std::size_t count = 4;
    if (endpoint.address().is_v4() && as_v6) {
        words[2] = htonl(0xffff);
        put(endpoint.address(), &words[3]);
    } else {
        put(endpoint.address(), words.data());
        if (endpoint.address().is_v4()) count = 1;
    }
    std::string text;
    std::array<char, 16> piece{};
    for (std::size_t at = 0; at < count; ++at) {
        std::snprintf(piece.data(), piece.size(), "%08X", words.at(at));
        text += piece.data();
    }
    std::snprintf(piece.data(), piece.size(), ":%04X", static_cast<unsigned>(endpoint.port()));
    return text + piece.data();
}

/// False if the table cannot be read.
bool look_in(const char* table, const std::string& theirs, const std::string& ours,
             std::optional<uid_t>& account) {
    std::ifstream in(table);
    std::string line;
    if (!std::getline(in, line)) return false;
    while (std::getline(in, line)) {
        std::istringstream fields(line);
        std::string number, local, remote, state, queues, timer, again, timeout;
        uid_t holder = 0;
        unsigned long inode = 0;
        fields >> number >> local >> remote >> state >> queues >> timer >> again >> holder >> timeout >>
            inode;
        if (fields && local == theirs && remote == ours && inode != 0) account = holder;
    }
    return true;
}

}  // namespace

PeerAccount ask_sock_diag(const tcp::endpoint& theirs, const tcp::endpoint& ours) {
    const NetlinkSocket netlink;
    if (netlink.get() < 0) return {};
    const auto request = request_for(theirs, ours);
    if (::send(netlink.get(), &request, sizeof request, 0) != static_cast<ssize_t>(sizeof request)) return {};
    // The kernel has answered by the time send() returns.
    alignas(nlmsghdr) std::array<char, 4096> room{};
    const auto size = ::recv(netlink.get(), room.data(), room.size(), MSG_DONTWAIT);
    nlmsghdr header{};
    if (size < static_cast<ssize_t>(sizeof header)) return {};
    std::memcpy(&header, room.data(), sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR) {
        nlmsgerr failure{};
        if (size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof failure)) return {};
        std::memcpy(&failure, room.data() + NLMSG_HDRLEN, sizeof failure);
        return {.asked = failure.error == -ENOENT && theirs.address().is_v4() == ours.address().is_v4()};
    }
    inet_diag_msg found{};
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || size < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof found))
        return {};
    std::memcpy(&found, room.data() + NLMSG_HDRLEN, sizeof found);
    return {.asked = true, .account = holder_of(found, request)};
}

PeerAccount ask_proc(const tcp::endpoint& theirs, const tcp::endpoint& ours) {
    constexpr auto tcp6 = "/proc/net/tcp6";
    const bool v4 = theirs.address().is_v4();
    PeerAccount found;
    if (v4) {
        found.asked = look_in("/proc/net/tcp", in_hex(theirs, false), in_hex(ours, false), found.account);
        if (!found.asked || found.account) return found;
    }
    found.asked = look_in(tcp6, in_hex(theirs, true), in_hex(ours, true), found.account) ||
                  (v4 && ::access(tcp6, F_OK) != 0);  // a kernel without IPv6
    return found;
}

PeerAccount account_of_peer(const tcp::endpoint& theirs, const tcp::endpoint& ours) {
    const auto found = ask_sock_diag(theirs, ours);
    return found.asked ? found : ask_proc(theirs, ours);
}

bool is_of_own_account(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace tfy::system
