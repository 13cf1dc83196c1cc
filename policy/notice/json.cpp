// For programs: every text whole up to a few thousand characters, but safe to show.
#include "policy/call_words.hpp"
#include "policy/notice/notice.hpp"

namespace tfy::notice {
namespace {

Json shown_all(const std::vector<std::string>& texts) {
    auto all = Json::array();
    for (const auto& text : texts) all.push_back(policy::shown(text));
    return all;
}

Json json_of(const policy::Approval& approval, policy::Approval::State state) {
    return {{"id", approval.id},
            {"tool", policy::shown(approval.call.tool)},
            {"title", policy::words_for(approval.call.tool).title},
            {"subject", policy::shown(approval.facts.subject)},
            {"effect", policy::shown(approval.facts.effect)},
            {"principal", policy::shown(approval.call.caller.principal)},
            {"digest", approval.digest},
            {"short_digest", policy::short_digest(approval.digest)},
            {"state", policy::to_string(state)},
            {"expires_at", policy::format_time(approval.expires)},
            {"min_assurance", policy::to_string(approval.terms.min_assurance)},
            {"warnings", shown_all(approval.facts.warnings)},
            {"because", policy::shown(approval.terms.because)},
            {"claimed_by_caller", {{"client", policy::shown(approval.call.caller.client)}}}};
}

Json json_of(const policy::Approval::Decision& decision) {
    return {{"approved", decision.approved},
            {"by", policy::shown(decision.by)},
            {"assurance", policy::to_string(decision.assurance)},
            {"at", policy::format_time(decision.at)},
            {"reason", policy::shown(decision.reason)}};
}

}  // namespace

Json json_body(const Notice& notice) {
    Json body = {{"type", "approval." + std::string(policy::to_string(notice.event))},
                 {"id", notice.id},
                 {"at", policy::format_time(notice.at)},
                 {"approval", json_of(notice.approval, notice.state)},
                 {"approval_url", notice.page_url.empty() ? Json(nullptr) : Json(notice.page_url)}};
    if (notice.event != policy::Webhook::Event::requested && notice.decision)
        body["decision"] = json_of(*notice.decision);
    return body;
}

Json body_of(const Notice& notice, policy::Webhook::Format format) {
    switch (format) {
        case policy::Webhook::Format::json: return json_body(notice);
        case policy::Webhook::Format::slack: return slack_body(notice);
        case policy::Webhook::Format::teams: break;
    }
    return teams_body(notice);
}

}  // namespace tfy::notice
