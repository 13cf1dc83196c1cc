// Who is enrolled, as the journal's records tell it. Rows that say something else are not believed.
#pragma once

#include <map>
#include <string>
#include <string_view>
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
    std::map<std::string, Invitation> invitations;       // by hash; those that were used are not there

    std::size_t deciding() const;
};

inline constexpr std::string_view passphrase_kind = "passphrase";
inline constexpr std::string_view passkey_kind = "passkey";

/// What stands in the journal instead of the secret.
std::string digest_of_credential(const Credential& credential);

Json enrolled_body(const Person& person, const Credential& credential, Enrolment how);
Json credential_body(const Credential& credential);
Json invited_body(const Invitation& invitation);
/// With what is kept of the passkey.
Json passkey_body(const Credential& credential);
Json removed_body(const Passkey& passkey, const std::string& by);

/// `records` are those whose kind begins with "person_", oldest first. One that cannot be read changes
/// nothing.
PeopleInJournal people_in(const std::vector<journal::JournalRecord>& records);

}  // namespace tfy::storage
