// Keeping the old token of a rotation whose grace still runs, and listing those that there are.
#include "server/calls/rotation_records.hpp"
#include "server/cli/approvals_window.hpp"
#include "server/cli/wrapped.hpp"
#include "server/people/terminal_channel.hpp"

namespace tfy::cli {

// Nothing else is asked: it is the safe side, and may be wanted in a hurry.
int keep_old_token(const ApprovalsWindow& window) {
    const auto& options = window.options;
    const auto human = people::TerminalChannel::identify(window, people::TerminalAct::keep);
    if (!human) return window.fail(human.error());
    const auto id = window.whole_id("rot_");
    if (!id) return window.fail(id.error());
    const auto kept =
        calls::keep_rotation(*window.archive.ledger, *id, *human, window.archive.redactor, window.now());
    if (!kept) return window.fail(kept.error());
    if (options.json)
        window.archive.print(window.out, access_tokens::report(*kept));
    else
        window.archive.say(window.out, access_tokens::describe(*kept) + "\n");
    return 0;
}

Result<std::string> list_rotations(const ApprovalsWindow& window, Json& document) {
    const auto rows = window.archive.ledger->open_rotations();
    if (!rows) return rows.error();
    document["rotations"] = Json::array();
    std::string text;
    for (const auto& row : *rows) {
        document["rotations"].push_back(access_tokens::report(row.rotation));
        text += row.rotation.id + "  " + std::string(access_tokens::to_string(row.rotation.state)) +
                "\n    " + wrapped(access_tokens::describe(row.rotation), 4) + "\n";
    }
    return text;
}

}  // namespace tfy::cli
