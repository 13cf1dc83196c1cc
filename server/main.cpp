// Nothing of this process is left for others to look at, and whatever happens it ends with a code.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <new>
#include <span>
#include <string_view>
#include <system_error>

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

/// Of the exception that is handled.
const char* why_it_ended() {
    const auto of_system = [](int code) {
        if (code == EMFILE || code == ENFILE)
            return "tfy-pat-mcp: ended, because too many files are open. Allow this program more open files "
                   "(ulimit -n, or LimitNOFILE in its service).\n";
        if (code == ENOMEM || code == EAGAIN)
            return "tfy-pat-mcp: ended, because the system gives it no more memory or threads. Allow it more "
                   "(ulimit -v and -u, or MemoryMax and TasksMax in its service).\n";
        return "tfy-pat-mcp: ended by an unforeseen failure.\n";
    };
    try {
        throw;
    } catch (const std::bad_alloc&) {
        return of_system(ENOMEM);
    } catch (const std::system_error& failure) {
        return of_system(failure.code().value());
    } catch (const boost::system::system_error& failure) {
        return of_system(failure.code().value());
    } catch (...) {
        return of_system(0);
    }
}

}  // namespace

int main(int argc, char** argv) {
    // What serves for long pays a millisecond for it; hosts start stdio for each session, and wait.
    const std::span<char* const> arguments{argv, static_cast<std::size_t>(argc)};
    if (std::ranges::find(arguments, std::string_view("serve")) != arguments.end())
        tfy::system::start_for_long(argv);
    tfy::cli::hold_standard_descriptors();
    harden();
    tfy::system::started_as(argv[0]);
    try {
        tfy::cli::StandardOutput standard_output(STDOUT_FILENO);
        std::ostream out(&standard_output);
        const auto code = tfy::cli::run_command_line(arguments, out);
        return standard_output.ended(code, std::cerr);
    } catch (...) {
        // Constant text, and nothing that could throw again: what() could hold anything.
        std::fputs(why_it_ended(), stderr);
        return 1;
    }
}
