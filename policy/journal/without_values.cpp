#include "policy/journal/without_values.hpp"

namespace tfy::journal {

Result<policy::StoredApproval> without_values(const policy::Approval& approval,
                                              const redaction::Redactor& redactor) {
    auto all = approval.json();
    if (auto record = redactor.written_clean(all)) {
        auto same = approval;  // but for what is not stored, and was not looked through
        same.call.reason.clear();
        same.call.caller.trace = {};
        same.call.caller.may_request = true;
        return policy::StoredApproval(std::move(same), std::move(*record));
    }
    auto clean = policy::Approval::restore(redactor.scrub(std::move(all)));
    const bool same =
        clean && clean->digest() == approval.digest() && clean->asked_digest == approval.asked_digest &&
        policy::digest(clean->call) == policy::digest(approval.call) &&
        clean->facts.subject == approval.facts.subject && !clean->facts.changed(approval.facts.target);
    if (same) {
        clean->revision = approval.revision;  // of the row, not of its record
        clean->answers_until = approval.answers_until;
        return policy::StoredApproval(std::move(*clean));
    }
    return Error{Errc::refused,
                 "The request, or what TrueFoundry says of its target, holds the value of an access token. "
                 "Nothing was done."};
}

Result<policy::StandingPermission> without_values(const policy::StandingPermission& permission,
                                                  const redaction::Redactor& redactor) {
    auto clean = policy::StandingPermission::read(redactor.scrub(permission.json()));
    if (clean) {
        auto same = clean->json();
        same["reason"] = permission.reason;  // the only text that may differ
        if (same == permission.json()) return clean;
    }
    return Error{Errc::refused,
                 "The names, the principal, the team or the account hold the value of an access token. No "
                 "permission was given."};
}

}  // namespace tfy::journal
