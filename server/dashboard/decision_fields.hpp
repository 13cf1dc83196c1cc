// What a person decided on the page, as it comes in a request's body.
#pragma once

#include <string>

#include "policy/approval.hpp"
#include "server/people/passkey_desk.hpp"

namespace tfy::dashboard {

/// Errc::refused with what is missing. Reasons come sealed: what is signed is what is kept.
Result<policy::DecisionInput> read_choice(const Json& body, const policy::Seals& seal);
Result<std::string> read_reason(const Json& body, const policy::Seals& seal);
/// WebAuthn's AuthenticationResponseJSON and RegistrationResponseJSON; what is left out is empty.
Result<people::PasskeyAnswer> read_passkey_answer(const Json& body);

}  // namespace tfy::dashboard
