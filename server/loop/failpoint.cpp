#include "server/loop/failpoint.hpp"

#ifdef TFY_FAILPOINTS

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace tfy::loop {
namespace {

struct Chosen {
    std::string_view step;
    int pass = 1;
};

Chosen read_choice() {
    const char* variable = std::getenv("TFY_FAILPOINT");
    if (variable == nullptr) return {};
    const std::string_view text = variable;
    const auto colon = text.find(':');
    Chosen chosen{.step = text.substr(0, colon)};
    if (colon != std::string_view::npos)
        std::from_chars(text.data() + colon + 1, text.data() + text.size(), chosen.pass);
    return chosen;
}

void say(std::string_view text) {
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

void failpoint(const char* step) {
    static const Chosen chosen = read_choice();
    static std::atomic<int> passes = 0;
    if (chosen.step != step || ++passes != chosen.pass) return;
    say("TFY_FAILPOINT ");
    say(step);
    say("\n");
    ::kill(::getpid(), SIGKILL);
}

}  // namespace tfy::loop

#endif
