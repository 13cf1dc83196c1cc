#include "server/system/browser.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>

namespace tfy::system {

std::string browser_opener() {
#ifdef __APPLE__
    return "open";
#else
    return "xdg-open";
#endif
}

bool has_browser_opener() {
    const auto* path = std::getenv("PATH");
    std::istringstream folders(path != nullptr ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((std::filesystem::path(folder) / browser_opener()).c_str(), X_OK) == 0) return true;
    return false;
}

bool open_in_browser(std::string address) {
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", O_RDWR, 0);
    auto program = browser_opener();
    char* const arguments[] = {program.data(), address.data(), nullptr};
    pid_t child = 0;
    const int failed = ::posix_spawnp(&child, program.c_str(), &files, nullptr, arguments, environ);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0;
}

}  // namespace tfy::system
