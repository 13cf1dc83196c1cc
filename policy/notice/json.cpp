// For programs: every text whole up to a few thousand characters, but safe to show.
#include "policy/call_words.hpp"
#include "policy/notice/words.hpp"
#include "policy/visible.hpp"

namespace tfy::notice {
namespace {

Json shown_all(const std::vector<std::string>& texts, const policy::Seals& seal) {
    auto all = Json::array();
    for (const auto& text : texts) all.push_back(policy::shown(seal, text));
    return all;
}

Json json_of(const policy::Approval& approval, policy::Approval::State state, const policy::Seals& seal) {
    return {{"id", approval.id},
            {"tool", policy::shown(seal, approval.call.tool)},
            {"title", policy::words_for(approval.call.tool, seal).title},
            {"subject", policy::shown(seal, approval.facts.subject)},
            {"effect", policy::shown(seal, approval.facts.effect)},
            {"principal", policy::shown(seal, approval.call.caller.principal)},
            {"digest", approval.digest()},
            {"short_digest", policy::short_digest(approval.digest())},
            {"state", policy::to_string(state)},
            {"request_expires_at", policy::format_time(approval.expires)},
            {"min_assurance", policy::to_string(approval.terms().min_assurance)},
            {"warnings", shown_all(approval.facts.warnings, seal)},
            {"because", policy::shown(seal, approval.terms().because)},
            {"claimed_by_caller", {{"client", policy::shown(seal, approval.call.caller.client)}}}};
}

Json json_of(const policy::Approval::Decision& decision, const policy::Seals& seal) {
    return {{"approved", decision.approved},
            {"by", policy::shown(seal, decision.by)},
            {"assurance", policy::to_string(decision.assurance)},
            {"at", policy::format_time(decision.at)},
            {"reason", policy::shown(seal, decision.reason)}};
}

}  // namespace

Json json_body(const Notice& notice, const policy::Seals& seal) {
    const std::string event(policy::to_string(notice.event));
    const auto page = notice.page_url.empty() ? Json(nullptr) : Json(notice.page_url);
    Json body = {{"type", event}, {"id", notice.id}, {"at", policy::format_time(notice.at)}};
    if (notice.token) {
        body["type"] = "token.expiring";
        body["token"] = {{"id", policy::shown(seal, notice.token->id)},
                         {"name", policy::shown(seal, notice.token->name)},
                         {"expires_at", policy::format_time(notice.token->expires)},
                         {"days", notice.token->days},
                         {"own_key", notice.token->own_key}};
    }
    if (!notice.approval) {
        body["text"] = words_of(notice, seal).effect;
        body["page_url"] = page;
        return body;
    }
    body["type"] = "approval." + event;
    body["approval"] = json_of(*notice.approval, notice.state, seal);
    body["approval_url"] = page;
    if (!policy::asks_for_decision(notice.event) && notice.decision)
        body["decision"] = json_of(*notice.decision, seal);
    return body;
}

}  // namespace tfy::notice
