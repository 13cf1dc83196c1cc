// `tfy-pat-mcp doctor`: what is configured, what works, and what an approval proves here. It leaves nothing
// behind, and asks TrueFoundry for one token's name at the most.
#pragma once

#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "server/config/config.hpp"
#include "server/config/setting_origins.hpp"

namespace tfy::doctor {

struct CheckResult {
    enum class Level { ok, warning, broken };
    Level level = Level::ok;
    std::string what;
    std::string why = {};
    std::string todo = {};   // sentences; empty if it is ok and nothing needs to be done
    std::string cause = {};  // what is not ok about TrueFoundry, in a word for programs: "key_refused"
};

using CheckResults = std::vector<CheckResult>;

struct DoctorOptions {
    config::Options server = {};  // as a server would have them
    std::vector<config::Setting> settings = {};
    std::filesystem::path home = {};
    std::filesystem::path folder = {};  // the current one
    bool json = false;
    bool offline = false;         // TrueFoundry is left out, and the key to it
    bool asked_by_serve = false;  // or by stdio --listen: it runs like this, and has the port already
};

/// What is broken first, then warnings, then what is fine: "ok what — why", and what to do below; or one JSON
/// document {findings, settings, broken, warnings}. The exit code: 1 where anything is broken, and so
/// wherever a start would refuse: what a start reads and tries is read and tried by the same functions.
int run_doctor(const DoctorOptions& options, std::ostream& out);

}  // namespace tfy::doctor
