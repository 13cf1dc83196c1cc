#include "server/cli/approvals_watch.hpp"

#include <map>
#include <ranges>
#include <set>
#include <thread>

#include "server/cli/approvals_inbox.hpp"
#include "server/cli/value_screen.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Approval;

constexpr policy::Duration poll_interval{250};

using Seen = std::map<std::string, Approval::State>;

void print(const ApprovalsWindow& window, Seen& seen, const Approval& approval) {
    seen[approval.id] = approval.state();
    window.print(request_json(approval), brief(approval, window.now(), *window.archive.sealer));
}

/// What is open and new or changed since `seen`, oldest first; then what is not open any more.
Result<void> print_changes(const ApprovalsWindow& window, Seen& seen) {
    if (auto looked = window.archive.ledger->lose_values_asked_for({}, window.now()); !looked) return looked;
    const auto open = window.archive.ledger->all_open(window.now());
    if (!open) return open.error();
    std::set<std::string> still_open;
    for (const auto& approval : *open | std::views::reverse) {
        still_open.insert(approval.id);
        const auto known = seen.find(approval.id);
        if (known == seen.end() || known->second != approval.state()) print(window, seen, approval);
    }
    for (const auto& [id, state] : Seen(seen)) {
        if (!policy::is_open(state) || still_open.contains(id)) continue;
        const auto closed = window.archive.ledger->find(id);
        if (!closed) return closed.error();
        if (*closed) print(window, seen, policy::lapse(**closed, window.now()));
    }
    return {};
}

bool pause(const ApprovalsWindow& window) {
    if (window.options.pause) return window.options.pause(poll_interval);
    std::this_thread::sleep_for(poll_interval);
    return true;
}

}  // namespace

// The version is read before the rows: a change in between is looked at once more, never missed.
int watch_requests(const ApprovalsWindow& window) {
    const auto& options = window.options;
    if (options.stdin_is_terminal && options.stdout_is_terminal && !options.json && !options.pause &&
        terminal_can_be_wiped())
        return show_inbox(window);
    window.archive.say(window.err, "Open requests, as they come. Press Ctrl-C to stop. To decide: " +
                                       tools::own_command("approvals approve ID") + "\n");
    Seen seen;
    std::optional<std::int64_t> looked_at;
    do {
        const auto version = window.archive.ledger->data_version();
        if (!version) return window.fail(version.error());
        if (looked_at == *version) continue;
        if (auto printed = print_changes(window, seen); !printed) return window.fail(printed.error());
        looked_at = *version;
    } while (window.out && pause(window));
    return 0;
}

}  // namespace tfy::cli
