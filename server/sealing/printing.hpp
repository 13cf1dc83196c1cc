// How commands print: sealed, and with nothing in it that a terminal would act on or that cannot be seen.
#pragma once

#include <iosfwd>

#include "policy/redaction/redactor.hpp"

namespace tfy::sealing {

/// Text for people, as it is but for characters that cannot be seen: those come out as ⟨U+202E⟩.
void print_text(std::ostream& out, const redaction::Redacted& text);
/// One line of JSON, in which they are escaped: the same value.
void print_json(std::ostream& out, const redaction::Redacted& document);

}  // namespace tfy::sealing
