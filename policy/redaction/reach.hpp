// How far a value reaches around the windows that were found of it.
#pragma once

#include <span>
#include <string_view>

#include "policy/redaction/index.hpp"

namespace tfy::redaction {

/// Sorts `windows`, the hits of one index in `text`, each as wide as its window, and widens them.
///
/// Between a value's first and its last window nothing is guessed: what follows a whole value stays. Where
/// the window before or behind is missing, up to window_stride - 1 word_characters there may be the value's;
/// they go with it. A JWT's header goes with its payload, a name that the value holds with its secret.
void widen_to_values(std::string_view text, std::span<Hit> windows);

}  // namespace tfy::redaction
