// What the redactor knows across restarts: names, never values.
#pragma once

#include "server/cli/redact.hpp"

namespace tfy::cli {

/// The names that the state directory knows tokens by, a line each or as JSON; or forgets those of one name,
/// with a record in the journal. The exit code.
int run_known_tokens(const config::Options& options, const RedactOptions& redact, std::ostream& out,
                     std::ostream& err);

}  // namespace tfy::cli
