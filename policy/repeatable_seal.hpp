// The sealed state that is the same text each time: for what is given out again and again and tells nothing
// by being the same, such as the place where a page of a list ended.
#pragma once

#include "policy/sealed_state.hpp"

namespace tfy::policy {

/// As seal_state(), and open_state() opens it. Its nonce is made of the state by a key of its own (BLAKE2b),
/// so two states never share one.
std::string seal_repeatably(const Json& state, std::string_view purpose, const SealKey& key);

}  // namespace tfy::policy
