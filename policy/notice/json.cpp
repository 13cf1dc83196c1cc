// For programs: every text whole up to a few thousand characters, but safe to show.
#include "policy/notice/notice.hpp"

namespace tfy::policy {
namespace {

Json shown_all(const std::vector<std::string>& texts) {
    auto all = Json::array();
    for (const auto& text : texts) all.push_back(shown(text));
    return all;
}

Json json_of(const Approval& approval) {
    return {{"id", approval.id},
            {"tool", shown(approval.call.tool)},
            {"subject", shown(approval.facts.subject)},
            {"effect", shown(approval.facts.effect)},
            {"principal", shown(approval.call.caller.principal)},
            {"digest", approval.digest},
            {"short_digest", short_digest(approval.digest)},
            {"state", to_string(approval.state)},
            {"expires_at", format_time(approval.expires)},
            {"min_assurance", to_string(approval.terms.min_assurance)},
            {"warnings", shown_all(approval.facts.warnings)},
            {"because", shown(approval.terms.because)},
            {"claimed_by_caller", {{"client", shown(approval.call.caller.client)}}}};
}

Json json_of(const Approval::Decision& decision) {
    return {{"approved", decision.approved},
            {"by", shown(decision.by)},
            {"assurance", to_string(decision.assurance)},
            {"at", format_time(decision.at)},
            {"reason", shown(decision.reason)}};
}

}  // namespace

Json json_body(const Notice& notice) {
    Json body = {{"type", "approval." + std::string(to_string(notice.event))},
                 {"id", notice.id},
                 {"at", format_time(notice.at)},
                 {"approval", json_of(notice.approval)},
                 {"approval_url", notice.page_url.empty() ? Json(nullptr) : Json(notice.page_url)}};
    if (notice.event != Webhook::Event::requested && notice.approval.decision)
        body["decision"] = json_of(*notice.approval.decision);
    return body;
}

Json body_of(const Notice& notice, Webhook::Format format) {
    switch (format) {
        case Webhook::Format::json: return json_body(notice);
        case Webhook::Format::slack: return slack_body(notice);
        case Webhook::Format::teams: break;
    }
    return teams_body(notice);
}

}  // namespace tfy::policy
