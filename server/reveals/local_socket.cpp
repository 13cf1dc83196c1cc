#include "server/reveals/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <system_error>

namespace tfy::reveals {
namespace {

namespace fs = std::filesystem;

constexpr int waiting_at_most = 8;

/// An address holds 107 characters. A longer path is named from its open folder.
class LocalAddress {
public:
    explicit LocalAddress(const fs::path& file) {
        address_.sun_family = AF_UNIX;
        auto text = file.string();
        if (text.size() >= sizeof address_.sun_path) {
            folder_ = storage::OpenFile(::open(file.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
            if (!folder_) return;
            text = "/proc/self/fd/" + std::to_string(folder_.get()) + "/" + file.filename().string();
        }
        fits_ = text.size() < sizeof address_.sun_path;
        if (fits_) text.copy(address_.sun_path, text.size());
        if (!fits_) errno = ENAMETOOLONG;
    }

    /// False with errno set.
    explicit operator bool() const { return fits_; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
    static constexpr socklen_t size = sizeof(sockaddr_un);

private:
    sockaddr_un address_{};
    storage::OpenFile folder_;
    bool fits_ = false;
};

Error failed(const std::string& what, const fs::path& file, Errc code) {
    return {code, what + " " + file.string() + " (" + std::generic_category().message(errno) + ")."};
}

void be_patient(int socket, std::chrono::seconds patience) {
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    for (const int option : {SO_RCVTIMEO, SO_SNDTIMEO})
        ::setsockopt(socket, SOL_SOCKET, option, &limit, sizeof limit);
}

}  // namespace

Result<storage::OpenFile> listen_at(const fs::path& file) {
    const LocalAddress address(file);
    storage::OpenFile socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const bool listens = address && socket && ::bind(socket.get(), address.get(), LocalAddress::size) == 0 &&
                         ::chmod(file.c_str(), 0600) == 0 && ::listen(socket.get(), waiting_at_most) == 0;
    if (!listens) return failed("Cannot listen at", file, Errc::storage);
    return socket;
}

Result<storage::OpenFile> connect_to(const fs::path& file, std::chrono::seconds patience) {
    const LocalAddress address(file);
    storage::OpenFile socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket) be_patient(socket.get(), patience);
    if (!address || !socket || ::connect(socket.get(), address.get(), LocalAddress::size) != 0)
        return failed("Nothing answers at", file, Errc::not_found);
    return socket;
}

bool peer_is_same_user(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

}  // namespace tfy::reveals
