// Passkeys on the approvals page: how one is registered, signs a decision, or signs a person in.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "policy/human.hpp"
#include "server/people/sign_in_proof.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/people_in_journal.hpp"
#include "server/storage/store.hpp"
#include "server/webauthn/ceremonies.hpp"

namespace tfy::people {

/// An authenticator's answer as the page sends it: each part as base64url.
struct PasskeyAnswer {
    std::string key_id;
    std::string authenticator_data;
    std::string client_data;
    std::string signature;
    int algorithm = 0;  // of a new one
};

/// One loop only. Challenges count for two minutes, and once, on any server of the state directory. Those of
/// people who are known are in the store; of others nothing is kept until one is used
/// (Ledger::sealed_challenge). Keys are looked at on the store's thread.
class PasskeyDesk {
public:
    /// `origin` tells the page's own.
    PasskeyDesk(storage::Store& store, const sealing::Sealer& redaction, const Clock& clock,
                std::function<std::string()> origin)
        : store_(store), redaction_(redaction), clock_(clock), origin_(std::move(origin)) {}

    /// WebAuthn's PublicKeyCredentialCreationOptionsJSON. `by`: how the person was known, for the journal
    /// ("passphrase").
    Async<Result<Json>> to_register(std::string person, std::string by);
    /// Errc::denied with what is wrong with the answer, Errc::conflict, Errc::not_found, Errc::storage.
    Async<Result<storage::Passkey>> add(std::string person, std::string name, PasskeyAnswer answer);

    /// The same for who holds this invitation, whom it enrols. `invitation`: its hash. Errors of
    /// Ledger::enrol_invited(), too.
    Async<Result<Json>> to_join(storage::Invitation invitation);
    Async<Result<Joined>> join(std::string invitation, std::string name, PasskeyAnswer answer);

    /// That it still is the person of this session, by one of their passkeys: PublicKeyCredential's options,
    /// and the answer. Errors as of to_sign() and add().
    Async<Result<Json>> to_confirm(std::string person);
    Async<Result<void>> confirmed(std::string person, PasskeyAnswer answer);

    /// For one decision, whose statement is made with it (policy::approval_to_sign and its like).
    policy::Signing signing() const;
    /// PublicKeyCredentialRequestOptionsJSON. Errc::not_found if the person has
    /// no passkey for this page.
    Async<Result<Json>> to_sign(std::string person, Json statement);
    /// The person who signed, for what was signed and nothing else. The challenge is used up where it is
    /// decided. Errors as of add().
    Async<Result<policy::Human>> signer(std::string person, PasskeyAnswer answer);
    /// That an answer was refused, for the journal.
    Async<void> note_refused(std::string person, std::string approval_id, Error why);

    /// The same to sign in; whose passkey it is tells who does.
    Async<Result<Json>> to_sign_in();
    Async<Result<SignInProof>> signed_in(PasskeyAnswer answer);

    /// Those of this person, also for another host.
    Async<Result<std::vector<storage::Passkey>>> of(std::string person);
    /// Whether it belongs to the page's host.
    bool is_for_here(const storage::Passkey& passkey) const { return passkey.host == party().id(); }
    Async<Result<void>> remove(std::string id, std::string by);

private:
    webauthn::RelyingParty party() const { return webauthn::RelyingParty(origin_()); }
    /// What is to be signed, as base64url.
    Async<Result<std::string>> challenge(std::string person, Json statement);
    /// The same of a sealed one.
    Async<Result<std::string>> sealed(std::string purpose);
    Json statement_for(std::string_view purpose, const std::string& person) const;

    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const Clock& clock_;
    std::function<std::string()> origin_;
};

}  // namespace tfy::people
