#include "server/system/processes.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <fstream>

namespace tfy::system {
namespace {

constexpr auto own_link = "/proc/self/exe";

}  // namespace

void started_as(const char*) {}

std::filesystem::path own_program() {
    std::error_code failed;
    auto file = std::filesystem::read_symlink(own_link, failed);
    return failed ? std::filesystem::path{} : file;
}

std::string own_image() { return own_link; }

std::string name_of_parent() {
    std::ifstream in("/proc/" + std::to_string(::getppid()) + "/comm");
    std::string name;
    std::getline(in, name);
    return name;
}

void shut_out_debuggers() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace tfy::system
