// Block Kit: https://docs.slack.dev/reference/block-kit/blocks. Limits: a header has 150 characters, a field
// 2000, a text 3000.
#include "policy/notice/words.hpp"

namespace tfy::notice {
namespace {

// Slack reads <!channel>, <@U1> and <https://…|text> wherever it finds them unescaped.
std::string escaped(std::string_view text) {
    std::string safe;
    for (const char c : text) switch (c) {
            case '&': safe += "&amp;"; break;
            case '<': safe += "&lt;"; break;
            case '>': safe += "&gt;"; break;
            default: safe += c;
        }
    return safe;
}

Json plain(std::string_view text) {
    return {{"type", "plain_text"}, {"text", escaped(text)}, {"emoji", false}};
}

Json section(std::string_view text) { return {{"type", "section"}, {"text", plain(text)}}; }

Json fields(const NoticeWords& words) {
    auto all = Json::array();
    for (const auto& [label, value] : words.fields) all.push_back(plain(label + "\n" + value));
    return {{"type", "section"}, {"fields", std::move(all)}};
}

Json link(const std::string& url) {
    const Json button = {
        {"type", "button"}, {"text", plain("Open the approvals page")}, {"url", url}, {"action_id", "open"}};
    return {{"type", "actions"}, {"elements", Json::array({button})}};
}

}  // namespace

Json slack_body(const Notice& notice, const policy::Seals& seal) {
    const auto words = words_of(notice, seal);
    auto blocks = Json::array({{{"type", "header"}, {"text", plain(words.headline)}}, fields(words)});
    if (!words.effect.empty()) blocks.push_back(section(words.effect));
    for (const auto& remark : words.remarks) blocks.push_back(section(remark));
    if (!words.claimed.empty()) blocks.push_back(section(words.claimed));
    blocks.push_back({{"type", "context"}, {"elements", Json::array({plain(words.footer)})}});
    if (!notice.page_url.empty()) blocks.push_back(link(notice.page_url));
    return {{"text", escaped(words.summary)},
            {"mrkdwn", false},
            {"unfurl_links", false},
            {"unfurl_media", false},
            {"blocks", std::move(blocks)}};
}

}  // namespace tfy::notice
