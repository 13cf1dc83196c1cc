// The hosts that we set up: where each keeps its servers, and how it writes one.
#pragma once

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::setup {

enum class OperatingSystem { linux_like, macos, windows };

OperatingSystem this_system();

/// Where a host's file is looked for.
struct Surroundings {
    OperatingSystem system = OperatingSystem::linux_like;
    std::filesystem::path home = {};
    std::function<std::string(const char*)> variable = {};  // empty text: not set
};

enum class FileFormat { json, toml, yaml };

/// How the host starts our program, or where it finds it.
struct HostConnection {
    std::string program = {};  // absolute
    std::vector<std::string> arguments = {};
    std::vector<std::pair<std::string, std::string>> environment = {};
    std::string url = {};    // not empty: over HTTP, and all above does not count
    bool shows_key = false;  // over HTTP: the server takes only who shows a key
};

/// The variable in which a host finds the key that it shows over HTTP.
inline constexpr std::string_view key_variable = "TFY_PAT_MCP_TOKEN";

/// By what VS Code asks the person for the key, and keeps it as a secret: an item of its list "inputs", and
/// what an entry has in place of the answer.
inline constexpr std::string_view inputs_list = "inputs", key_answer = "${input:tfy_pat_mcp_token}";
nlohmann::ordered_json key_input();

struct HostDefinition {
    std::string_view id;    // "claude-code"
    std::string_view name;  // "Claude Code"
    FileFormat format;
    std::string_view section;
    std::string_view then;  // what the person does next
    // What `serve --callers oauth` needs for it: none where serve knows the document that it publishes.
    std::string_view oauth_options = "--oauth-registration";
};

std::span<const HostDefinition> all_hosts();

/// nullptr if there is none of that id.
const HostDefinition* find_host(std::string_view id);

/// The person's own file, which no one else shares. Errc::refused if its folder cannot be known.
Result<std::filesystem::path> file_of(const HostDefinition& host, const Surroundings& around);

/// As the host's file has it; a key is named, and never in it. Errc::refused if the host cannot connect so.
Result<nlohmann::ordered_json> entry_of(const HostDefinition& host, const HostConnection& connection);

}  // namespace tfy::setup
