#include "tools/own_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace tfy::tools {
namespace {

std::string& named_state_dir() {
    static std::string directory;
    return directory;
}

bool is_plain(char c) {
    constexpr std::string_view others = "_@%+=:,./-";
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || others.find(c) != std::string_view::npos;
}

std::string quoted_for_a_shell(std::string_view text) {
    if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

constexpr std::string_view name = "tfy-pat-mcp";

std::string& program() {
    static std::string command(name);
    return command;
}

/// The first one that a shell would find.
std::filesystem::path on_path() {
    const auto* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(':'), rest.size());
        const auto found = std::filesystem::path(rest.substr(0, end)) / name;
        if (::access(found.c_str(), X_OK) == 0) return found;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

}  // namespace

void commands_start_this_program() {
    std::error_code failed, ignored;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", failed);
    if (failed || std::filesystem::equivalent(on_path(), self, ignored)) return;
    program() = quoted_for_a_shell(self.string());
}

const std::string& own_program() { return program(); }

void commands_name(std::string state_dir) { named_state_dir() = std::move(state_dir); }

std::string own_command(std::string_view verbs) {
    auto command = own_program() + " " + std::string(verbs);
    const auto& directory = named_state_dir();
    return directory.empty() ? command : command + " --state-dir " + quoted_for_a_shell(directory);
}

}  // namespace tfy::tools
