#include "server/dashboard/inbox_row.hpp"

#include <algorithm>
#include <array>

#include "policy/call_words.hpp"
#include "policy/visible.hpp"

namespace tfy::dashboard {
namespace {

/// Whether one of the name's parts says that much depends on it: "prod-db", "db-production".
bool production_like(std::string_view name) {
    constexpr std::array<std::string_view, 4> telling = {"prod", "production", "prd", "live"};
    while (!name.empty()) {
        const auto end = std::min(name.find_first_of("-_."), name.size());
        if (std::ranges::find(telling, name.substr(0, end)) != telling.end()) return true;
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return false;
}

Json risks_of(const policy::Facts& facts, const policy::Seals& seal) {
    Json risks = Json::array();
    for (const auto& warning : facts.warnings) {
        auto risk = policy::shown(seal, short_risk(warning));
        if (std::ranges::find(risks, Json(risk)) == risks.end()) risks.push_back(std::move(risk));
    }
    if (production_like(facts.subject)) risks.push_back("production-like name");
    return risks;
}

bool holds_deceptive(const policy::Approval& approval) {
    const auto& call = approval.call;
    return policy::deceptive(approval.facts.subject) || policy::deceptive(policy::asker_of(call.caller)) ||
           policy::deceptive(call.caller.client) || policy::deceptive(call.caller.program.host) ||
           policy::deceptive(call.caller.program.name) || policy::deceptive(approval.agent_reason) ||
           policy::deceptive(call.arguments.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

std::string short_risk(std::string_view warning) {
    for (const std::string_view part : {"Old token: ", "New token: "})
        if (warning.starts_with(part)) warning.remove_prefix(part.size());
    for (const std::string_view start : {"It was ", "It ", "This is ", "This ", "There is "})
        if (warning.starts_with(start)) {
            warning.remove_prefix(start.size());
            break;
        }
    return std::string(warning.substr(0, warning.find_first_of(".,:;")));
}

Json inbox_row(const policy::Approval& approval, std::string_view person, const policy::Seals& seal) {
    const auto words = policy::words_for(approval.call.tool, seal);
    Json voters = Json::array();
    for (const auto& vote : approval.votes()) voters.push_back(policy::shown(seal, vote.by));
    return {{"id", approval.id},
            {"tool", policy::shown(seal, approval.call.tool)},
            {"title", words.title},
            {"verb", words.verb},
            {"danger", words.danger},
            {"together", words.together},
            {"subject", policy::shown(seal, approval.facts.subject)},
            {"principal", policy::shown(seal, approval.call.caller.principal)},
            {"asked_by", policy::shown(seal, policy::asker_of(approval.call.caller))},
            {"created", policy::format_time(approval.created)},
            {"request_expires_at", policy::format_time(approval.expires)},
            {"digest", approval.digest()},
            {"short_digest", policy::short_digest(approval.digest())},
            {"risks", risks_of(approval.facts, seal)},
            {"quorum", approval.terms().quorum},
            {"voters", std::move(voters)},
            {"narrowed", !approval.narrowings.empty()},
            {"marked", holds_deceptive(approval)},
            {"may_approve", !policy::cannot_approve(approval, person, seal)}};
}

}  // namespace tfy::dashboard
