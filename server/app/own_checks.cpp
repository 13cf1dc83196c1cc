#include "server/app/own_checks.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "protocol/parse.hpp"
#include "server/system/descriptors.hpp"
#include "server/system/processes.hpp"

namespace tfy::app {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds most_time{60};
constexpr std::size_t most_printed = 1024 * 1024;

Error not_run(const std::string& why) {
    return {Errc::refused, "The checks could not be run: " + why +
                               ". Nothing was changed. Run them in a terminal on the server's machine: "
                               "tfy-pat-mcp doctor"};
}

/// All that the child prints, until it closes its output.
std::optional<std::string> read_all(int from) {
    const auto end = std::chrono::steady_clock::now() + most_time;
    std::string all;
    char part[4096];
    while (all.size() <= most_printed) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd wait{from, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return std::nullopt;
        const auto got = ::read(from, part, sizeof(part));
        if (got < 0) return std::nullopt;
        if (got == 0) return all;
        all.append(part, static_cast<std::size_t>(got));
    }
    return std::nullopt;
}

std::optional<pid_t> start(std::vector<std::string> command, int output) {
    std::vector<char*> arguments;
    for (auto& each : command) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    pid_t child = 0;
    const int failed =
        ::posix_spawn(&child, system::own_image().c_str(), &files, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0 ? std::optional(child) : std::nullopt;
}

Result<Json> read_report(const std::string& printed) {
    auto report = protocol::parse(printed);
    if (!report || !report->is_object() || !report->contains("findings"))
        return not_run("their answer cannot be read");
    return Json{{"findings", report->at("findings")},
                {"broken", report->value("broken", 0)},
                {"warnings", report->value("warnings", 0)}};
}

// On a thread that may wait.
Async<std::optional<Result<Json>>> run_there(std::vector<std::string> command, std::atomic<pid_t>& running) {
    std::array<int, 2> ends{};
    if (!system::make_pipe(ends)) co_return not_run("there is no pipe");
    const auto child = start(std::move(command), ends[1]);
    ::close(ends[1]);
    running = child.value_or(0);
    auto printed = child ? read_all(ends[0]) : std::nullopt;
    ::close(ends[0]);
    if (!child) co_return not_run("the program did not start");
    if (!printed) ::kill(*child, SIGKILL);
    running = 0;
    ::waitpid(*child, nullptr, 0);
    if (!printed) co_return not_run("they did not end within a minute");
    co_return read_report(*printed);
}

}  // namespace

// A server that stops does not wait for them.
OwnChecks::~OwnChecks() {
    if (const auto child = child_.load(); child > 0) ::kill(child, SIGKILL);
}

Async<Result<Json>> OwnChecks::run() {
    if (command_.empty()) co_return not_run("this server does not know its own command");
    if (running_)
        co_return Error{Errc::rate_limited, "The checks are running already. Try again in a few seconds."};
    if (!thread_) thread_.emplace(1);
    running_ = true;
    const std::unique_ptr<bool, void (*)(bool*)> leave(&running_, [](bool* running) { *running = false; });
    auto work = run_there(command_, child_);
    auto found = co_await asio::co_spawn(*thread_, std::move(work), asio::use_awaitable);
    co_return std::move(*found);
}

}  // namespace tfy::app
