#include "server/approvals/requirements.hpp"

#include <algorithm>
#include <iterator>

#include "policy/facts.hpp"
#include "policy/rule_match.hpp"
#include "server/approvals/applicable_rule.hpp"
#include "tools/offer.hpp"
#include "tools/own_command.hpp"

namespace tfy::approvals {
namespace {

using policy::Assurance;

using Entry = registry::Catalog::Entry;

policy::Call call_of(const Entry& entry, const policy::Caller& caller) {
    return {.server = "tfy-pat-mcp",
            .base_url = {},
            .tool = std::string(entry.tool->name()),
            .tool_version = {},
            .effect = policy::Effect::changes,
            .caller = caller};
}

/// "create" of "tfy_…_create".
std::string doing(std::string_view tool) { return std::string(tool.substr(tool.rfind('_') + 1)); }

/// The rules before the one that decides that could decide other calls of the same tool and caller.
void look_at_narrower(const policy::Gate& gate, const policy::Call& call, policy::Time now,
                      const policy::Seals& seal, Requirement& demand) {
    for (const auto& rule : gate.rules().rules) {
        const auto fits = policy::match(rule, call, {}, now);
        if (fits.all()) return;
        if (!fits.tool || !fits.principal) continue;
        demand.narrower.push_back(rule.line);
        if (rule.says == policy::Rule::Says::deny) continue;
        const auto terms = policy::terms_of(rule, call.caller, false);
        if (const auto why = policy::nobody_may_approve(terms, call.caller, seal))
            demand.narrower_nobody.push_back("Under the rule at line " + std::to_string(rule.line) +
                                             " no person can approve it: " + *why);
    }
}

Requirement demand_of(const Entry& entry, const policy::Gate& gate, const policy::Caller& caller,
                      policy::Time now, const policy::Seals& seal) {
    const auto call = call_of(entry, caller);
    Requirement demand{.tool = call.tool, .doing = doing(call.tool), .narrower_nobody = {}};
    look_at_narrower(gate, call, now, seal, demand);
    const auto verdict = gate.judge(call, {}, now);
    if (const auto* refusal = std::get_if<policy::Denial>(&verdict)) {
        demand.refused = words(*refusal);
        return demand;
    }
    const auto rule =
        applicable_rule(gate, std::get<policy::Ask>(verdict), entry.changes->parts(policy::Facts{}), now);
    if (!rule) {
        demand.refused = rule.error().message;
        return demand;
    }
    demand.terms = policy::terms_of(*rule, caller, false);
    demand.why_not = policy::nobody_may_approve(*demand.terms, caller, seal).value_or("");
    return demand;
}

std::string_view at_least(Assurance least) {
    switch (least) {
        case Assurance::client:
            return "in a form in the client (which proves only what the client says), on the approvals page "
                   "or in a terminal";
        case Assurance::terminal: return "in a terminal or on the approvals page";
        case Assurance::signed_in: return "signed in to the approvals page";
        case Assurance::passkey: break;
    }
    return "with a passkey";
}

std::string who_decides(const policy::Terms& terms, const policy::Seals& seal) {
    auto text = terms.quorum == 1 ? std::string("one person") : std::to_string(terms.quorum) + " people";
    if (!terms.approvers.empty()) text += " of " + policy::shown_names(terms.approvers, seal);
    if (!terms.self_approval) text += ", other than the agent's own,";
    return text + (terms.quorum == 1 ? " decides, " : " decide, ") +
           std::string(at_least(terms.min_assurance));
}

std::string about_narrower(const Requirement& demand) {
    if (demand.narrower.empty()) return {};
    std::string lines;
    for (const auto line : demand.narrower) lines += (lines.empty() ? "" : ", ") + std::to_string(line);
    auto text = ". For some names, clients or hours the rule" +
                std::string(demand.narrower.size() == 1 ? " at line " : "s at lines ") + lines +
                (demand.narrower.size() == 1 ? " decides" : " decide") + " first";
    for (const auto& why : demand.narrower_nobody)
        text += ". " + why.substr(0, why.find_last_not_of('.') + 1);
    return text;
}

}  // namespace

std::vector<std::string> channels(Assurance least, bool over_http) {
    std::vector<std::string> all;
    if (least == Assurance::client) all.emplace_back("a form in the client, if it shows forms");
    all.emplace_back(over_http
                         ? "the approvals page, after signing in"
                         : "the approvals page, which the server opens in a browser if there is a display");
    if (least == Assurance::passkey) all.back() += ", where the person's passkey signs the decision";
    if (least <= Assurance::terminal) all.emplace_back("a terminal: " + tools::own_command("approvals list"));
    return all;
}

std::vector<Requirement> requirements_of_calls(const registry::Catalog& catalog, const policy::Gate& gate,
                                               const policy::Caller& caller, policy::Time now,
                                               const policy::Seals& seal) {
    std::vector<Requirement> all;
    for (const auto& entry : catalog.entries())
        if (entry.changes != nullptr) all.push_back(demand_of(entry, gate, caller, now, seal));
    return all;
}

std::string in_words(const Requirement& demand, const policy::Seals& seal) {
    auto text = !demand.terms ? "refused. " + demand.refused
                : !demand.why_not.empty()
                    ? "no person can approve it, so it is refused at once. " + demand.why_not
                    : who_decides(*demand.terms, seal);
    while (text.ends_with('.')) text.pop_back();
    return text + about_narrower(demand);
}

std::vector<std::pair<std::string, std::string>> in_words(const std::vector<Requirement>& requirements,
                                                          const policy::Seals& seal) {
    std::vector<std::pair<std::string, std::string>> told;
    for (const auto& demand : requirements) {
        const auto words = in_words(demand, seal);
        const auto same = std::ranges::find(told, words, &std::pair<std::string, std::string>::second);
        if (same == told.end())
            told.emplace_back(demand.doing, words);
        else
            same->first += ", " + demand.doing;
    }
    return told;
}

tools::ApprovalRequirements told_to_agents(const std::vector<Requirement>& requirements,
                                           const policy::Seals& seal) {
    std::vector<Requirement> offered;
    std::ranges::copy_if(requirements, std::back_inserter(offered), tools::may_be_named, &Requirement::tool);
    tools::ApprovalRequirements told;
    for (const auto& [doing, words] : in_words(offered, seal)) told.words += doing + ": " + words + ". ";
    if (!told.words.empty()) told.words.pop_back();
    if (offered.empty()) told.words = "none needed; the tools here change nothing";
    for (const auto& demand : offered)
        told.by_tool.push_back(
            {{"tool", demand.tool},
             {"could_be_approved", demand.could_be_approved()},
             {"min_assurance",
              demand.terms ? Json(policy::to_string(demand.terms->min_assurance)) : Json(nullptr)},
             {"people", demand.terms ? Json(demand.terms->quorum) : Json(nullptr)},
             {"words", in_words(demand, seal)}});
    return told;
}

}  // namespace tfy::approvals
