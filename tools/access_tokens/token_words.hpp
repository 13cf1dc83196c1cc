// One access token, for people and for programs; never its value.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "policy/redacted.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::access_tokens {

inline constexpr std::string_view token_table_head =
    "| Name | ID | Created At | Expires At | Last Used | State | Remarks |\n"
    "|---|---|---|---|---|---|---|\n";

/// Writes tokens for one answer. Not to be kept: what many of them have in common is sealed once.
class TokenWriter {
public:
    TokenWriter(const policy::Seals& seal, policy::Time now) : seal_(seal.for_one_answer()), now_(now) {}

    struct Written {
        std::string row;  // of that table
        Json json;  // {id, name, created_at, expires_at, last_used_at, expired, state, type, owner, remarks}
    };
    /// `state`: see ListQuery::state_of().
    Written write(const truefoundry::AccessToken& token, std::string_view state);
    /// Until when a token of this state is written just so.
    policy::Time holds_until(const truefoundry::AccessToken& token) const;

private:
    Json in_common(const std::string& text);

    std::shared_ptr<const policy::Seals> seal_;
    policy::Time now_;
    std::unordered_map<std::string, Json> in_common_;  // types and owners, as they are shown
};

}  // namespace tfy::access_tokens
