// What the last server on a state directory was started with, for commands that are not told.
#pragma once

#include <filesystem>
#include <string>

#include "policy/key_identity.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

/// The file `rules` in the state directory. `policy` is what --policy says; empty: the built-in rules.
/// Errc::storage.
Result<void> keep_rules_file(const std::filesystem::path& state_dir, const std::string& policy);

/// Its absolute name; empty for the built-in rules, and if no server has kept any.
std::string rules_file_of_server(const std::filesystem::path& state_dir);

/// Where a server's calls go, and with whose key.
struct ControlPlaneInUse {
    std::string base_url = {};  // empty: there is none, or no server has kept any
    policy::KeyIdentity holder = {};

    bool operator==(const ControlPlaneInUse&) const = default;
};

/// The file `control_plane` in the state directory. Errc::storage.
Result<void> keep_control_plane(const std::filesystem::path& state_dir, const ControlPlaneInUse& in_use);

/// Empty if no server has kept any.
ControlPlaneInUse control_plane_of_server(const std::filesystem::path& state_dir);

}  // namespace tfy::storage
