#include "server/reveals/local_socket.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "server/system/descriptors.hpp"

namespace tfy::reveals {
namespace {

namespace fs = std::filesystem;

constexpr int waiting_at_most = 8;

/// An address holds about a hundred characters. A longer path is named through a link to its folder, which is
/// there as long as the address.
class LocalAddress {
public:
    explicit LocalAddress(const fs::path& file) {
        address_.sun_family = AF_UNIX;
        auto text = file.string();
        if (text.size() >= sizeof address_.sun_path) {
            if (!make_link(fs::absolute(file.parent_path()))) return;
            text = link_ / file.filename();
        }
        fits_ = text.size() < sizeof address_.sun_path;
        if (fits_) text.copy(address_.sun_path, text.size());
        if (!fits_) errno = ENAMETOOLONG;
    }
    ~LocalAddress() {
        if (link_.empty()) return;
        ::unlink(link_.c_str());
        ::rmdir(link_.parent_path().c_str());
    }
    LocalAddress(const LocalAddress&) = delete;
    LocalAddress& operator=(const LocalAddress&) = delete;

    /// False with errno set.
    explicit operator bool() const { return fits_; }
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
    static constexpr socklen_t size = sizeof(sockaddr_un);

private:
    /// In a folder of this process alone.
    bool make_link(const fs::path& to) {
        std::error_code failed;
        const auto temporary = fs::temp_directory_path(failed);
        auto own = ((failed ? fs::path("/tmp") : temporary) / ("tfy-" + std::string(6, 'X'))).string();
        if (::mkdtemp(own.data()) == nullptr) return false;
        link_ = fs::path(own) / "at";
        return ::symlink(to.c_str(), link_.c_str()) == 0;
    }

    sockaddr_un address_{};
    fs::path link_;  // empty: there is none
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
    storage::OpenFile socket(system::make_socket(AF_UNIX, SOCK_STREAM));
    const bool listens = address && socket && ::fcntl(socket.get(), F_SETFL, O_NONBLOCK) == 0 &&
                         ::bind(socket.get(), address.get(), LocalAddress::size) == 0 &&
                         ::chmod(file.c_str(), 0600) == 0 && ::listen(socket.get(), waiting_at_most) == 0;
    if (!listens) return failed("Cannot listen at", file, Errc::storage);
    return socket;
}

Result<storage::OpenFile> connect_to(const fs::path& file, std::chrono::seconds patience) {
    const LocalAddress address(file);
    storage::OpenFile socket(system::make_socket(AF_UNIX, SOCK_STREAM));
    if (socket) be_patient(socket.get(), patience);
    if (!address || !socket || ::connect(socket.get(), address.get(), LocalAddress::size) != 0)
        return failed("Nothing answers at", file, Errc::not_found);
    return socket;
}

}  // namespace tfy::reveals
