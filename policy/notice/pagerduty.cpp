// Events API v2: https://developer.pagerduty.com/docs/send-alert-event. A summary has 1024 characters at
// most.
#include "policy/notice/words.hpp"
#include "policy/visible.hpp"

namespace tfy::notice {
namespace {

using Event = policy::Channel::Event;

Json details_of(const NoticeWords& words) {
    Json details = Json::object();
    for (const auto& [label, value] : words.fields) details[label] = value;
    if (!words.effect.empty()) details["What happens"] = words.effect;
    auto remarks = Json::array();
    for (const auto& remark : words.remarks) remarks.push_back(remark);
    if (!remarks.empty()) details["Remarks"] = std::move(remarks);
    if (!words.claimed.empty()) details["Claim"] = words.claimed;
    details["Note"] = words.footer;
    return details;
}

const char* severity_of(const Notice& notice) {
    constexpr int most_urgent = 1, urgent = 7;
    if (notice.event == Event::escalated) return "error";
    if (policy::asks_for_decision(notice.event)) return "warning";
    if (!notice.token || notice.token->days > urgent) return "info";
    return notice.token->days <= most_urgent ? "error" : "warning";
}

/// Alerts under one key are one alert: those of one request, and those of one token's end.
std::string key_of(const Notice& notice, const policy::Seals& seal) {
    if (notice.approval) return notice.approval->id;
    return notice.token ? policy::shown(seal, notice.token->subject(), 200) : notice.id;
}

bool resolves(Event event) {
    return event == Event::decided || event == Event::expired || event == Event::finished;
}

}  // namespace

Json pagerduty_body(const Notice& notice, const policy::Seals& seal) {
    Json body = {{"event_action", resolves(notice.event) ? "resolve" : "trigger"},
                 {"dedup_key", key_of(notice, seal)}};
    if (resolves(notice.event)) return body;
    const auto words = words_of(notice, seal);
    body["payload"] = {{"summary", words.summary},
                       {"source", "tfy-pat-mcp"},
                       {"severity", severity_of(notice)},
                       {"timestamp", policy::format_time(notice.at)},
                       {"class", policy::to_string(notice.event)},
                       {"custom_details", details_of(words)}};
    body["client"] = "tfy-pat-mcp";
    if (!notice.page_url.empty())
        body["links"] = Json::array({{{"href", notice.page_url}, {"text", "Open the approvals page"}}});
    return body;
}

}  // namespace tfy::notice
