#include "server/cli/approvals_freeze.hpp"

#include "policy/visible.hpp"
#include "server/approvals/freezes.hpp"
#include "server/cli/wrapped.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

Json freeze_document(const policy::Freeze& freeze) {
    return {{"principal", freeze.principal},
            {"by", freeze.by},
            {"assurance", policy::to_string(freeze.assurance)},
            {"since", policy::format_time(freeze.since)},
            {"reason", freeze.reason}};
}

std::string stopped_words(std::size_t count) {
    return count == 0   ? "It had no open request."
           : count == 1 ? "Its open request was stopped."
                        : "Its " + std::to_string(count) + " open requests were stopped.";
}

}  // namespace

// Nothing else is asked: it is the safe side, and wanted in a hurry.
int freeze_caller(const ApprovalsWindow& window) {
    const auto human = window.identify(people::TerminalAct::freeze);
    if (!human) return window.fail(human.error());
    const auto frozen = approvals::freeze(*window.archive.ledger, *human, window.options.id,
                                          window.options.reason, *window.archive.sealer->now(), window.now());
    if (!frozen && frozen.error().code == Errc::not_found)
        return window.fail(
            {Errc::not_found, frozen.error().message + "\nKeys: " + tools::own_command("keys list") +
                                  "\nClients: " + tools::own_command("grants list") +
                                  "\nAll who asked: " + tools::own_command("approvals list --all")});
    if (!frozen) return window.fail(frozen.error());
    auto document = freeze_document(frozen->freeze);
    document["stopped"] = frozen->stopped;
    const auto principal = window.shown(frozen->freeze.principal, 200);
    return window.say(principal + " is frozen. " + stopped_words(frozen->stopped) +
                          " New ones are refused.\nTo let it ask again: " +
                          tools::own_command("approvals unfreeze " + principal) + "\n",
                      document);
}

int unfreeze_caller(const ApprovalsWindow& window) {
    const auto human = window.identify(people::TerminalAct::unfreeze);
    if (!human) return window.fail(human.error());
    const auto lifted = approvals::unfreeze(*window.archive.ledger, *human, window.options.id,
                                            *window.archive.sealer->now(), window.now());
    if (!lifted && lifted.error().code == Errc::not_found)
        return window.fail({Errc::not_found, lifted.error().message +
                                                 " To see who is: " + tools::own_command("approvals list")});
    if (!lifted) return window.fail(lifted.error());
    return window.say(
        window.shown(lifted->principal, 200) +
            " may ask again. What was denied meanwhile stays denied for as long as its rule says.\n",
        freeze_document(*lifted));
}

Result<std::string> list_frozen(const ApprovalsWindow& window, Json& document) {
    const auto frozen = window.archive.ledger->freezes();
    if (!frozen) return frozen.error();
    document["frozen"] = Json::array();
    std::string text;
    for (const auto& each : *frozen) {
        document["frozen"].push_back(freeze_document(each));
        const auto why = each.reason.empty() ? "" : ": " + policy::between_quotes(window.shown(each.reason));
        text += wrapped(window.shown(each.principal, 200) + " is frozen, by " + window.shown(each.by, 100) +
                            " on " + policy::format_time_for_people(each.since) + why,
                        4) +
                "\n";
    }
    return text;
}

}  // namespace tfy::cli
