// The doctor on what is on this machine: state directory, rules, journal.
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>
#include <system_error>

#include "server/cli/audit.hpp"
#include "server/cli/doctor_checks.hpp"
#include "server/notify/webhook_target.hpp"
#include "server/parts.hpp"

namespace tfy::server {
namespace {

namespace fs = std::filesystem;
using Level = Finding::Level;

constexpr auto what = "state directory";
constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t too_little = 16 * mebibyte, little = 256 * mebibyte;

std::string octal(mode_t mode) {
    std::ostringstream text;
    text << '0' << std::oct << (mode & 0777U);
    return text.str();
}

fs::path existing_part(fs::path path) {
    std::error_code ignored;
    while (!fs::exists(path, ignored) && path.has_parent_path() && path != path.parent_path())
        path = path.parent_path();
    return path;
}

Finding space_at(const fs::path& path) {
    struct statvfs disk = {};
    if (::statvfs(path.c_str(), &disk) != 0)
        return {Level::warning, "disk space", "it cannot be told for " + path.string()};
    const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const auto words = std::to_string(free / mebibyte) + " MiB are free at " + path.string();
    const auto todo = "Make room: what cannot be journalled does not run.";
    if (free < too_little) return {Level::broken, "disk space", words, todo};
    if (free < little) return {Level::warning, "disk space", words, todo};
    return {Level::ok, "disk space", words};
}

Finding not_there_yet(const fs::path& path) {
    const auto above = existing_part(path);
    if (::access(above.c_str(), W_OK | X_OK) == 0)
        return {Level::ok, what, path.string() + " is not there yet: the first start makes it"};
    return {Level::broken, what,
            path.string() + " is not there, and this user cannot write into " + above.string(),
            "Give --state-dir, or the right to write there."};
}

Finding judge(const fs::path& path, const struct stat& found) {
    const auto name = path.string();
    if (!S_ISDIR(found.st_mode))
        return {Level::broken, what, name + " is no folder", "Give another --state-dir."};
    if (found.st_uid != ::geteuid())
        return {Level::broken, what,
                name + " belongs to another user (uid " + std::to_string(found.st_uid) + ")",
                "Start the server as that user, or give another --state-dir."};
    std::error_code ignored;
    if ((found.st_mode & 077U) != 0 && !fs::is_empty(path, ignored))
        return {Level::broken, what,
                "other users may look into " + name + " (mode " + octal(found.st_mode) + ")",
                "Run chmod 700 on it."};
    if (::access(path.c_str(), R_OK | W_OK | X_OK) != 0)
        return {Level::broken, what,
                name + " cannot be written (" + std::generic_category().message(errno) + ")",
                "Give this user its rights back, or another --state-dir."};
    return {Level::ok, what, name + " (mode " + octal(found.st_mode) + ")"};
}

}  // namespace

Findings look_at_state(const fs::path& state_dir) {
    struct stat found = {};
    const bool there = ::stat(state_dir.c_str(), &found) == 0;
    return {there ? judge(state_dir, found) : not_there_yet(state_dir), space_at(existing_part(state_dir))};
}

Finding look_at_rules(const std::string& file, std::optional<policy::Rules>& rules) {
    const auto todo = "Correct it; tfy-pat-mcp policy check reads it in the same way.";
    auto read = load_rules(file);
    if (!read) return {Level::broken, "rules", read.error().message, todo};
    if (const auto webhooks = open_webhooks(read->webhooks); !webhooks)
        return {Level::broken, "rules", webhooks.error().message, todo};
    const auto count = std::to_string(read->rules.size()) + " rules, ";
    rules = std::move(*read);
    return {Level::ok, "rules", count + (file.empty() ? std::string("built in") : file)};
}

Finding look_at_journal(const fs::path& state_dir) {
    std::error_code ignored;
    if (!fs::exists(state_dir / "ledger.db", ignored))
        return {Level::ok, "journal", "there is none yet: nothing has run here"};
    std::ostringstream out, err;
    if (run_audit({.verb = AuditOptions::Verb::verify, .state_dir = state_dir}, out, err) != 0)
        return {Level::broken, "journal", err.str(), "See docs/security.md on what audit verify finds."};
    const auto said = out.str();
    return {Level::ok, "journal", said.substr(0, said.find('\n'))};
}

}  // namespace tfy::server
