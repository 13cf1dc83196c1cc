#include "server/storage/terminal_demands.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::server {
namespace {

namespace fs = std::filesystem;

std::string words(TerminalDemands demands) {
    return std::string(demands.tty ? "tty" : "-") + " " + (demands.passphrase ? "passphrase" : "-") + "\n";
}

/// nullopt: no server has kept any.
std::optional<TerminalDemands> read(const fs::path& file) {
    const OpenFile in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!in && errno == ENOENT) return std::nullopt;
    std::array<char, 64> text{};
    const auto size = in ? ::read(in.get(), text.data(), text.size()) : -1;
    const std::string_view found(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    for (const bool tty : {false, true})
        for (const bool passphrase : {false, true})
            if (found == words({tty, passphrase})) return TerminalDemands{tty, passphrase};
    return TerminalDemands{};
}

}  // namespace

TerminalDemands demands_of(const policy::Rules& rules) {
    return {rules.terminal_requires_tty, rules.terminal_requires_passphrase};
}

TerminalDemands stricter(TerminalDemands one, TerminalDemands other) {
    return {one.tty || other.tty, one.passphrase || other.passphrase};
}

Result<void> keep_terminal_demands(const fs::path& state_dir, TerminalDemands of_rules) {
    const auto file = state_dir / "terminal";
    const auto known = read(file);
    const auto kept = known ? stricter(*known, of_rules) : of_rules;
    if (known == kept) return {};
    if (replace_private_file(file, words(kept))) return {};
    return Error{Errc::storage, "Cannot write " + file.string() + " (" +
                                    std::generic_category().message(errno) + "); nothing was run."};
}

TerminalDemands terminal_demands(const fs::path& state_dir, TerminalDemands of_rules) {
    const auto kept = read(state_dir / "terminal");
    return kept ? stricter(*kept, of_rules) : of_rules;
}

}  // namespace tfy::server
