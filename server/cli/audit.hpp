// `tfy-pat-mcp audit`: is the journal whole, and what does it say.
#pragma once

#include <filesystem>
#include <ostream>

#include "server/cli/command_line.hpp"

namespace tfy::cli {

void add_audit(CommandLine& line);

struct AuditOptions {
    enum class Verb { verify, export_all, begin_anew };
    Verb verb = Verb::verify;
    std::filesystem::path state_dir = {};
    bool json = false;  // of verify
};

/// verify: says how many records hold together and the last hash, or where the chain is broken. export_all:
/// one JSON object a line, oldest first. begin_anew: a new journal in the place of one that is lost
/// (server/storage/lost_journal.hpp). The exit code: 0 done, 1 failed or broken.
int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err);

}  // namespace tfy::cli
