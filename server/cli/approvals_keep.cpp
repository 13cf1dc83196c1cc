#include "server/cli/approvals_keep.hpp"

#include "server/cli/wrapped.hpp"
#include "server/rotations/rotation_records.hpp"

namespace tfy::cli {

namespace {

using access_tokens::Rotation;

int tell(const ApprovalsWindow& window, const Rotation& rotation, const std::string& before = {}) {
    const auto& seal = *window.archive.sealer;
    return window.print(access_tokens::report(rotation, seal),
                        before + access_tokens::describe(rotation, seal) + "\n");
}

/// "due" in the record begins with the grace.
std::string state_words(const Rotation& rotation, policy::Time now) {
    if (rotation.state != Rotation::State::due || !rotation.due || *rotation.due <= now)
        return std::string(access_tokens::to_string(rotation.state));
    return "grace period, " + policy::format_duration(*rotation.due - now) + " left";
}

}  // namespace

// Nothing else is asked: it is the safe side, and may be wanted in a hurry.
int keep_old_token(const ApprovalsWindow& window) {
    const auto id = window.whole_id("rot_");
    if (!id) return window.fail(id.error());
    const auto found = window.archive.ledger->find_rotation(*id);
    if (!found) return window.fail(found.error());
    if (*found && (*found)->rotation.because == Rotation::Kept::by_person)
        return tell(window, (*found)->rotation, "It is kept already. ");
    const auto human = window.identify(people::TerminalAct::keep);
    if (!human) return window.fail(human.error());
    const auto kept = rotations::keep_rotation(*window.archive.ledger, *id, *human,
                                               *window.archive.sealer->now(), window.now());
    return kept ? tell(window, *kept) : window.fail(kept.error());
}

Result<std::string> list_rotations(const ApprovalsWindow& window, Json& document) {
    const auto rows = window.archive.ledger->open_rotations();
    if (!rows) return rows.error();
    document["rotations"] = Json::array();
    std::string text;
    for (const auto& row : *rows) {
        document["rotations"].push_back(access_tokens::report(row.rotation, *window.archive.sealer));
        text += row.rotation.id + "  " + state_words(row.rotation, window.now()) + "\n    " +
                wrapped(access_tokens::describe(row.rotation, *window.archive.sealer), 4) + "\n";
    }
    return text;
}

}  // namespace tfy::cli
