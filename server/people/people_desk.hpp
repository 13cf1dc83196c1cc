// Who is enrolled, and letting people in and out: the same for the page and the terminal.
#pragma once

#include <string>
#include <vector>

#include "policy/human.hpp"
#include "server/people/sign_in_proof.hpp"
#include "server/people/wrong_tries.hpp"
#include "server/storage/store.hpp"
#include "tools/async.hpp"

namespace tfy::people {

struct Invited {
    std::string person;
    std::string code;  // for that person alone; only its hash is kept
    policy::Time until = {};
};

/// An invitation that enrols `person` within 24 hours. Errc::invalid_params if that is no name; errors of
/// Ledger::invite().
Result<Invited> invite(storage::Ledger& ledger, const policy::Human& by, std::string person,
                       policy::Time now);

/// "2 sessions on the page, one standing permission"; "nothing that was open".
std::string words_of(const storage::Ended& ended);

/// The same for the loop, and what else there is to do: see the ledger's methods.
class PeopleDesk {
public:
    /// Both must outlive it.
    PeopleDesk(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    Async<Result<std::vector<storage::Person>>> list();
    Async<Result<Invited>> invite(policy::Human by, std::string person);
    Async<Result<void>> confirm(policy::Human by, std::string person);
    Async<Result<storage::Ended>> suspend(policy::Human by, std::string person);

    /// Of the code as it was typed. Errc::denied if it enrols no one; Errc::rate_limited after many wrong
    /// ones in a minute, which never stops a right one.
    Async<Result<storage::Invitation>> invitation(std::string code);
    /// With the argon2id hash of a passphrase. Errors of Ledger::enrol_invited().
    Async<Result<Joined>> join(std::string invitation, std::string passphrase_hash);

private:
    storage::Store& store_;
    const Clock& clock_;
    WrongTries wrong_;
};

}  // namespace tfy::people
