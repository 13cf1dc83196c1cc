#include "server/people/terminal_requirements.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string>

#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::people {
namespace {

namespace fs = std::filesystem;

std::string words(const TerminalRequirements& requirements) {
    const auto window = std::chrono::floor<std::chrono::seconds>(requirements.claim_window).count();
    return std::string(requirements.tty ? "tty" : "-") + " " +
           (requirements.passphrase ? "passphrase" : "-") + " " + std::to_string(window) + "s\n";
}

/// What words() has written; everything is asked for if it has not.
TerminalRequirements read_words(std::string_view text) {
    const auto last = text.rfind(' ');
    if (last == std::string_view::npos || !text.ends_with('\n')) return {};
    const auto window = policy::read_duration(text.substr(last + 1, text.size() - last - 2));
    if (!window) return {};
    for (const bool tty : {false, true})
        for (const bool passphrase : {false, true})
            if (const TerminalRequirements found{tty, passphrase, *window}; words(found) == text)
                return found;
    return {};
}

/// nullopt: no server has kept any.
std::optional<TerminalRequirements> read(const fs::path& file) {
    const storage::OpenFile in(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!in && errno == ENOENT) return std::nullopt;
    std::array<char, 64> text{};
    const auto size = in ? ::read(in.get(), text.data(), text.size()) : -1;
    return read_words({text.data(), size > 0 ? static_cast<std::size_t>(size) : 0});
}

}  // namespace

TerminalRequirements requirements_of(const policy::Rules& rules) {
    return {rules.terminal_requires_tty, rules.terminal_requires_passphrase, rules.claim_window};
}

TerminalRequirements stricter(const TerminalRequirements& kept, const TerminalRequirements& of_rules) {
    return {kept.tty || of_rules.tty, kept.passphrase || of_rules.passphrase, kept.claim_window};
}

Result<void> keep_terminal_requirements(const fs::path& state_dir, const TerminalRequirements& of_rules) {
    const auto file = state_dir / "terminal";
    const auto known = read(file);
    auto kept = known ? stricter(*known, of_rules) : of_rules;
    kept.claim_window = of_rules.claim_window;
    if (known == kept) return {};
    if (storage::replace_private_file(file, words(kept))) return {};
    return storage::not_written("Cannot write " + file.string(), errno);
}

TerminalRequirements terminal_requirements(const fs::path& state_dir, const TerminalRequirements& of_rules) {
    const auto kept = read(state_dir / "terminal");
    return kept ? stricter(*kept, of_rules) : of_rules;
}

}  // namespace tfy::people
