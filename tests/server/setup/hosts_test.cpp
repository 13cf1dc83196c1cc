// Where each host keeps its servers, by operating system.
#include "server/setup/hosts.hpp"

#include <doctest/doctest.h>

#include <map>

namespace tfy::server_tests::hosts_test {
namespace {

using setup::OperatingSystem;

std::string path(std::string_view host, OperatingSystem system,
                 std::map<std::string, std::string> variables = {}) {
    const auto found = setup::file_of(
        *setup::find_host(host),
        {.system = system, .home = "/h", .variable = [&](const char* name) { return variables[name]; }});
    return found ? found->generic_string() : found.error().message;
}

TEST_CASE("setup: a host's file is found for each operating system") {
    struct Row {
        std::string_view host, on_linux, on_macos, on_windows;
    };
    const Row rows[] = {
        {"claude-code", "/h/.claude.json", "/h/.claude.json", "/h/.claude.json"},
        {"claude-desktop", "/h/.config/Claude/claude_desktop_config.json",
         "/h/Library/Application Support/Claude/claude_desktop_config.json",
         "/a/Claude/claude_desktop_config.json"},
        {"cursor", "/h/.cursor/mcp.json", "/h/.cursor/mcp.json", "/h/.cursor/mcp.json"},
        {"vscode", "/h/.config/Code/User/mcp.json", "/h/Library/Application Support/Code/User/mcp.json",
         "/a/Code/User/mcp.json"},
        {"codex", "/h/.codex/config.toml", "/h/.codex/config.toml", "/h/.codex/config.toml"},
        {"gemini", "/h/.gemini/settings.json", "/h/.gemini/settings.json", "/h/.gemini/settings.json"},
        {"goose", "/h/.config/goose/config.yaml", "/h/.config/goose/config.yaml",
         "/a/Block/goose/config/config.yaml"},
        {"zed", "/h/.config/zed/settings.json", "/h/.config/zed/settings.json", "/a/Zed/settings.json"},
        {"windsurf", "/h/.codeium/windsurf/mcp_config.json", "/h/.codeium/windsurf/mcp_config.json",
         "/h/.codeium/windsurf/mcp_config.json"},
    };
    CHECK(std::size(rows) == setup::all_hosts().size());
    for (const auto& row : rows) {
        CAPTURE(row.host);
        CHECK(path(row.host, OperatingSystem::linux_like) == row.on_linux);
        CHECK(path(row.host, OperatingSystem::macos) == row.on_macos);
        CHECK(path(row.host, OperatingSystem::windows, {{"APPDATA", "/a"}}) == row.on_windows);
    }
}

TEST_CASE("setup: a host's own variables move its file; a relative folder does not") {
    constexpr auto system = OperatingSystem::linux_like;
    CHECK(path("codex", system, {{"CODEX_HOME", "/c"}}) == "/c/config.toml");
    CHECK(path("claude-code", system, {{"CLAUDE_CONFIG_DIR", "/c"}}) == "/c/.claude.json");
    CHECK(path("zed", system, {{"XDG_CONFIG_HOME", "/x"}}) == "/x/zed/settings.json");
    CHECK(path("zed", system, {{"XDG_CONFIG_HOME", "x"}}) == "/h/.config/zed/settings.json");
    CHECK(path("zed", OperatingSystem::macos, {{"XDG_CONFIG_HOME", "/x"}}) == "/h/.config/zed/settings.json");
}

TEST_CASE("setup: an address is written under the key that the host reads") {
    const auto entry = [](std::string_view host) {
        const auto found = setup::entry_of(*setup::find_host(host), {.url = "http://127.0.0.1:8780/mcp"});
        return found ? found->dump() : found.error().message.substr(0, 42);
    };
    CHECK(entry("claude-code") == R"({"type":"http","url":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("vscode") == R"({"type":"http","url":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("cursor") == R"({"url":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("codex") == R"({"url":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("zed") == R"({"url":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("gemini") == R"({"httpUrl":"http://127.0.0.1:8780/mcp"})");
    CHECK(entry("windsurf") == R"({"serverUrl":"http://127.0.0.1:8780/mcp"})");
    CHECK(
        entry("goose") ==
        R"({"enabled":true,"type":"streamable_http","name":"tfy-pat-mcp","uri":"http://127.0.0.1:8780/mcp","timeout":300})");
    CHECK(entry("claude-desktop") == "Claude Desktop's file takes no addresses: ");
}

TEST_CASE("setup: a key is named as each host replaces it, and never written") {
    const auto entry = [](std::string_view host) {
        const auto found =
            setup::entry_of(*setup::find_host(host), {.url = "https://t.example.com/mcp", .shows_key = true});
        return found ? found->dump() : found.error().message;
    };
    const auto with_header = [](const std::string& before, const std::string& stand_in) {
        return "{" + before + R"(:"https://t.example.com/mcp","headers":{"Authorization":"Bearer )" +
               stand_in + "\"}}";
    };
    CHECK(entry("claude-code") == with_header(R"("type":"http","url")", "${TFY_PAT_MCP_TOKEN}"));
    CHECK(entry("vscode") == with_header(R"("type":"http","url")", "${input:tfy_pat_mcp_token}"));
    CHECK(entry("cursor") == with_header(R"("url")", "${env:TFY_PAT_MCP_TOKEN}"));
    CHECK(entry("windsurf") == with_header(R"("serverUrl")", "${env:TFY_PAT_MCP_TOKEN}"));
    CHECK(entry("gemini") == with_header(R"("httpUrl")", "$TFY_PAT_MCP_TOKEN"));
    CHECK(entry("codex") ==
          R"({"url":"https://t.example.com/mcp","bearer_token_env_var":"TFY_PAT_MCP_TOKEN"})");
    for (const auto* host : {"zed", "goose", "claude-desktop"}) {
        CAPTURE(host);
        CHECK(entry(host).find("Nothing was written. ") != std::string::npos);
        CHECK(entry(host).find("without --serve.") != std::string::npos);
    }
    const auto id = setup::key_input().at("id").get<std::string>();
    CHECK(std::string(setup::key_answer) == "${input:" + id + "}");
}

}  // namespace
}  // namespace tfy::server_tests::hosts_test
