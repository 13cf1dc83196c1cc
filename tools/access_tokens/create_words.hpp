// What people and models are told about a creation, before and after it.
#pragma once

#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/creation.hpp"

namespace tfy::access_tokens {

/// Read from upstream; what the call says itself is no fact about it.
inline constexpr auto name_is_free = "Name is free";

/// "Expires: Never. Type: the tenant's default. Owner: team "platform"." Without team and account it is the
/// user of `key`, with which it is made.
std::string terms_of(const CreateAccessToken::Args& args, const tools::KeyFacts& key, policy::Time now,
                     const policy::Seals& seal);

/// What the caller chose is in the effect and in the arguments, not among the facts.
policy::Facts describe_creation(const CreateAccessToken::Args& args, const tools::KeyFacts& key,
                                policy::Time now, const policy::Seals& seal);

/// What speaks against asking for this: no expiry or a long life, a use that is better served by a virtual
/// account. The person sees it before, the agent after.
std::vector<std::string> warnings_about(const CreateAccessToken::Args& args, policy::Time now);

/// `value_state` among its members says what is so of the value: waits, waits_elsewhere, shown, expired or
/// lost.
tools::ToolResult report_creation(const Created& created, policy::Time now, const policy::Seals& seal);
/// Makes `report` say what is so of the value now: how to see it and how long that takes, or what became of
/// it. Nothing for reports without a value.
void tell_value(tools::ToolResult& report, tools::EscrowState fate, policy::Time now);
/// What is to be done now about the value of `structured`, as report_creation() wrote it; empty if it has
/// none. "Tell the user: open … within 10 minutes to see and save the value."
std::string what_to_do(const Json& structured, policy::Time now);
/// For a value in another process: how it is reached from there.
std::string through_its_holder(const std::string& reveal_id);
/// Adds `warnings` to the report, for the agent to pass on.
void add_warnings(tools::ToolResult& report, const std::vector<std::string>& warnings);

}  // namespace tfy::access_tokens
