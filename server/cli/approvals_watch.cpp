// Watching: the open requests, then every change as another process writes it.
#include <map>
#include <thread>

#include "server/cli/approvals_window.hpp"

namespace tfy::server {
namespace {

using policy::Approval;

constexpr policy::Duration poll_interval{250};

using Seen = std::map<std::string, Approval::State>;

/// Prints what is new or has changed since `seen`, oldest first.
Result<void> print_changes(const ApprovalsWindow& window, Seen& seen, bool first) {
    auto found = window.archive.ledger->list(first);
    if (!found) return found.error();
    for (auto stored = found->rbegin(); stored != found->rend(); ++stored) {
        const auto approval = policy::lapse(*stored, window.now());
        const auto known = seen.find(approval.id);
        const bool fresh = known == seen.end();
        if (fresh ? !policy::is_open(approval.state) : known->second == approval.state) continue;
        seen[approval.id] = approval.state;
        if (window.options.json)
            window.archive.print(window.out, approval.json());
        else
            window.archive.say(window.out, brief(approval, window.now()));
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
    window.archive.say(
        window.err,
        "Open requests, as they come. Decide with 'tfy-pat-mcp approvals approve ID'; Ctrl-C ends this.\n");
    Seen seen;
    std::optional<std::int64_t> looked_at;
    do {
        const auto version = window.archive.ledger->data_version();
        if (!version) return window.fail(version.error());
        if (looked_at == *version) continue;
        if (auto printed = print_changes(window, seen, !looked_at); !printed)
            return window.fail(printed.error());
        looked_at = *version;
    } while (window.out && pause(window));
    return 0;
}

}  // namespace tfy::server
