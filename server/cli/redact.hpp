// `tfy-pat-mcp redact`: a filter for anyone's logs and transcripts.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "policy/redaction/redactor.hpp"
#include "server/cli/command_line.hpp"
#include "server/sealing/sealer.hpp"

namespace tfy::cli {

void add_redact(CommandLine& line);

struct RedactOptions {
    std::vector<std::string> files = {};  // "-" is standard input; none: standard input alone
    bool check = false;                   // say where tokens are, write nothing else
    bool json = false;                    // with `check`: findings as JSON lines; with `known`: JSON
    bool known = false;                   // list the names that tokens are known by, instead
    std::string forget = {};              // forget the tokens of that name, instead
};

/// The exit code of a check that failed.
inline constexpr int check_trouble = 2;

/// The tokens of the state directory, and the key of TFY_API_KEY or TFY_API_KEY_FILE where there is one.
/// Errc::not_found if that would be none at all, or the directory that was asked for is not there;
/// Errc::storage; Errc::refused if a key file cannot be read.
Result<sealing::Sealer::Shared> known_tokens(const config::Options& options);

/// The files one after the other to the descriptor `out`, every byte as it is but for tokens, in whose place
/// marks stand; what is compressed goes through as it is, and that is said and a failure. With `check` only
/// findings: "FILE:LINE: TECHNIQUE: NAME". The exit code: 0 done, 1 failed; with `check` as grep has it: 0
/// nothing found, 1 something found, check_trouble where not everything could be searched or told, whatever
/// was found. `err` says why and how far it came.
int run_redact(const redaction::Redactor& redactor, const RedactOptions& options, int out, std::ostream& err);

}  // namespace tfy::cli
