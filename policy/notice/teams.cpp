// An Adaptive Card (https://adaptivecards.io/explorer). Text blocks and fact sets render Markdown in Teams;
// text runs do not.
#include "policy/notice/words.hpp"

namespace tfy::notice {
namespace {

Json run(std::string_view text, bool bold) {
    return {{"type", "TextRun"}, {"text", text}, {"weight", bold ? "bolder" : "default"}};
}

Json line(Json runs) { return {{"type", "RichTextBlock"}, {"inlines", std::move(runs)}}; }

Json title(const std::string& text) {
    auto large = run(text, true);
    large["size"] = "large";
    return line(Json::array({std::move(large)}));
}

Json lines(const NoticeWords& words) {
    auto all = Json::array({title(words.headline)});
    for (const auto& [label, value] : words.fields)
        all.push_back(line(Json::array({run(label + ": ", true), run(value, false)})));
    if (!words.effect.empty()) all.push_back(line(Json::array({run(words.effect, false)})));
    for (const auto& remark : words.remarks) all.push_back(line(Json::array({run(remark, false)})));
    if (!words.claimed.empty()) all.push_back(line(Json::array({run(words.claimed, false)})));
    all.push_back(line(Json::array({run(words.footer, false)})));
    return all;
}

}  // namespace

Json teams_body(const Notice& notice, const policy::Seals& seal) {
    Json card = {{"$schema", "http://adaptivecards.io/schemas/adaptive-card.json"},
                 {"type", "AdaptiveCard"},
                 {"version", "1.4"},
                 {"body", lines(words_of(notice, seal))},
                 {"actions", Json::array()}};
    if (!notice.page_url.empty())
        card["actions"].push_back(
            {{"type", "Action.OpenUrl"}, {"title", "Open the approvals page"}, {"url", notice.page_url}});
    const Json attachment = {{"contentType", "application/vnd.microsoft.card.adaptive"},
                             {"contentUrl", nullptr},
                             {"content", std::move(card)}};
    return {{"type", "message"}, {"attachments", Json::array({attachment})}};
}

}  // namespace tfy::notice
