#include "server/cli/approvals_permissions.hpp"

#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/permission_reach.hpp"
#include "policy/sealed_state.hpp"
#include "server/approvals/permissions.hpp"
#include "server/cli/wrapped.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Destination;
using policy::StandingPermission;

Error not_given(const std::string& why) { return {Errc::invalid_params, why + " No permission was given."}; }

std::string listed(const StandingPermission& permission, policy::Time now, const policy::Seals& seal) {
    const auto given = "Given by " + policy::shown(seal, permission.by, 100) + " (" +
                       std::string(policy::to_string(permission.assurance)) + "), used " +
                       std::to_string(permission.used) + " of " + std::to_string(permission.uses) +
                       ", values: " + std::string(policy::to_string(permission.destination)) + ", ends on " +
                       policy::format_time_for_people(permission.until) + " (in " +
                       policy::format_duration(permission.until - now) + ")";
    return permission.id + "\n    " + wrapped("Create " + permission.words(seal), 4) + "\n    " +
           wrapped(given, 4) + "\n";
}

std::string_view where(Destination destination) {
    return destination == Destination::page ? "Each value is shown once, on the approvals page."
                                            : "No value is shown.";
}

std::string summary(const StandingPermission& permission, const policy::Seals& seal) {
    return "For " + policy::format_duration(permission.until - permission.given) + " from now, " +
           policy::shown(seal, permission.principal, 100) + " may create up to " +
           std::to_string(permission.uses) + (permission.uses == 1 ? " token" : " tokens") + " named " +
           policy::shown(seal, permission.names, 100) + " " + permission.where(seal) + ", with " +
           permission.kind.words(seal) + ", without anyone being asked. Each must expire within " +
           policy::format_duration(permission.longest_life) + ". " +
           std::string(where(permission.destination)) + "\n";
}

Result<policy::StandingWish> read_wish(const ApprovalsOptions& options) {
    const auto& typed = options.permit;
    const auto life = policy::read_duration(typed.expires_within);
    if (!life) return not_given("--expires-within must be a number and a unit, for example 30d.");
    const auto lasts = policy::read_duration(typed.lasts);
    if (!lasts) return not_given("--for must be a number and a unit, for example 60m.");
    const auto destination = policy::read_destination(typed.destination);
    if (!destination) return not_given("--destination must be page or none.");
    return policy::StandingWish{.principal = typed.principal,
                                .base_url = options.control_plane.base_url,
                                .holder = options.control_plane.holder,
                                .names = typed.names,
                                .kind = typed.kind,
                                .uses = typed.uses,
                                .longest_life = *life,
                                .lasts = *lasts,
                                .destination = *destination,
                                .reason = options.reason};
}

/// What the person asks for, as it would be kept.
Result<StandingPermission> wanted(const ApprovalsWindow& window, const policy::Human& human) {
    auto wish = read_wish(window.options);
    if (!wish) return wish.error();
    const auto given = policy::give(human, std::move(*wish), "per_" + policy::random_id(), window.now());
    if (!given) return given.error();
    const auto known = approvals::check_caller(*window.archive.ledger, given->principal, window.now(),
                                               *window.archive.sealer);
    if (!known) return known.error();
    const auto& rules = window.options.rules;
    const auto why =
        rules ? policy::cannot_count(*given, *rules, window.now(), *window.archive.sealer) : std::nullopt;
    if (why)
        return Error{Errc::refused,
                     "This permission would never count. " + *why + " No permission was given."};
    return journal::without_values(*given, *window.archive.sealer->now());
}

journal::JournalEntry entry(const ApprovalsWindow& window, std::string kind,
                            const StandingPermission& permission) {
    return journal::journal_entry(std::move(kind), permission, *window.archive.sealer->now(), window.now());
}

}  // namespace

int list_permissions(const ApprovalsWindow& window) {
    const auto found = window.archive.ledger->permissions({}, window.now());
    if (!found) return window.fail(found.error());
    PrintedList list;
    for (const auto& permission : *found)
        list.add(permission.json(), listed(permission, window.now(), *window.archive.sealer));
    return list.print(window.archive, window.out, window.options.json, "permissions",
                      "There are no standing permissions in force.\n");
}

int permit_creates(const ApprovalsWindow& window) {
    const auto human = window.identify(people::TerminalAct::permit);
    if (!human) return window.fail(human.error());
    const auto permission = wanted(window, *human);
    if (!permission) return window.fail(permission.error());
    window.say(summary(*permission, *window.archive.sealer));
    const auto typed = ask(window, "Type the names, " + window.shown(permission->names, 100) +
                                       ", to allow this, or press Enter to cancel: ");
    if (typed != permission->names)
        return window.fail({Errc::cancelled, "The names were not typed exactly. No permission was given."});
    const auto record = entry(window, "permission_given", *permission);
    if (const auto kept = window.archive.ledger->add_permission(*permission, record); !kept)
        return window.fail(kept.error());
    return window.say("Allowed until " + policy::format_time_for_people(permission->until) +
                          ". To revoke it: " + tools::own_command("approvals revoke " + permission->id) +
                          "\n",
                      permission->json());
}

int revoke_permission(const ApprovalsWindow& window) {
    const auto human = window.identify(people::TerminalAct::revoke);
    if (!human) return window.fail(human.error());
    const auto id = window.whole_id("per_");
    if (!id) return window.fail(id.error());
    auto found = window.archive.ledger->find_permission(*id);
    if (!found) return window.fail(found.error());
    if (!*found)
        return window.fail({Errc::not_found, "There is no standing permission " +
                                                 window.shown(window.options.id, 64) +
                                                 ". Nothing was changed. List those in force: " +
                                                 tools::own_command("approvals permissions")});
    const auto revoked = policy::revoke(std::move(**found), *human);
    if (!revoked) return window.fail(revoked.error());
    const auto record = entry(window, "permission_revoked", *revoked);
    if (const auto kept = window.archive.ledger->revoke_permission(*revoked, record); !kept)
        return window.fail(kept.error());
    return window.say("Revoked after " + std::to_string(revoked->used) + " of " +
                          std::to_string(revoked->uses) + " uses. Each create is asked about again.\n",
                      revoked->json());
}

}  // namespace tfy::cli
