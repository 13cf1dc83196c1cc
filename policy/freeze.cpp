#include "policy/freeze.hpp"

#include "policy/human.hpp"
#include "policy/refusals.hpp"

namespace tfy::policy {
namespace {

constexpr std::size_t longest_freeze_reason = 500;

}  // namespace

Error Freeze::refusal() const {
    return {Errc::denied,
            by + " froze this caller (" + principal + ") on " + format_time_for_people(since) +
                ": its requests are refused until a person unfreezes it. No one was asked, and nothing was "
                "done.",
            {{"next", "Tell the user that this caller is frozen, and do not call again until they say so."}}};
}

Result<Freeze> freeze(const Human& person, std::string principal, std::string reason, Time now) {
    if (principal.find_first_not_of(' ') == std::string::npos)
        return Error{Errc::refused, "Name the caller to freeze, as requests name it. Nothing was frozen."};
    if (reason.size() > longest_freeze_reason)
        return Error{Errc::refused, "The reason may have 500 bytes at the most. Nothing was frozen."};
    return Freeze{std::move(principal), person.name(), person.assurance(), now, std::move(reason)};
}

Result<Approval> stop(Approval approval, const Freeze& freeze) {
    if (approval.state() == Approval::State::approved) return withdraw(std::move(approval), freeze.since);
    if (approval.state() != Approval::State::pending)
        return wrong_state(approval, "can no longer be stopped");
    if (is_late(approval, freeze.since)) return late(approval);
    approval.decision_ = {.approved = false,
                          .by = freeze.by,
                          .assurance = freeze.assurance,
                          .at = freeze.since,
                          .reason = freeze.reason,
                          .froze = true};
    approval.state_ = Approval::State::denied;
    approval.updated = freeze.since;
    return approval;
}

}  // namespace tfy::policy
