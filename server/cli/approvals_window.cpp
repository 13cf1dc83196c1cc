#include "server/cli/approvals_window.hpp"

#include <algorithm>
#include <ranges>
#include <utility>

#include "policy/call_words.hpp"
#include "policy/program_words.hpp"
#include "server/cli/wrapped.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using policy::Approval;

/// An id among several: of a request, with what it asks for.
std::string listed(const ApprovalsWindow& window, const std::string& id) {
    const auto approval = id.starts_with("apr_") ? window.archive.ledger->find(id)
                                                 : Result<std::optional<Approval>>(std::nullopt);
    if (!approval || !*approval) return "  " + id;
    const auto now = policy::lapse(**approval, window.now());
    return "  " + id + "  " + std::string(policy::to_string(now.state())) + "\n      " +
           wrapped(policy::line_of(now, *window.archive.sealer), 6);
}

}  // namespace

Result<Approval> ApprovalsWindow::find() const {
    const auto id = whole_id("apr_");
    if (!id) return id.error();
    auto found = archive.ledger->find(*id);
    if (!found) return found.error();
    if (*found) return policy::lapse(std::move(**found), now());
    using Verb = ApprovalsOptions::Verb;
    const auto none = "There is no request " + shown(options.id, 64) + ".";
    if (options.verb == Verb::show || options.verb == Verb::reveal)  // also what is over
        return Error{Errc::not_found,
                     none + (options.verb == Verb::reveal ? " Nothing was shown." : "") +
                         " List all requests: " + tools::own_command("approvals list --all")};
    return Error{Errc::not_found, none + " Nothing was decided. List the open requests: " +
                                      tools::own_command("approvals list")};
}

Result<Approval> ApprovalsWindow::find_as_it_is() const {
    auto approval = find();
    if (!approval) return approval;
    const auto lost = archive.ledger->lose_value_of(*approval, {}, now());
    if (!lost) return lost.error();
    if (*lost) approval = find();
    return approval;
}

Result<std::string> ApprovalsWindow::whole_id(const std::string& kind) const {
    constexpr std::size_t most_listed = 10;
    auto typed = options.id.starts_with(kind) ? options.id : kind + options.id;
    const auto found = archive.ledger->ids_beginning(typed, most_listed + 1);
    if (!found) return found.error();
    if (std::ranges::find(*found, typed) != found->end()) return typed;
    if (found->empty()) return options.id;
    if (found->size() == 1) return found->front();
    std::string list;
    for (const auto& id : *found | std::views::take(most_listed)) list += "\n" + listed(*this, id);
    if (found->size() > most_listed) list += "\nand more.";
    return Error{Errc::refused, "More than one id begins with " + shown(typed, 64) +
                                    ". Nothing was changed. Type more of it:" + list};
}

Json request_json(const Approval& approval) {
    auto all = approval.json();
    all["request_expires_at"] = std::exchange(all["expires"], nullptr);
    all.erase("expires");
    auto& facts = all.at("facts");
    facts["expires_at"] = std::exchange(facts["expires"], nullptr);
    facts.erase("expires");
    return all;
}

std::string brief(const Approval& approval, policy::Time now, const policy::Seals& seal) {
    std::string text = approval.id + "  " + std::string(policy::to_string(approval.state()));
    if (approval.state() == Approval::State::pending)
        text += ", " + policy::format_duration(approval.expires - now) + " left";
    if (approval.terms().quorum > 1)
        text += ", " + std::to_string(approval.votes().size()) + " of " +
                std::to_string(approval.terms().quorum) + " approvals";
    auto asked = "Asked by " + policy::shown(seal, policy::asker_of(approval.call.caller), 200);
    if (const auto program = policy::program_words(approval.call.caller.program, seal); !program.empty())
        asked += " (" + program + ")";
    asked += " on " + policy::format_time_for_people(approval.created);
    if (!approval.narrowings.empty())
        asked += ", changed by " + policy::shown(seal, approval.narrowings.back().by, 100);
    asked += ", digest " + policy::short_digest(approval.digest());
    return text + "\n    " + wrapped(policy::line_of(approval, seal), 4) + "\n    " + wrapped(asked, 4) +
           "\n";
}

std::optional<std::string> ask(const ApprovalsWindow& window, const std::string& question) {
    window.say(question);
    if (!(window.options.json ? window.err : window.out)) return std::nullopt;  // no one can have read it
    std::string line;
    if (!std::getline(window.in, line)) return std::nullopt;
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

}  // namespace tfy::cli
