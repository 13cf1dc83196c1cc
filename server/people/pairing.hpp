// How the first person comes to be enrolled with a passkey: by one link, which a terminal shows them.
#pragma once

#include <string>

#include "server/people/people_desk.hpp"

namespace tfy::people {

/// For 15 minutes, and once; there is one on a state directory, and it takes the place of an earlier one. The
/// journal has it ("person_pairing"), with this process, its terminal and what started it: the person who
/// comes first is trusted, so that it can be seen who that was. Errc::invalid_params if `person` is no name;
/// errors of Ledger::pair().
Result<Invited> pair_first(storage::Ledger& ledger, std::string person, policy::Time now);

/// What a person opens: the page of `home` with the invitation filled in.
std::string join_link(const std::string& home, const std::string& code);

}  // namespace tfy::people
