// What only Linux has is named in few sources, so that a port knows where to begin.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

bool is_source(const std::string& name) { return name.ends_with(".cpp") || name.ends_with(".hpp"); }

/// "file: line" of every line of code, in files whose name does not have `allowed`, that has one of `words`.
std::string lines_with(const std::vector<std::string>& words, const std::string& allowed) {
    std::string found;
    for (const auto* room : {"manifests", "protocol", "policy", "tools", "server"})
        for (const auto& entry : fs::recursive_directory_iterator(fs::path(TFY_SOURCE_DIR) / room)) {
            const auto name = entry.path().string();
            if (!is_source(name) || name.find(allowed) != std::string::npos) continue;
            std::ifstream in(name);
            for (std::string line; std::getline(in, line);) {
                const auto code = line.substr(0, line.find("//"));
                const auto has = [&](const auto& word) { return code.find(word) != std::string::npos; };
                if (std::ranges::any_of(words, has)) found += name + ": " + line + "\n";
            }
        }
    return found;
}

}  // namespace

TEST_CASE("what only Linux has is in the sources that are named for it") {
    CHECK(lines_with({"/proc/", "epoll", "signalfd", "eventfd", "timerfd", "inotify", "prctl", "sock_diag",
                      "<linux/", "<malloc.h>", "malloc_usable", "O_PATH", "pipe2", "accept4", "SO_PEERCRED",
                      "SOCK_CLOEXEC", "SOCK_NONBLOCK", "sigtimedwait", "explicit_bzero"},
                     "_linux.") == "");
    CHECK(lines_with({"xdg-open"}, "server/system/browser.cpp") == "");
}
