#include "server/system/processes.hpp"

#include <unistd.h>

#include <cstdlib>
#include <sstream>

namespace tfy::system {
namespace {

namespace fs = std::filesystem;

fs::path& program() {
    static fs::path found;
    return found;
}

/// As a shell finds it.
fs::path on_path(const std::string& name) {
    if (name.empty()) return {};
    const auto* path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');)
        if (auto file = fs::path(folder) / name; ::access(file.c_str(), X_OK) == 0) return file;
    return {};
}

}  // namespace

// At once: a relative name is relative to the folder in which the program starts.
void started_as(const char* name) {
    const std::string text = name == nullptr ? "" : name;
    std::error_code failed;
    program() = fs::canonical(text.find('/') == std::string::npos ? on_path(text) : fs::path(text), failed);
    if (failed) program().clear();
}

fs::path own_program() { return program(); }

std::string own_image() { return program().string(); }

std::string name_of_parent() { return {}; }

void start_for_long(char**) {}

void shut_out_debuggers() {}

}  // namespace tfy::system
