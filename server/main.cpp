// Nothing of this process is left for others to look at, and whatever happens it ends with a code.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <iostream>

#include "server/cli/run.hpp"
#include "server/cli/standard_output.hpp"
#include "server/system/processes.hpp"

namespace {

/// No core dump, no other process of this user looking in: both could hold a token's value.
void harden() {
    tfy::system::shut_out_debuggers();
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    for (const int signal : {SIGPIPE, SIGXFSZ}) std::signal(signal, SIG_IGN);  // what fails then says so
}

}  // namespace

int main(int argc, char** argv) {
    tfy::cli::hold_standard_descriptors();
    harden();
    tfy::system::started_as(argv[0]);
    try {
        tfy::cli::StandardOutput standard_output(STDOUT_FILENO);
        std::ostream out(&standard_output);
        const auto code = tfy::cli::run_command_line({argv, static_cast<std::size_t>(argc)}, out);
        return standard_output.ended(code, std::cerr);
    } catch (...) {
        // Constant text, and nothing that could throw again: what() could hold anything.
        std::fputs("tfy-pat-mcp: ended by an unforeseen failure.\n", stderr);
        return 1;
    }
}
