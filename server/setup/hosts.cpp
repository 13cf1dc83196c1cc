#include "server/setup/hosts.hpp"

#include <algorithm>
#include <array>

#include "server/setup/config_text.hpp"

namespace tfy::setup {
namespace {

namespace fs = std::filesystem;
using Entry = nlohmann::ordered_json;

constexpr std::string_view start_new_session = "Start a new session.";

constexpr std::array<HostDefinition, 9> hosts{{
    {"claude-code", "Claude Code", FileFormat::json, "mcpServers",
     "Start a new session. /mcp lists the server.", ""},
    {"claude-desktop", "Claude Desktop", FileFormat::json, "mcpServers",
     "Quit Claude Desktop and start it again.", ""},
    {"cursor", "Cursor", FileFormat::json, "mcpServers",
     "Switch the server on in Cursor's settings, under MCP.",
     "--oauth-registration --oauth-redirect-scheme cursor"},
    {"vscode", "VS Code", FileFormat::json, "servers", "Run \"MCP: List Servers\" and start the server.", ""},
    {"codex", "Codex", FileFormat::toml, "mcp_servers", start_new_session, ""},
    {"gemini", "Gemini CLI", FileFormat::json, "mcpServers", start_new_session},
    {"goose", "Goose", FileFormat::yaml, "extensions", start_new_session},
    {"zed", "Zed", FileFormat::json, "context_servers", "Zed starts the server when its agent panel opens."},
    {"windsurf", "Windsurf", FileFormat::json, "mcpServers",
     "Refresh the list of servers in Windsurf's settings."},
}};

/// A folder that a variable names if it is absolute; else the usual one.
fs::path folder_of(const Surroundings& around, const char* variable, const fs::path& usual) {
    const fs::path named = around.variable(variable);
    return named.is_absolute() ? named : usual;
}

/// Where programs of the desktop keep their settings.
fs::path settings_folder(const Surroundings& around) {
    switch (around.system) {
        case OperatingSystem::macos: return around.home / "Library/Application Support";
        case OperatingSystem::windows: return around.variable("APPDATA");
        case OperatingSystem::linux_like: break;
    }
    return folder_of(around, "XDG_CONFIG_HOME", around.home / ".config");
}

/// Programs that keep to ~/.config on macOS, too.
fs::path unix_settings_folder(const Surroundings& around) {
    if (around.system == OperatingSystem::macos) return around.home / ".config";
    return settings_folder(around);
}

fs::path path_of(std::string_view id, const Surroundings& around) {
    const auto& home = around.home;
    const bool windows = around.system == OperatingSystem::windows;
    if (id == "claude-code") return folder_of(around, "CLAUDE_CONFIG_DIR", home) / ".claude.json";
    if (id == "claude-desktop") return settings_folder(around) / "Claude/claude_desktop_config.json";
    if (id == "cursor") return home / ".cursor/mcp.json";
    if (id == "vscode") return settings_folder(around) / "Code/User/mcp.json";
    if (id == "codex") return folder_of(around, "CODEX_HOME", home / ".codex") / "config.toml";
    if (id == "gemini") return home / ".gemini/settings.json";
    if (id == "goose" && windows) return settings_folder(around) / "Block/goose/config/config.yaml";
    if (id == "goose") return unix_settings_folder(around) / "goose/config.yaml";
    if (id == "zed") return unix_settings_folder(around) / (windows ? "Zed" : "zed") / "settings.json";
    return home / ".codeium/windsurf/mcp_config.json";
}

/// Each variable to its value, as all but Goose name it.
Entry environment_of(const HostConnection& connection) {
    Entry variables = Entry::object();
    for (const auto& [name, value] : connection.environment) variables[name] = value;
    return variables;
}

Entry at_address(const HostDefinition& host, const std::string& url) {
    if (host.id == "claude-code" || host.id == "vscode") return {{"type", "http"}, {"url", url}};
    if (host.id == "gemini") return {{"httpUrl", url}};
    if (host.id == "windsurf") return {{"serverUrl", url}};
    if (host.id == "goose")
        return {{"enabled", true},
                {"type", "streamable_http"},
                {"name", entry_name},
                {"uri", url},
                {"timeout", 300}};
    return {{"url", url}};
}

/// What the host replaces by the key when it connects; empty if it replaces nothing.
std::string stand_in_for_key(std::string_view id) {
    const std::string name(key_variable);
    if (id == "claude-code") return "${" + name + "}";
    if (id == "cursor" || id == "windsurf") return "${env:" + name + "}";
    if (id == "gemini") return "$" + name;
    return std::string(id == "vscode" ? key_answer : "");
}

Result<Entry> over_http(const HostDefinition& host, const HostConnection& connection) {
    const std::string name(host.name);
    if (host.id == "claude-desktop")
        return Error{Errc::refused,
                     "Claude Desktop's file takes no addresses: it reaches servers over HTTP only as "
                     "connectors, from Anthropic's machines. Nothing was written. Run the command again "
                     "without --serve."};
    auto entry = at_address(host, connection.url);
    if (!connection.shows_key) return entry;
    if (host.id == "codex") {
        entry["bearer_token_env_var"] = std::string(key_variable);
        return entry;
    }
    const auto stand_in = stand_in_for_key(host.id);
    if (stand_in.empty())
        return Error{Errc::refused,
                     name +
                         " replaces no variables in its file, so the key itself would have to be there. "
                         "Nothing was written. Start serve with --callers oauth, so that " +
                         name +
                         " signs in by itself, and run the command again with --callers oauth; or run it "
                         "without --serve."};
    entry["headers"]["Authorization"] = "Bearer " + stand_in;
    return entry;
}

}  // namespace

OperatingSystem this_system() {
#if defined(__APPLE__)
    return OperatingSystem::macos;
#elif defined(_WIN32)
    return OperatingSystem::windows;
#else
    return OperatingSystem::linux_like;
#endif
}

std::span<const HostDefinition> all_hosts() { return hosts; }

const HostDefinition* find_host(std::string_view id) {
    const auto* const found = std::ranges::find(hosts, id, &HostDefinition::id);
    return found == hosts.end() ? nullptr : &*found;
}

Entry key_input() {
    return {{"type", "promptString"},
            {"id", "tfy_pat_mcp_token"},
            {"description", "The key for tfy-pat-mcp (made with keys create)"},
            {"password", true}};
}

Result<fs::path> file_of(const HostDefinition& host, const Surroundings& around) {
    auto path = path_of(host.id, around);
    if (!around.home.empty() && !path.empty() &&
        (path.has_root_path() || around.system == OperatingSystem::windows))
        return path;
    return Error{Errc::refused, "The home folder is not known, so the file of " + std::string(host.name) +
                                    " cannot be found. Nothing was written. Set HOME."};
}

Result<Entry> entry_of(const HostDefinition& host, const HostConnection& connection) {
    if (!connection.url.empty()) return over_http(host, connection);
    if (host.id == "goose")
        return Entry{{"enabled", true},
                     {"type", "stdio"},
                     {"name", entry_name},
                     {"cmd", connection.program},
                     {"args", connection.arguments},
                     {"envs", environment_of(connection)},
                     {"timeout", 300}};
    Entry entry = Entry::object();
    if (host.id == "claude-code" || host.id == "vscode") entry["type"] = "stdio";
    entry["command"] = connection.program;
    entry["args"] = connection.arguments;
    if (!connection.environment.empty()) entry["env"] = environment_of(connection);
    return entry;
}

}  // namespace tfy::setup
