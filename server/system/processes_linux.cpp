#include "server/system/processes.hpp"

#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace tfy::system {
namespace {

constexpr auto own_link = "/proc/self/exe";
constexpr auto bind_now = "LD_BIND_NOW";  // what the dynamic linker reads

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

void bind_all_functions(char** arguments) {
    const auto* const known = std::getenv(bind_now);
    const bool is_bound = known != nullptr && *known != '\0';
    if (is_bound || ::getauxval(AT_SECURE) != 0) return;  // there the linker ignores it
    const auto program = own_program();
    if (program.empty() || ::setenv(bind_now, "1", 1) != 0) return;
    ::execv(program.c_str(), arguments);
    ::unsetenv(bind_now);
}

void shut_out_debuggers() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace tfy::system
