// What people and models are told about a rotation, before and after its first half.
#pragma once

#include "tools/access_tokens/create_words.hpp"
#include "tools/access_tokens/rotate.hpp"

namespace tfy::access_tokens {

/// Both halves, the old token as a deletion shows it and the new one as a creation does.
policy::Facts describe_rotation(const truefoundry::AccessToken& old, const RotationPlan& plan,
                                const std::string& reason, const tools::KeyFacts& key, policy::Time now,
                                const policy::Seals& seal);

/// `begun`: an error if the second half could not be written down.
tools::ToolResult report_rotation(const Created& created, const RotationPlan& plan,
                                  const Result<Rotation>& begun, policy::Time now, const policy::Seals& seal);
/// Makes `report` say what becomes of its old token; `words`: other ones than describe() has. What it says of
/// the value comes first: see tell_value().
void tell_old_token(tools::ToolResult& report, const Rotation& written, const policy::Seals& seal,
                    std::string words = {});

}  // namespace tfy::access_tokens
