// Who is enrolled, and letting people in and out: the same for the page and the terminal.
#pragma once

#include <string>
#include <vector>

#include "policy/human.hpp"
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

/// The same for the loop, and what else there is to do: see the ledger's methods.
class PeopleDesk {
public:
    /// Both must outlive it.
    PeopleDesk(storage::Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    Async<Result<std::vector<storage::Person>>> list();
    Async<Result<Invited>> invite(policy::Human by, std::string person);
    Async<Result<void>> confirm(policy::Human by, std::string person);
    Async<Result<void>> suspend(policy::Human by, std::string person);

private:
    storage::Store& store_;
    const Clock& clock_;
};

}  // namespace tfy::people
