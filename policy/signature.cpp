#include "policy/signature.hpp"

#include "policy/approval.hpp"
#include "policy/canonical_json.hpp"

namespace tfy::policy {

// The reason by its hash: the journal keeps the reason itself beside it, and signed text is shown to no one.
Json decision_statement(const Approval& approval, std::string_view verb, const DecisionInput& choice,
                        Destination destination, std::string_view person, const Signing& signing) {
    return {{"purpose", "decision"},
            {"server", approval.call.server},
            {"origin", signing.origin},
            {"approval", approval.id},
            {"digest", approval.digest()},
            {"verb", verb},
            {"destination", to_string(destination)},
            {"typed_name", choice.typed_name},
            {"reason", sha256(choice.reason)},
            {"person", person},
            {"nonce", signing.nonce},
            {"until", format_time(signing.until)}};
}

std::string challenge_of(const Json& statement) {
    constexpr std::string_view name = "sha256:";
    return sha256(canonical_json(statement)).substr(name.size());
}

Json Signature::json() const {
    return {{"credential", credential},
            {"statement", statement},
            {"authenticator_data", authenticator_data},
            {"client_data", client_data},
            {"signature", signature}};
}

}  // namespace tfy::policy
