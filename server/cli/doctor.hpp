// `tfy-pat-mcp doctor`: what is configured, what works, and what an approval proves here. It changes nothing
// and asks TrueFoundry for one token's name at the most.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "server/cli/settings.hpp"
#include "server/config.hpp"

namespace tfy::server {

struct Finding {
    enum class Level { ok, warning, broken };
    Level level = Level::ok;
    std::string what;
    std::string why = {};
    std::string todo = {};  // empty: nothing
};

struct DoctorOptions {
    Options server = {};  // as a server would have them
    std::vector<Setting> settings = {};
    std::filesystem::path home = {};
    std::filesystem::path folder = {};  // the current one
    bool json = false;
};

/// One line a finding, "ok what — why", or one JSON document {findings, settings, broken}. The exit code: 1
/// where anything is broken.
int run_doctor(const DoctorOptions& options, std::ostream& out);

}  // namespace tfy::server
