// Other issuers' tokens, which have claim names in common with ours.
#pragma once

#include <string_view>
#include <vector>

#include "policy/redaction/index.hpp"

namespace tfy::redaction {

/// Takes hits of Index::find out again if they are in a whole JWT that is not one of ours: all that it
/// shares with a registered one are claim names and short values, such as {"iss":"http. One hit in its
/// signature, or inside of a longer value, and all of its hits stay.
void forgive_claim_names(std::string_view text, std::vector<Hit>& hits);

}  // namespace tfy::redaction
