// For programs: every text whole up to a few thousand characters, but safe to show.
#include "policy/call_words.hpp"
#include "policy/notice/notice.hpp"
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
            {"digest", approval.digest},
            {"short_digest", policy::short_digest(approval.digest)},
            {"state", policy::to_string(state)},
            {"request_expires_at", policy::format_time(approval.expires)},
            {"min_assurance", policy::to_string(approval.terms.min_assurance)},
            {"warnings", shown_all(approval.facts.warnings, seal)},
            {"because", policy::shown(seal, approval.terms.because)},
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
    Json body = {{"type", "approval." + std::string(policy::to_string(notice.event))},
                 {"id", notice.id},
                 {"at", policy::format_time(notice.at)},
                 {"approval", json_of(notice.approval, notice.state, seal)},
                 {"approval_url", notice.page_url.empty() ? Json(nullptr) : Json(notice.page_url)}};
    if (notice.event != policy::Webhook::Event::requested && notice.decision)
        body["decision"] = json_of(*notice.decision, seal);
    return body;
}

Json body_of(const Notice& notice, policy::Webhook::Format format, const policy::Seals& seal) {
    switch (format) {
        case policy::Webhook::Format::json: return json_body(notice, seal);
        case policy::Webhook::Format::slack: return slack_body(notice, seal);
        case policy::Webhook::Format::teams: break;
    }
    return teams_body(notice, seal);
}

}  // namespace tfy::notice
