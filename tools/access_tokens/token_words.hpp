// One access token, for people and for programs; never its value.
#pragma once

#include <string>
#include <string_view>

#include "policy/redacted.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::access_tokens {

inline constexpr std::string_view token_table_head =
    "| Name | ID | Created At | Expires At | Last Used | State | Remarks |\n"
    "|---|---|---|---|---|---|---|\n";

/// A row of that table. `state`: see ListQuery::state_of().
std::string token_row(const truefoundry::AccessToken& token, std::string_view state, policy::Time now,
                      const policy::Seals& seal);
/// {id, name, created_at, expires_at, last_used_at, expired, state, type, owner, remarks}
Json token_json(const truefoundry::AccessToken& token, std::string_view state, policy::Time now,
                const policy::Seals& seal);

}  // namespace tfy::access_tokens
