#include "server/cli/approvals_inbox.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <limits>

#include "server/cli/approvals_decide.hpp"
#include "server/cli/approvals_freeze.hpp"
#include "server/cli/inbox_view.hpp"
#include "server/cli/keyboard.hpp"

namespace tfy::cli {
namespace {

using Look = ScreenLine::Look;

constexpr std::string_view to_inbox = "\x1b[?1049h\x1b[?25l", from_inbox = "\x1b[?25h\x1b[?1049l";
constexpr std::string_view to_top = "\x1b[H", rest_of_line_away = "\x1b[K", plain_again = "\x1b[0m";
constexpr std::chrono::milliseconds look_again{250};

/// See https://no-color.org: set to anything, nothing is coloured.
bool has_colours() {
    const auto* const no = std::getenv("NO_COLOR");
    return no == nullptr || *no == '\0';
}

std::string_view colour_of(Look look) {
    switch (look) {
        case Look::plain: break;
        case Look::strong: return "\x1b[1m";
        case Look::danger: return "\x1b[31m";
        case Look::caution: return "\x1b[33m";
        case Look::faint: return "\x1b[2m";
    }
    return "";
}

ScreenSize size_of_terminal() {
    winsize size = {};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row < 8 || size.ws_col < 20) return {};
    return {size.ws_row, size.ws_col};
}

Result<void> read_waiting(const ApprovalsWindow& window, InboxView& view, std::string& frozen) {
    auto& ledger = *window.archive.ledger;
    if (auto looked = ledger.lose_values_asked_for({}, window.now()); !looked) return looked;
    auto waiting = ledger.waiting(window.now(), "", std::numeric_limits<std::int32_t>::max());
    if (!waiting) return waiting.error();
    view.take(std::move(waiting->page));
    Json ignored;
    auto words = list_frozen(window, ignored);
    if (!words) return words.error();
    frozen = std::move(*words);
    return {};
}

void draw(const ApprovalsWindow& window, const std::vector<ScreenLine>& lines, bool colours) {
    const auto& archive = window.archive;
    window.out << to_top;
    std::string_view end;
    for (const auto& line : lines) {
        window.out << end << (colours ? colour_of(line.look) : "");
        archive.say(window.out, line.text);
        window.out << (colours ? plain_again : "") << rest_of_line_away;
        end = "\n";
    }
    window.out << std::flush;
}

/// A key, whole; empty after a quarter of a second without one; nothing once no key can come any more.
/// `typed`: what was read and is still to be taken.
std::optional<std::string> next_key(const HeldSignals& signals, std::string& typed) {
    const auto readable = wait_for_key(signals, typed.empty() ? look_again : std::chrono::milliseconds{});
    if (readable.signal) return std::nullopt;
    if (typed.empty() && !readable.key) return "";
    if (typed.empty()) {
        std::array<char, 64> read{};
        const auto count = ::read(STDIN_FILENO, read.data(), read.size());
        if (count <= 0) return std::nullopt;
        typed.assign(read.data(), static_cast<std::size_t>(count));
    }
    auto key = take_key(typed);
    if (key == "\x1b[A") return "k";
    if (key == "\x1b[B") return "j";
    if (key == "\n") return "\r";
    if (key.size() > 1 && key.front() == '\x1b') return "";  // a key that means nothing here
    return key;
}

/// The terminal's other screen while this lives.
class InboxScreen {
public:
    explicit InboxScreen(std::ostream& out) : out_(out) { out_ << to_inbox << std::flush; }
    ~InboxScreen() { out_ << from_inbox << std::flush; }
    InboxScreen(const InboxScreen&) = delete;
    InboxScreen& operator=(const InboxScreen&) = delete;

private:
    std::ostream& out_;
};

/// Looks and reads keys until the person wants something that the screen is left for. The signals are held
/// first: one that ended the command on the other screen would leave the terminal there.
Result<InboxView::Wish> watch_keys(const ApprovalsWindow& window, InboxView& view) {
    const HeldSignals signals;
    const KeyByKey keys;
    const InboxScreen screen(window.out);
    const bool colours = has_colours();
    std::string frozen;
    std::string typed;
    std::vector<ScreenLine> drawn;
    for (;;) {
        if (auto seen = read_waiting(window, view, frozen); !seen) return seen.error();
        auto lines = view.lines(size_of_terminal(), window.now(), frozen, *window.archive.sealer);
        if (lines != drawn) draw(window, lines, colours);
        drawn = std::move(lines);
        if (!window.out) return InboxView::Wish::leave;
        const auto key = next_key(signals, typed);
        if (!key) return InboxView::Wish::leave;
        if (const auto wish = view.press(*key); wish != InboxView::Wish::none) return wish;
    }
}

void decide(const ApprovalsWindow& window, InboxView::Wish wish, const std::string& id) {
    auto options = window.options;
    options.id = id;
    const ApprovalsWindow own{{options, window.archive, window.in, window.out, window.err}};
    wish == InboxView::Wish::approve ? approve_request(own) : deny_request(own);
    ask(window, "\nPress Enter to go back to the inbox. ");
}

}  // namespace

int show_inbox(const ApprovalsWindow& window) {
    InboxView view;
    for (;;) {
        const auto wish = watch_keys(window, view);
        if (!wish) return window.fail(wish.error());
        if (*wish == InboxView::Wish::leave || view.chosen() == nullptr) return 0;
        decide(window, *wish, view.chosen()->id);
        if (!window.in) return 0;
    }
}

}  // namespace tfy::cli
