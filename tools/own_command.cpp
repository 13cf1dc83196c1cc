#include "tools/own_command.hpp"

#include <algorithm>
#include <cctype>

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

constexpr std::string_view name = "tfy-pat-mcp";

std::string& program() {
    static std::string command(name);
    return command;
}

}  // namespace

std::string quoted_for_a_shell(std::string_view text) {
    if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
    std::string quoted = "'";
    for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return quoted + "'";
}

void commands_start(const std::string& path) { program() = quoted_for_a_shell(path); }

const std::string& own_program() { return program(); }

void commands_name(std::string state_dir) { named_state_dir() = std::move(state_dir); }

std::string own_command(std::string_view verbs) {
    auto command = own_program() + " " + std::string(verbs);
    const auto& directory = named_state_dir();
    return directory.empty() ? command : command + " --state-dir " + quoted_for_a_shell(directory);
}

}  // namespace tfy::tools
