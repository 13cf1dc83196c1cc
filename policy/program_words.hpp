// What people read of the program that asks.
#pragma once

#include <string>

#include "policy/call.hpp"
#include "policy/redacted.hpp"

namespace tfy::policy {

/// `claude.ai, which calls itself "Claude"`: the host leads, since the name is only the program's word,
/// unless the operator gave it. Empty if nothing is known of it. Safe to look at.
std::string program_words(const Program& program, const Seals& seal);

}  // namespace tfy::policy
