// What every tool that makes a token does: the one POST, custody of the value before anything else,
// and the id by listing.
#pragma once

#include <optional>
#include <string>

#include "tools/escrow.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

/// What is known of a token that was just made, without its value.
struct Created {
    tools::Deposit held;
    std::string name;
    std::string id;                       // empty if it could not be read
    std::optional<policy::Time> expires;  // what was granted, where it could be read back
    std::optional<policy::Time> asked;    // to expire then
    policy::Destination destination = policy::Destination::none;
};

/// One POST; where its answer is lost, listing tells what became of it. `custody` and `clock` must outlive
/// it. Errc::upstream, Errc::conflict: nothing was created; Errc::ambiguous: a token was or may have been
/// made whose value no one has. A 409 counts as a lost answer where the token of that name
/// is as young as this call.
Async<Result<Created>> create_once(truefoundry::Client api, tools::Escrow& escrow, const Clock& clock,
                                   truefoundry::CreateRequest asked, tools::Recipients recipients,
                                   policy::Destination destination);

/// The call that shows the new value to the agent.
tools::ToolResult::FollowUp showing(const Created& created);

/// Whether the token that a result with these members tells of is listed: by its id or, where that could not
/// be read back, by its name.
Async<Result<bool>> is_listed(truefoundry::Client api, Json structured);

}  // namespace tfy::access_tokens
