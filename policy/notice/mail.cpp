// A mail's text: lines as people read them, and nothing that a mail program would act on but one link.
#include "policy/notice/words.hpp"

namespace tfy::notice {

std::string mail_body(const Notice& notice, const policy::Seals& seal) {
    const auto words = words_of(notice, seal);
    std::string text = words.headline + "\n\n";
    for (const auto& [label, value] : words.fields) text += label + ": " + value + "\n";
    const auto paragraph = [&text](const std::string& sentence) {
        if (!sentence.empty()) text += "\n" + sentence + "\n";
    };
    paragraph(words.effect);
    for (const auto& remark : words.remarks) paragraph(remark);
    paragraph(words.claimed);
    if (!notice.page_url.empty()) paragraph("The approvals page: " + notice.page_url);
    if (policy::asks_for_decision(notice.event))
        paragraph(
            "Decide on the page, signed in. This mail decides nothing, and an answer to it is not read.");
    paragraph(words.footer);
    return text;
}

}  // namespace tfy::notice
