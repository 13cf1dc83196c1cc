// Descriptors that programs which are started meanwhile do not inherit.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

namespace tfy::system {

/// The end to read from, and the end to write to. False, with errno set, if there is none.
bool make_pipe(std::array<int, 2>& ends);

/// As socket(2).
int make_socket(int family, int type, int protocol = 0);

/// What to do if the system says that too many files are open (EMFILE, ENFILE).
inline constexpr std::string_view allow_more_files =
    "Allow this program more open files (ulimit -n, or LimitNOFILE in its service)";

/// Whether so few are free that a failure to open something is likely to come from that alone: libraries do
/// not always say why.
inline bool few_are_free() {
    std::array<int, 8> taken{};
    for (int& each : taken) each = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool few = taken.back() < 0 && (errno == EMFILE || errno == ENFILE);
    for (const int each : taken)
        if (each >= 0) ::close(each);
    return few;
}

}  // namespace tfy::system
