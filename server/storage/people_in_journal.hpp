// Who is enrolled, as the journal's records tell it. Rows that say something else are not believed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "policy/journal/journal_record.hpp"
#include "server/storage/passkey.hpp"
#include "server/storage/person.hpp"

namespace tfy::storage {

struct PeopleInJournal {
    struct KnownCredential {
        std::string person;
        std::string kind;
        std::string digest;  // digest_of_credential()
    };
    std::map<std::string, Person> people;                // by name
    std::map<std::string, KnownCredential> credentials;  // by id; those that were replaced are not there
    std::map<std::string, Invitation> invitations;       // by hash; those that were used, replaced or ended
                                                         // are not there

    std::map<std::pair<std::string, std::string>, std::string>
        own_keys;  // by person and base address: digest_of_own_key()

    std::size_t deciding() const;
    /// Whether the row is as the journal has it.
    bool knows(const Credential& row) const;
    /// Errc::refused for who may not decide; `undone` ends the sentence.
    Result<void> may_decide(const std::string& name, std::string_view undone) const;
    bool suspended(const std::string& name) const;
    /// Whether they have a passphrase or a passkey here.
    bool has_own_credential(const std::string& name) const;
    /// Whether it still enrols: its time is not over, and who invited may still decide; of the first person,
    /// no one is enrolled.
    bool counts(const Invitation& invitation, policy::Time now) const;
    /// Of those that `by` gave out and that count.
    std::size_t open_invitations(const std::string& by, policy::Time now) const;

    /// The next record whose kind begins with "person_". One that cannot be read changes nothing.
    void take(const journal::JournalRecord& record);
};

Error not_enrolled(std::string_view undone);
/// Of the person whom it enrols, known before that: authenticators keep it with a passkey.
std::string person_id_of(const Invitation& invitation);

inline constexpr std::string_view passphrase_kind = "passphrase";
inline constexpr std::string_view passkey_kind = "passkey";
inline constexpr std::string_view provider_kind = "oidc";

/// What is in the journal instead of the secret.
std::string digest_of_credential(const Credential& credential);

Json enrolled_body(const Person& person, const Credential& credential, Enrolment how);
/// With what is kept of a passkey, or the pair of a provider: both are public.
Json credential_body(const Credential& credential);
Json invited_body(const Invitation& invitation);
/// Of the first person's; `where`: what gave it out (process, terminal, what started it).
Json pairing_body(const Invitation& invitation, const Json& where);
Json removed_body(const Passkey& passkey, const std::string& by);

}  // namespace tfy::storage
