// The gate: nothing runs without a permit, and only this makes one.
#pragma once

#include <string>
#include <variant>

#include "policy/claim.hpp"

namespace tfy::policy {

/// Leave to run one call that only reads. Move-only; carries the call.
class ReadPermit {
public:
    ReadPermit(ReadPermit&&) noexcept = default;
    ReadPermit& operator=(ReadPermit&&) noexcept = default;

    const Call& call() const { return call_; }

private:
    friend class Gate;
    friend struct PermitForTests;  // defined in tests/fakes only
    explicit ReadPermit(Call call) : call_(std::move(call)) {}

    Call call_;
};

/// Leave to run exactly one call that people approved, once. Move-only; carries the call, so what was
/// approved is what runs.
class ApprovedPermit {
public:
    struct Grant {
        std::string approval_id;
        Facts facts;
        Approval::Decision decision;
        std::vector<Approval::Decision> votes;
        std::vector<Destination> destinations = {};  // that the rule lets a person choose from
    };

    ApprovedPermit(ApprovedPermit&&) noexcept = default;
    ApprovedPermit& operator=(ApprovedPermit&&) noexcept = default;

    const Call& call() const { return call_; }
    const Grant& grant() const { return grant_; }

private:
    friend class Gate;
    friend struct PermitForTests;
    ApprovedPermit(Call call, Grant grant) : call_(std::move(call)), grant_(std::move(grant)) {}

    Call call_;
    Grant grant_;
};

/// A person must decide, under this rule.
struct Ask {
    Call call;
    Rule rule;
};

struct Denial {
    std::string because;     // the rule's own words, or a clause without a full stop
    int line = 0;            // of the rule; 0: no rule covers the call
    std::string hours = {};  // in which one does; empty if none ever does
};

using Verdict = std::variant<ReadPermit, Ask, Denial>;

class Gate {
public:
    explicit Gate(Rules rules) : rules_(std::move(rules)) {}

    /// The first rule that matches decides. A changing call that no rule covers is refused; a reading call
    /// passes unless a `deny` rule names it by a pattern other than "*" (rules for "*" alone say nothing
    /// about reading). `subject` is the token's name, empty if there is none (matches only "*"). A rule
    /// whose hours do not cover `now` does not match.
    Verdict judge(Call call, std::string_view subject, Time now) const;

    /// A fresh record for an Ask: not yet stored, digest bound, times set. The assurance it takes is the
    /// rule's, and the transport's default if the rule names none: only what the operator wrote can be
    /// less than the default.
    Approval request(Ask ask, Facts facts, std::string id, std::string agent_reason, Time now) const;

    /// The permit for `call` under what was claimed, which a person with enough assurance decided, in time,
    /// and for this very call. Errc::superseded if the digest differs, Errc::refused for any other state.
    Result<ApprovedPermit> redeem(Claim claim, Call call, Time now) const;

    /// A record for revealing what `created` made, already approved by the same decision: the person chose
    /// Destination::agent there and so decided on exactly this call. Errc::refused if they did not, or
    /// where `reveal`'s rule wants more: more assurance, more people, or others.
    Result<Approval> follow_up(const ApprovedPermit::Grant& created, Ask reveal, Facts facts, std::string id,
                               Time now) const;

    const Rules& rules() const { return rules_; }

private:
    Rules rules_;
};

}  // namespace tfy::policy
