// What people and models are told about a creation, before and after it.
#pragma once

#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/creation.hpp"

namespace tfy::access_tokens {

/// Read from upstream; what the call says itself is no fact about it.
inline constexpr auto name_is_free = "Name is free";

/// "Expires: Never. Type: the tenant's default. Owner: team "platform"."
std::string terms_of(const CreateAccessToken::Args& args, policy::Time now);

/// What the caller chose stands in the effect and in the arguments, not among the facts.
policy::Facts describe_creation(const CreateAccessToken::Args& args, policy::Time now);

/// What speaks against asking for this: no expiry or a long life, a use that is better served by a virtual
/// account. The person sees it before, the agent after.
std::vector<std::string> warnings_about(const CreateAccessToken::Args& args, policy::Time now);

/// What the user has to do to see a value that is for them and not for the agent: "Tell the user: open …
/// within 10 minutes to see and save the value."
std::string how_a_person_sees(const tools::WayToValue& way, policy::Duration left);
tools::ToolResult report_creation(const Created& created, policy::Time now);
/// `report` is of a token whose value no longer waits: it says what became of the value, and no more how to
/// see it.
void tell_value_is_over(tools::ToolResult& report, tools::EscrowState fate);
/// Adds `warnings` to the report, for the agent to pass on.
void add_warnings(tools::ToolResult& report, const std::vector<std::string>& warnings);

}  // namespace tfy::access_tokens
