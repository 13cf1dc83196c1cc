// The texts of a notice, sealed while they are whole.
#include "policy/notice/notice.hpp"

namespace tfy::notice {

Notice sealed(Notice notice, const redaction::Redactor& redactor) {
    const auto seal = [&redactor](std::string& text) { text = redactor.seal_text(text).text(); };
    auto& approval = notice.approval;
    seal(approval.call.tool);
    seal(approval.call.caller.principal);
    seal(approval.call.caller.client);
    seal(approval.facts.subject);
    seal(approval.facts.effect);
    for (auto& warning : approval.facts.warnings) seal(warning);
    seal(approval.terms.because);
    if (notice.decision) {
        seal(notice.decision->by);
        seal(notice.decision->reason);
    }
    return notice;
}

}  // namespace tfy::notice
