#include "server/doctor/doctor_state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "policy/principals.hpp"
#include "server/app/archive.hpp"
#include "server/app/services.hpp"
#include "server/config/path_text.hpp"
#include "server/doctor/doctor_finding.hpp"
#include "server/storage/journal_check.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/lost_journal.hpp"
#include "server/storage/open_file.hpp"
#include "server/storage/private_files.hpp"
#include "server/storage/state_use.hpp"
#include "server/storage/token_store.hpp"
#include "server/system/descriptors.hpp"
#include "server/system/progress.hpp"
#include "tools/own_command.hpp"

namespace tfy::doctor {
namespace {

namespace fs = std::filesystem;
using Level = CheckResult::Level;

constexpr auto what = "state directory";
constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t too_little = 16 * mebibyte, little = 256 * mebibyte;

fs::path existing_part(fs::path path) {
    std::error_code ignored;
    while (!fs::exists(path, ignored) && path.has_parent_path() && path != path.parent_path())
        path = path.parent_path();
    return path;
}

CheckResult space_at(const fs::path& path) {
    struct statvfs disk = {};
    if (::statvfs(path.c_str(), &disk) != 0)
        return {Level::warning, "disk space", "it could not be determined for " + path.string(),
                "Check it yourself: calls that cannot be journalled do not run."};
    const auto free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    const auto words = std::to_string(free / mebibyte) + " MiB are free at " + path.string();
    const auto todo = "Free some space: calls that cannot be journalled do not run.";
    if (free < too_little) return {Level::broken, "disk space", words, todo};
    if (free < little) return {Level::warning, "disk space", words, todo};
    return {Level::ok, "disk space", words};
}

constexpr std::string_view passing_names = ".tfy-pat-mcp-doctor-";

/// `folder`, locked for this process; an empty file where there are no such locks; nullopt while another
/// process has it, or once it is gone.
std::optional<storage::OpenFile> locked_folder(const fs::path& folder) {
    storage::OpenFile file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!file) return errno == ENOENT ? std::nullopt : std::optional(storage::OpenFile());
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? std::nullopt : std::optional(storage::OpenFile());
    struct stat named = {}, held = {};
    const bool there = ::stat(folder.c_str(), &named) == 0 && ::fstat(file.get(), &held) == 0 &&
                       named.st_ino == held.st_ino && named.st_dev == held.st_dev;
    if (!there) return std::nullopt;
    return file;
}

/// A folder of our own that is gone with all that is in it when this ends. One that a killed process left
/// goes with the next: who uses one holds a lock on it.
class Passing {
public:
    /// Errc::storage with the system's reason.
    static Result<Passing> in(const fs::path& place) {
        remove_left(place);
        for (;;) {
            auto name = (place / passing_names).string() + std::string(6, 'X');
            if (::mkdtemp(name.data()) == nullptr)
                return Error{Errc::storage, std::generic_category().message(errno)};
            if (auto lock = locked_folder(name)) return Passing(name, std::move(*lock));
        }
    }
    Passing(Passing&& other) noexcept
        : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
    Passing& operator=(Passing&&) = delete;
    ~Passing() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    const fs::path& path() const { return path_; }

private:
    Passing(fs::path path, storage::OpenFile lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    static void remove_left(const fs::path& place) {
        std::error_code ignored;
        for (const auto& entry : fs::directory_iterator(place, ignored)) {
            struct stat found = {};
            if (!entry.path().filename().string().starts_with(passing_names)) continue;
            if (::lstat(entry.path().c_str(), &found) != 0 || found.st_uid != ::geteuid()) continue;
            if (const auto lock = locked_folder(entry.path()); lock && *lock)
                fs::remove_all(entry.path(), ignored);
        }
    }

    fs::path path_;
    storage::OpenFile lock_;
};

/// What a start does with a new state directory, done in `place`: folders, keys, lock, ledger, terminal file.
std::optional<std::string> why_not_in(const fs::path& place, const policy::Rules& rules) {
    const auto passing = Passing::in(place);
    if (!passing) return "no folder can be made in " + place.string() + " (" + passing.error().message + ")";
    app::Services scratch;
    scratch.rules = rules;
    const auto opened = app::open_state_at(scratch, passing->path() / "state");
    if (opened) return std::nullopt;
    return "a server cannot work in " + place.string() + ": " + opened.error().message;
}

}  // namespace

std::string what_to_do(const std::string& why, std::string otherwise) {
    const auto says = [&](int code) {
        return why.find(std::generic_category().message(code)) != std::string::npos;
    };
    if (says(ENOSPC) || says(EDQUOT) || why.find("is full") != std::string::npos)
        return "Free some space on its disk, or use another --state-dir.";
    if (says(EMFILE) || says(ENFILE) || why.find("files are open") != std::string::npos)
        return std::string(system::allow_more_files) + ".";
    if (says(ENOTDIR)) return "Use another --state-dir: a file is in the place of one of its folders.";
    if (says(EROFS)) return "Use another --state-dir, or mount that disk so that it can be written.";
    return otherwise;
}

namespace {

CheckResult not_there_yet(const fs::path& path, const policy::Rules& rules) {
    const auto why_not = why_not_in(existing_part(path), rules);
    if (!why_not) return {Level::ok, what, path.string() + " does not exist yet; the first start creates it"};
    return {Level::broken, what,
            path.string() + " does not exist and cannot be created: " + reason_of(*why_not),
            what_to_do(*why_not, "Use another --state-dir, or allow writing there.")};
}

std::optional<std::string> why_not_its_sandbox(const fs::path& path) {
    std::error_code ignored;
    if (!fs::exists(path / "sandbox.db", ignored)) return std::nullopt;
    const auto token_store = storage::copy_sqlite_token_store(path / "sandbox.db");
    return token_store ? std::nullopt : std::optional(token_store.error().message);
}

std::optional<Error> why_not_its_use(const fs::path& path, bool sandbox) {
    std::error_code ignored;
    const auto file = path / "ledger.db";
    std::unique_ptr<storage::Ledger> ledger;
    if (fs::exists(file, ignored) && !storage::lost_journal(file))
        if (auto opened = storage::Ledger::open(file))
            ledger = std::move(*opened);  // else: look_at_journal()
    const auto may = storage::check_state_use(path, ledger.get(), sandbox);
    return may ? std::nullopt : std::optional(may.error());
}

CheckResult judge(const fs::path& path, const struct stat& found, const policy::Rules& rules, bool sandbox) {
    const auto name = path.string();
    if (!S_ISDIR(found.st_mode))
        return {Level::broken, what, name + " is not a folder", "Give another --state-dir."};
    if (found.st_uid != ::geteuid())
        return {Level::broken, what,
                name + " belongs to another user (uid " + std::to_string(found.st_uid) + ")",
                "Start the server as that user, or use another --state-dir."};
    std::error_code ignored;
    if ((found.st_mode & 077U) != 0 && !fs::is_empty(path, ignored))
        return {Level::broken, what,
                "other users can read " + name + " (mode " + storage::octal(found.st_mode) + ")",
                "Run chmod 700 on it."};
    if (const auto why_not = why_not_in(path, rules))
        return {Level::broken, what, reason_of(*why_not),
                what_to_do(*why_not, "Restore this user's permissions, or use another --state-dir.")};
    if (const auto usable = storage::check_key_files(path); !usable)
        return finding_of(Level::broken, what, usable.error().message,
                          what_to_do(usable.error().message,
                                     "Restore this user's permissions on it, or restore the whole state "
                                     "directory from a backup."));
    if (const auto why_not = why_not_its_use(path, sandbox))
        return finding_of(Level::broken, what, why_not->message,
                          why_not->code == Errc::refused
                              ? "Use another --state-dir, or start the server that this one belongs to."
                              : "Put a backup of the whole state directory in its place.");
    if (const auto why_not = sandbox ? why_not_its_sandbox(path) : std::nullopt)
        return {Level::broken, what, reason_of(*why_not),
                "Move sandbox.db away, or use another --state-dir."};
    return {Level::ok, what, name + " (mode " + storage::octal(found.st_mode) + ")"};
}

}  // namespace

CheckResults look_at_state(const fs::path& state_dir, const policy::Rules& rules, bool sandbox) {
    struct stat found = {};
    const bool there = ::stat(state_dir.c_str(), &found) == 0;
    CheckResults findings = {there ? judge(state_dir, found, rules, sandbox)
                                   : not_there_yet(state_dir, rules)};
    if (there || findings.front().level == Level::ok) findings.push_back(space_at(existing_part(state_dir)));
    return findings;
}

CheckResult look_at_rules(const config::ReadSettings& read, const std::string& file) {
    const auto wrong = std::ranges::find(read.wrong, "--policy", &config::WrongSetting::name);
    if (wrong != read.wrong.end())
        return {Level::broken, "rules", wrong->error.message,
                "Correct the rules, or the file that they name. To check the rules alone: " +
                    tools::own_program() + " policy check" +
                    (file.empty() ? "" : " " + tools::quoted_for_a_shell(file))};
    const auto count = read.settings.rules.rules.size();
    const auto words = std::to_string(count) + (count == 1 ? " rule, " : " rules, ") +
                       (file.empty() ? std::string("built in") : "from " + file);
    const auto open = config::rules_open_to_others(file);
    if (open.empty()) return {Level::ok, "rules", words};
    return {Level::warning, "rules", words + ". " + open.substr(0, open.size() - 1),
            "Run chmod o-w on it, then read it through: others may have changed it."};
}

CheckResults look_at_permissions(const fs::path& state_dir, policy::Time now) {
    std::error_code ignored;
    if (!fs::exists(state_dir / "ledger.db", ignored)) return {};
    const auto archive = app::Archive::open(state_dir);
    if (!archive) return {};  // look_at_journal() says why
    const auto found = archive->ledger->permissions({}, now);
    const auto old = found ? policy::of_earlier_versions(*found) : 0;
    if (old == 0) return {};
    return {{Level::warning, "permissions", policy::words_of_earlier_versions(old),
             "See " + tools::own_command("approvals permissions") + "; they end within 12 hours."}};
}

CheckResult look_at_journal(const fs::path& state_dir, bool usable_state) {
    constexpr auto what = "journal";
    std::error_code ignored;
    const auto broken = [&](const Error& error) -> CheckResult {
        constexpr std::string_view who = "Find out who could write to the state directory. ";
        const auto keep = error.message.find(" Keep the state directory as it is");
        if (keep != std::string::npos)
            return {Level::broken, what, error.message.substr(0, keep - 1),
                    std::string(who) + error.message.substr(keep + 1)};
        return finding_of(Level::broken, what, error.message,
                          std::string(who) + "To go on meanwhile, use another --state-dir.");
    };
    if (const auto wrong = storage::lost_journal(state_dir / "ledger.db"))
        return broken(storage::journal_is_lost(state_dir / "ledger.db", *wrong));
    if (!fs::exists(state_dir / "ledger.db", ignored)) return {Level::ok, what, "none yet"};
    const system::Progress progress("Checking the journal");
    const auto archive = app::Archive::open(state_dir);
    if (!archive && !usable_state)
        return {Level::broken, what, reason_of(archive.error().message),
                "See the finding on the state directory."};
    const auto said = archive ? storage::verify_journal(*archive->ledger, *archive->sealer) : archive.error();
    if (!said) return broken(said.error());
    return {Level::ok, what, said->substr(0, said->find('\n'))};
}

namespace {

/// "; key:K7Q29FXM is for Ada, which looks like a slip for ada", of each valid key that `keys create` would
/// refuse to make.
std::string keys_for_wrong_names(const std::vector<storage::CallerKey>& keys,
                                 const std::vector<storage::Person>& people, policy::Time now) {
    std::string words;
    for (const auto& key : keys) {
        if (!key.holds(now)) continue;
        const auto named = storage::person_named(people, key.person);
        const auto key_is = "; " + std::string(policy::key_principals) + key.id + " is for " + key.person;
        if (named.is == storage::NamedPerson::Is::suspended) words += key_is + ", who is suspended";
        if (named.is == storage::NamedPerson::Is::slip)
            words += key_is + ", which looks like a slip for " + named.meant;
    }
    return words;
}

}  // namespace

CheckResult look_at_caller_keys(const fs::path& state_dir, policy::Time now) {
    const auto what = "callers";
    std::vector<storage::CallerKey> keys;
    std::string wrong;
    std::error_code ignored;
    if (fs::exists(state_dir / "ledger.db", ignored)) {
        const auto archive = app::Archive::open(state_dir);
        auto read = archive ? archive->ledger->caller_keys() : archive.error();
        if (!read)
            return {Level::broken, what, "their keys cannot be read: " + reason_of(read.error().message),
                    "See the findings on the state directory and the journal."};
        keys = std::move(*read);
        if (const auto people = archive->ledger->people()) wrong = keys_for_wrong_names(keys, *people, now);
    }
    const auto hold = std::ranges::count_if(keys, [now](const auto& key) { return key.holds(now); });
    const auto words = std::to_string(hold) + " of " + std::to_string(keys.size()) + " keys are valid";
    if (!wrong.empty())
        return {Level::warning, what, words + wrong,
                "End such a key (" + tools::own_command("keys revoke ID") +
                    ") and make one for the right name: " + tools::own_command("keys create --for PERSON")};
    if (hold > 0) return {Level::ok, what, words};
    return {Level::warning, what, words + ": every call is refused",
            "Make one: " + tools::own_command("keys create --for PERSON")};
}

}  // namespace tfy::doctor
