#include "server/storage/regular_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "server/storage/open_file.hpp"

namespace tfy::storage {
namespace {

Error unread(int why) {
    return {why == ENOENT || why == ENOTDIR ? Errc::not_found : Errc::refused,
            std::generic_category().message(why)};
}

}  // namespace

Result<std::string> read_regular_file(const std::filesystem::path& file, std::size_t most) {
    const OpenFile in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (in.get() < 0 || ::fstat(in.get(), &found) != 0) return unread(errno);
    if (!S_ISREG(found.st_mode)) return Error{Errc::refused, "it is not a regular file"};
    std::string text;
    for (std::string part(std::min<std::size_t>(most + 1, 64 * 1024), '\0'); text.size() <= most;) {
        const auto length = ::read(in.get(), part.data(), part.size());
        if (length == 0) return text;
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) return unread(errno);
        text.append(part, 0, static_cast<std::size_t>(length));
    }
    return Error{Errc::refused, "it is larger than " + std::to_string(most / 1024) + " KiB"};
}

}  // namespace tfy::storage
