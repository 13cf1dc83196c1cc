// A decision that a person's own device signed: what was signed, and what the device answered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/rule.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::policy {

class Approval;
struct DecisionInput;

/// What makes each signature one of its own.
struct Signing {
    std::string origin;  // of the page that asks
    std::string nonce;   // random
    Time until = {};     // it counts until then
};

/// Everything that a yes or a no says, in the form that is hashed and signed: the request by its digest, what
/// was chosen, and who decides. `verb`: "approve" or "deny".
Json decision_statement(const Approval& approval, std::string_view verb, const DecisionInput& choice,
                        Destination destination, std::string_view person, const Signing& signing);

/// The 64 hex digits of the statement's SHA-256: the challenge that is signed.
std::string challenge_of(const Json& statement);

struct Signature {
    Json statement = nullptr;
    std::string credential;          // our name of the passkey: "crd_…"
    std::string authenticator_data;  // these three as base64url
    std::string client_data;
    std::string signature;
    std::uint32_t sign_count = 0;  // as the authenticator tells; part of its data, too

    /// As the journal keeps it.
    Json json() const;
};

}  // namespace tfy::policy
