// stdio_driver (--calls=N | --seconds=S) --window=W --expect=TEXT [--log=FILE] REQUEST_FILE COMMAND…: plays a
// client that keeps W requests in flight, and prints what it measured as JSON. The request is one line; "@"
// in it becomes the id. Every answer of the first round must hold TEXT, and all of the others must be as long
// as those.
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Microseconds = std::chrono::duration<double, std::micro>;

[[noreturn]] void fail(const std::string& why) {
    std::cerr << "stdio_driver: " << why << std::endl;
    std::exit(1);
}

class Child {
public:
    Child(char** command, const std::string& log) {
        int input[2];
        int output[2];
        if (::pipe(input) != 0 || ::pipe(output) != 0) fail("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, input[0], STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
        if (!log.empty())
            posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(),
                                             O_WRONLY | O_CREAT | O_APPEND, 0600);
        for (const int unused : {input[0], input[1], output[0], output[1]})
            posix_spawn_file_actions_addclose(&actions, unused);
        if (::posix_spawnp(&pid_, command[0], &actions, nullptr, command, environ) != 0)
            fail(std::string("cannot start ") + command[0]);
        posix_spawn_file_actions_destroy(&actions);
        ::close(input[0]);
        ::close(output[1]);
        to_ = input[1];
        from_ = output[0];
    }

    void send(std::string_view text) const {
        while (!text.empty()) {
            const auto count = ::write(to_, text.data(), text.size());
            if (count <= 0) fail("the server takes no input");
            text.remove_prefix(static_cast<std::size_t>(count));
        }
    }
    std::string_view receive() {
        const auto count = ::read(from_, buffer_.data(), buffer_.size());
        if (count <= 0) fail("the server has ended");
        return {buffer_.data(), static_cast<std::size_t>(count)};
    }
    long resident_kb() const {
        std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
        for (std::string line; std::getline(status, line);)
            if (line.starts_with("VmRSS:")) return std::atol(line.c_str() + 6);
        return 0;
    }
    double end() {
        ::close(to_);
        int status = 0;
        rusage used{};
        ::wait4(pid_, &status, 0, &used);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("the server did not end well");
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        return seconds(used.ru_utime) + seconds(used.ru_stime);
    }

private:
    pid_t pid_ = 0;
    int to_ = -1;
    int from_ = -1;
    std::vector<char> buffer_ = std::vector<char>(std::size_t{256} * 1024);
};

struct Options {
    std::size_t calls = 0;
    double seconds = 0;
    std::size_t window = 1;
    std::string expect = {};
    std::string log = {};  // for what the server says on its standard error
};

class Client {
public:
    Client(Child& child, std::string request, std::string expect)
        : child_(child), expect_(std::move(expect)) {
        const auto at = request.find('@');
        if (at == std::string::npos) fail("the request has no @ for its id");
        before_ = request.substr(0, at);
        after_ = request.substr(at + 1) + "\n";
    }

    void ask(std::size_t count) {
        std::string lines;
        for (std::size_t i = 0; i < count; ++i)
            lines.append(before_).append(std::to_string(100'000'000 + ++asked_)).append(after_);
        sent_.insert(sent_.end(), count, Clock::now());
        child_.send(lines);
    }
    /// How many answers came. `checks`: they are the first ones.
    std::size_t take(bool checks) {
        auto piece = child_.receive();
        std::size_t came = 0;
        const auto now = Clock::now();
        for (;;) {
            const auto end = piece.find('\n');
            line_size_ += std::min(end, piece.size());
            if (checks) line_.append(piece.substr(0, end));
            if (end == std::string_view::npos) return came;
            piece.remove_prefix(end + 1);
            finish_line(checks);
            times_.push_back(Microseconds(now - sent_.front()).count());
            sent_.pop_front();
            ++came;
        }
    }
    std::vector<double>& times() { return times_; }
    std::size_t size() const { return size_; }

private:
    void finish_line(bool checks) {
        if (checks && line_.find(expect_) == std::string::npos)
            fail("not the answer: " + line_.substr(0, 2000));
        if (size_ == 0) size_ = line_size_;
        const auto differs = std::max(size_, line_size_) - std::min(size_, line_size_);
        if (differs > 64) fail("an answer of " + std::to_string(line_size_) + " bytes");
        line_.clear();
        line_size_ = 0;
    }

    Child& child_;
    std::string expect_;
    std::string before_;
    std::string after_;
    std::string line_;
    std::size_t line_size_ = 0;
    std::size_t size_ = 0;
    std::size_t asked_ = 0;
    std::deque<Clock::time_point> sent_;
    std::vector<double> times_;
};

double percentile(std::vector<double>& sorted, double share) {
    return sorted.empty() ? 0
                          : sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

Options read_options(int& at, char** arguments) {
    Options options;
    for (; std::string_view(arguments[at]).starts_with("--"); ++at) {
        const std::string option = arguments[at];
        const auto value = option.substr(option.find('=') + 1);
        if (option.starts_with("--calls=")) options.calls = std::stoul(value);
        if (option.starts_with("--seconds=")) options.seconds = std::stod(value);
        if (option.starts_with("--window=")) options.window = std::stoul(value);
        if (option.starts_with("--expect=")) options.expect = value;
        if (option.starts_with("--log=")) options.log = value;
    }
    return options;
}

}  // namespace

int main(int count, char** arguments) {
    int at = 1;
    const auto options = read_options(at, arguments);
    if (count < at + 2) fail("a request file and a command are needed");
    std::ifstream file(arguments[at]);
    std::string request;
    std::getline(file, request);

    const auto start = Clock::now();
    Child child(arguments + at + 1, options.log);
    Client client(child, request, options.expect);
    client.ask(1);
    while (client.take(true) == 0) {
    }
    const double first = Microseconds(Clock::now() - start).count();
    for (std::size_t warm = options.calls > 0 ? 0 : 100; warm > 0; --warm) {
        client.ask(1);
        while (client.take(true) == 0) {
        }
    }
    const auto resident = child.resident_kb();

    client.times().clear();
    const auto begin = Clock::now();
    const auto until =
        begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
    const auto goes_on = [&](std::size_t asked) {
        return options.calls > 0 ? asked < options.calls : Clock::now() < until;
    };
    std::size_t asked = 0;
    std::size_t open = 0;
    while (open > 0 || goes_on(asked)) {
        if (goes_on(asked)) {
            auto more = options.window - open;
            if (options.calls > 0) more = std::min(more, options.calls - asked);
            client.ask(more);
            asked += more;
            open += more;
        }
        open -= client.take(false);
    }
    const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
    const auto resident_after = child.resident_kb();
    const double cpu = child.end();

    auto& times = client.times();
    std::ranges::sort(times);
    std::cout << "{\"first_us\":" << first << ",\"calls\":" << asked
              << ",\"per_second\":" << static_cast<double>(asked) / taken
              << ",\"p50_us\":" << percentile(times, 0.5) << ",\"p99_us\":" << percentile(times, 0.99)
              << ",\"bytes\":" << client.size() << ",\"resident_kb\":" << resident
              << ",\"resident_kb_after\":" << resident_after << ",\"cpu_s\":" << cpu << "}" << std::endl;
}
