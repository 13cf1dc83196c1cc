#include "server/system/processes.hpp"

#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace tfy::system {
namespace {

constexpr auto own_link = "/proc/self/exe";
// What the dynamic linker reads, and glibc.
constexpr auto bind_now = "LD_BIND_NOW";
constexpr auto tunables = "GLIBC_TUNABLES";
constexpr auto more_pieces = "glibc.malloc.tcache_count=128";

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

void start_for_long(char** arguments) {
    const auto* const known = std::getenv(bind_now);
    const bool is_bound = known != nullptr && *known != '\0';
    if (is_bound || ::getauxval(AT_SECURE) != 0) return;  // there the linker ignores it
    const auto program = own_program();
    if (program.empty() || ::setenv(bind_now, "1", 1) != 0) return;
    ::setenv(tunables, more_pieces, 0);  // not over what is there
    ::execv(program.c_str(), arguments);
    ::unsetenv(bind_now);
}

void shut_out_debuggers() { ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

}  // namespace tfy::system
