// `setup`: puts this server into a host's settings, and takes it out again.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/setup/hosts.hpp"

namespace tfy::setup {

struct SetupPlan {
    std::string host = {};  // an id; empty: tells of all hosts
    bool remove = false;
    bool dry_run = false;
    HostConnection connection = {};       // not read to remove
    std::vector<std::string> notes = {};  // what the person has to know or do once it is written
};

/// What is in a host's file.
struct HostState {
    const HostDefinition* host = nullptr;
    std::filesystem::path file = {};
    std::string_view is = {};  // "set_up", "not_set_up", "no_file" or "unreadable"
    std::string said = {};     // the same for people, with the file and, if it cannot be read, why
};

/// Of all hosts. Errc::refused if a folder cannot be known.
Result<std::vector<HostState>> host_states(const Surroundings& around);

/// Seals the text and prints it.
using Printer = std::function<void(std::string_view)>;

/// Says on `out` what it changes in which file. Where an entry is there already, it changes nothing.
/// Errc::refused, Errc::conflict or Errc::storage with the whole reason; then nothing was changed.
Result<void> run_setup(const SetupPlan& plan, const Surroundings& around, const Printer& out);

}  // namespace tfy::setup
