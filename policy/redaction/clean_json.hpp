// Writes JSON and looks at each string on its way out: one walk for the messages that have nothing to take
// out.
#pragma once

#include <optional>
#include <string>

#include "policy/redaction/scrub.hpp"
#include "protocol/member_order.hpp"

namespace tfy::redaction {

/// The message as Json::dump() writes it, or with its members in `order` (Redactor::seal); nullopt if
/// something has to be taken out of it, or repaired, or cut.
std::optional<std::string> write_clean(const Json& message, Scrubber& scrubber,
                                       const protocol::MemberOrder& order = {});

}  // namespace tfy::redaction
