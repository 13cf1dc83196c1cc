#include "policy/freeze.hpp"

#include "policy/human.hpp"
#include "policy/refusals.hpp"
#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

constexpr std::size_t longest_freeze_reason = 500;

std::string who_froze(const Freeze& freeze) {
    return freeze.by + " froze this caller (" + freeze.principal + ") on " +
           format_time_for_people(freeze.since) + ".";
}

/// Empty if they gave none.
std::string why_frozen(const Freeze& freeze, const Seals& seal) {
    if (freeze.reason.empty()) return {};
    return " Their reason: " + quoted_last(shown(seal, freeze.reason, longest_freeze_reason));
}

Error frozen_refusal(const std::string& who_and_why) {
    return {
        Errc::denied,
        who_and_why +
            " Its requests are refused until a person who may decide here unfreezes it. No one was asked, "
            "and nothing was done.",
        {{"next", after_a_freeze}}};
}

}  // namespace

Error Freeze::refusal() const { return frozen_refusal(who_froze(*this)); }

std::string Freeze::words(const Seals& seal) const { return who_froze(*this) + why_frozen(*this, seal); }

Error Freeze::refusal(const Seals& seal) const { return frozen_refusal(words(seal)); }

Result<Freeze> freeze(const Human& person, std::string principal, std::string reason, Time now) {
    if (principal.find_first_not_of(' ') == std::string::npos)
        return Error{Errc::refused, "Name the caller to freeze, as requests name it. Nothing was frozen."};
    if (reason.size() > longest_freeze_reason)
        return Error{Errc::refused, "The reason may have 500 bytes at the most. Nothing was frozen."};
    return Freeze{std::move(principal), person.name(), person.assurance(), now, std::move(reason)};
}

Result<Approval> stop(Approval approval, const Freeze& freeze, const Seals& seal) {
    if (approval.state() == Approval::State::approved)
        return withdraw(std::move(approval), freeze.since,
                        "Withdrawn before it ran: " + freeze.words(seal) + " Nothing was done.",
                        after_a_freeze);
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
