// How commands print: sealed, and with nothing in it that a terminal would act on or that cannot be seen.
#pragma once

#include <iosfwd>
#include <string_view>

#include "policy/redaction/redactor.hpp"

namespace tfy::sealing {

/// Text for people, as it is but for characters that cannot be seen: those come out as ⟨U+202E⟩.
void print_text(std::ostream& out, const redaction::Redactor& redactor, std::string_view text);
/// One line of JSON, in which they are escaped: the same value.
void print_json(std::ostream& out, const redaction::Redactor& redactor, const Json& document);
/// "tfy-pat-mcp: " and the message, where nothing is known yet to redact.
void print_error(std::ostream& errors, std::string_view message);

}  // namespace tfy::sealing
