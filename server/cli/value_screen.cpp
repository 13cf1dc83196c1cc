#include "server/cli/value_screen.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string_view>

#include "server/cli/keyboard.hpp"

namespace tfy::cli {
namespace {

// Every terminal of this century knows the other screen, which has no history to scroll back to.
constexpr std::string_view to_other_screen = "\x1b[?1049h\x1b[2J\x1b[H";
constexpr std::string_view wipe_and_return = "\x1b[2J\x1b[H\x1b[?1049l";
constexpr std::chrono::minutes longest{5};

/// True if a key that ends it was pressed, or no key can come any more.
bool ends_it() {
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) <= 0) return true;
    return key == '\r' || key == '\n' || key == 'q';
}

void wait_for_end(const HeldSignals& signals) {
    using Clock = std::chrono::steady_clock;
    const auto end = Clock::now() + longest;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0) return;
        const auto readable = wait_for_key(signals, left);
        if (readable.signal) return;
        if (readable.key && ends_it()) return;
    }
}

}  // namespace

bool terminal_can_be_wiped() {
    const auto* name = std::getenv("TERM");
    return name != nullptr && *name != '\0' && std::string_view(name) != "dumb";
}

// Flushed before and after the value: the stream wipes what it has written, not what it has outgrown.
bool show_value(std::ostream& out, policy::Secret value, const ValueScreen& screen) {
    const HeldSignals signals;
    const KeyByKey keys;
    if (screen.wipes) out << to_other_screen;
    out << screen.above << std::flush;
    out << value.reveal() << std::flush;
    value = policy::Secret();
    out << screen.below << std::flush;
    const bool written = static_cast<bool>(out);
    if (written) wait_for_end(signals);
    if (screen.wipes) out << wipe_and_return << std::flush;
    return written;
}

}  // namespace tfy::cli
