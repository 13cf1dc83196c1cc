// Tests may make what no one else can: the friends that the policy headers name.
#pragma once

#include <string>

#include "policy/gate.hpp"
#include "policy/human.hpp"
#include "policy/redaction/redactor.hpp"
#include "policy/redaction/reveal.hpp"

namespace tfy::policy {

struct HumanForTests {
    static Human make(std::string name = "grace@example.com", Assurance assurance = Assurance::signed_in) {
        return {std::move(name), assurance};
    }
};

struct ApprovalForTests {
    static std::string& digest(Approval& of) { return of.digest_; }
    static Terms& terms(Approval& of) { return of.terms_; }
    static Approval::State& state(Approval& of) { return of.state_; }
    static std::vector<Approval::Decision>& votes(Approval& of) { return of.votes_; }
    static std::optional<Approval::Decision>& decision(Approval& of) { return of.decision_; }
};

struct ClaimForTests {
    static Claim make(Approval executing) { return Claim(std::move(executing)); }
};

struct PermitForTests {
    static ReadPermit reading(Call call) { return ReadPermit(std::move(call)); }
    static ApprovedPermit approved(Call call, ApprovedPermit::Grant grant) {
        return {std::move(call), std::move(grant)};
    }
};

}  // namespace tfy::policy

namespace tfy::redaction {

struct FingerprintKeyForTests {
    static FingerprintKey make(unsigned char byte = 0) {
        FingerprintKey::Bytes bytes{};
        bytes.fill(byte);
        return FingerprintKey(bytes);
    }
};

struct RevealForTests {
    static Reveal make(policy::Secret value, std::string placeholder = "placeholder0000000000000000") {
        return {std::move(value), std::move(placeholder)};
    }
};

struct RedactedForTests {
    static Redacted make(std::string text) { return Redacted(std::move(text)); }
    static Redacted make_revealing(std::string text) { return Redacted(std::move(text), true); }
};

}  // namespace tfy::redaction
