// That someone showed who they are, just now: what opens a session on the approvals page.
#pragma once

#include <string>
#include <utility>

#include "server/storage/person.hpp"

namespace tfy::oidc {
class SignInDesk;
}

namespace tfy::people {

/// Made by what checks a person and by nothing else; it opens one session (PageSessions::open).
class SignInProof {
public:
    SignInProof(SignInProof&&) noexcept = default;
    SignInProof& operator=(SignInProof&&) noexcept = default;
    SignInProof(const SignInProof&) = delete;
    SignInProof& operator=(const SignInProof&) = delete;
    ~SignInProof() = default;

    const std::string& person() const { return person_; }

private:
    friend class SignInCodes;       // a code from a terminal
    friend class PassphraseDesk;    // their passphrase
    friend class PasskeyDesk;       // one of their passkeys, or an invitation and a new one
    friend class PeopleDesk;        // an invitation and a new passphrase
    friend class oidc::SignInDesk;  // their identity provider
    explicit SignInProof(std::string person) : person_(std::move(person)) {}

    std::string person_;
};

/// Who was enrolled by an invitation.
struct Joined {
    storage::Person person;
    SignInProof proof;
};

}  // namespace tfy::people
