#include "policy/journal/journal_entry.hpp"

namespace tfy::journal {
namespace {

constexpr std::string_view kind_approved = "approved", kind_in_part = "approved in part",
                           kind_denied = "denied";

Json body_of(const policy::Approval& approval) {
    Json body = {{"tool", approval.call.tool},
                 {"principal", approval.call.caller.principal},
                 {"client", approval.call.caller.client},
                 {"digest", approval.digest()},
                 {"subject", approval.facts.subject},
                 {"state", policy::to_string(approval.state())}};
    if (approval.state() == policy::Approval::State::pending) {
        body["arguments"] = approval.call.arguments;
        body["agent_reason"] = approval.agent_reason;
    }
    if (!approval.narrowings.empty()) {
        body["asked_digest"] = approval.asked_digest;
        body["narrowed_by"] = approval.narrowings.back().by;
    }
    if (approval.extended) body["extended_by"] = approval.extended->by;
    if (approval.terms().quorum > 1) {
        Json people = Json::array();
        for (const auto& vote : approval.votes()) people.push_back(vote.by);
        body["approved_by"] = std::move(people);
        body["quorum"] = approval.terms().quorum;
    }
    if (approval.decision()) {
        body["decided_by"] = approval.decision()->by;
        body["assurance"] = policy::to_string(approval.decision()->assurance);
        body["reason"] = approval.decision()->reason;
        body["destination"] = policy::to_string(approval.decision()->destination);
        if (!approval.decision()->permission.empty()) body["permission"] = approval.decision()->permission;
    }
    if (!approval.outcome.is_null()) body["outcome"] = approval.outcome;
    return body;
}

/// Of the decision that this record tells of; the records behind it do not repeat it.
Json signature_in(std::string_view kind, const policy::Approval& after) {
    if (kind == kind_in_part) return after.votes().back().signature;
    const bool tells = after.decision() && (kind == kind_approved || kind == kind_denied);
    return tells ? after.decision()->signature : Json(nullptr);
}

Json body_of(const policy::StandingPermission& permission) {
    Json body = {{"permission", permission.id},
                 {"principal", permission.principal},
                 {"base_url", permission.base_url},
                 {"key_user", permission.holder.user},
                 {"names", permission.names},
                 {"team", permission.kind.team},
                 {"account", permission.kind.account},
                 {"token_type", permission.kind.type},
                 {"uses", permission.uses},
                 {"longest_life", policy::format_duration(permission.longest_life)},
                 {"until", policy::format_time(permission.until)},
                 {"destination", policy::to_string(permission.destination)},
                 {"given_by", permission.by},
                 {"assurance", policy::to_string(permission.assurance)},
                 {"reason", permission.reason}};
    if (!permission.revoked_by.empty()) {
        body["revoked_by"] = permission.revoked_by;
        body["used"] = permission.used;
    }
    return body;
}

}  // namespace

JournalEntry journal_entry(std::string kind, const policy::Approval& approval,
                           const redaction::Redactor& redactor, policy::Time now) {
    auto body = body_of(approval);
    if (auto signature = signature_in(kind, approval); !signature.is_null())
        body["passkey"] = std::move(signature);
    return {std::move(kind), approval.id, redactor.seal(body), now};
}

JournalEntry journal_entry(std::string kind, const policy::StandingPermission& permission,
                           const redaction::Redactor& redactor, policy::Time now) {
    return {std::move(kind), {}, redactor.seal(body_of(permission)), now};
}

JournalEntry journal_entry(std::string kind, const policy::Freeze& freeze, const std::string& by,
                           const redaction::Redactor& redactor, policy::Time now) {
    const Json body = {{"principal", freeze.principal},
                       {"by", by},
                       {"frozen_by", freeze.by},
                       {"since", policy::format_time(freeze.since)},
                       {"reason", freeze.reason}};
    return {std::move(kind), {}, redactor.seal(body), now};
}

JournalEntry nudge_entry(std::string kind, const policy::Approval& approval,
                         const redaction::Redactor& redactor, policy::Time now) {
    Json body = {{"tool", approval.call.tool},
                 {"principal", approval.call.caller.principal},
                 {"digest", approval.digest()},
                 {"subject", approval.facts.subject},
                 {"state", policy::to_string(approval.state())},
                 {"asked_at", policy::format_time(approval.created)}};
    if (kind == policy::to_string(policy::Channel::Event::escalated))
        body["told"] = approval.terms().escalate_to;
    return {std::move(kind), approval.id, redactor.seal(body), now};
}

std::string kind_of_yes(const policy::Approval& after) {
    return std::string(after.state() == policy::Approval::State::pending ? kind_in_part : kind_approved);
}

}  // namespace tfy::journal
