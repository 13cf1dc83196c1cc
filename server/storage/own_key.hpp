// A person's own key to TrueFoundry, as the ledger keeps it: sealed.
#pragma once

#include <optional>
#include <string>

#include "policy/time.hpp"
#include "server/storage/people_in_journal.hpp"

namespace tfy::storage {

struct OwnKeyRow {
    std::string person;
    std::string base_url;  // of the control plane that it is for
    std::string subject;   // whose key it is there, as KeyIdentity.user; empty: nothing told it
    std::string mask;      // Secret::masked()
    std::optional<policy::Time> expires = {};
    policy::Time since = {};
    std::optional<policy::Time> broken = {};  // since when TrueFoundry refuses it
    std::string sealed = {};                  // the key; another text is another key
};

/// What is in the journal instead of the row: of all that it says but since when it is broken.
std::string digest_of_own_key(const OwnKeyRow& row);
bool is_known(const PeopleInJournal& known, const OwnKeyRow& row);

}  // namespace tfy::storage
