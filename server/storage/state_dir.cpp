// An instance is alive while someone holds an exclusive lock on its file. Who only asks takes a shared one,
// so that two who ask at the same time do not take each other for the owner.
#include "server/storage/state_dir.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <system_error>

#include "policy/mac.hpp"
#include "server/storage/key_files.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {
namespace {

namespace fs = std::filesystem;

fs::path lock_file(const fs::path& state_dir, const std::string& id) {
    return state_dir / "instances" / (id + ".lock");
}

bool well_formed(const std::string& id) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return !id.empty() && id.size() <= 128 && std::ranges::all_of(id, plain);
}

Error failed(const fs::path& file) {
    return not_written("Cannot create the lock file " + file.string(), errno);
}

/// False if someone removed or replaced `file` between opening and locking it.
bool still_there(const fs::path& file, const OpenFile& open) {
    struct stat named = {};
    struct stat held = {};
    return ::stat(file.c_str(), &named) == 0 && ::fstat(open.get(), &held) == 0 &&
           named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

Error not_their_key(const fs::path& file, const std::string& what) {
    return {Errc::storage,
            file.string() + " " + what +
                ", and the tokens that this state directory knows are known by that key alone: "
                "none of them would be redacted. Nothing was run. Restore the whole state directory from a "
                "backup, or use another --state-dir."};
}

/// Tells two keys apart, and nothing else about them.
std::string mark_of(const redaction::FingerprintKey& key) {
    constexpr std::string_view text = "tfy-pat-mcp fingerprint key";
    std::array<unsigned char, 16> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(), key.bytes().data(), key.bytes().size());
    return policy::to_hex(hash);
}

}  // namespace

Result<StateDir> StateDir::open(fs::path root) {
    std::error_code problem;
    auto absolute = fs::absolute(root, problem);
    if (problem || root.empty()) return Error{Errc::storage, "No state directory is given. Nothing was run."};
    if (!absolute.has_filename()) absolute = absolute.parent_path();
    if (auto made = make_private_folder(absolute); !made) return made.error();
    return StateDir(std::move(absolute));
}

Result<redaction::FingerprintKey> StateDir::fingerprint_key() const {
    auto bytes = load_or_create_key(root_ / "keys" / "fingerprint.key");
    if (!bytes) return bytes.error();
    return redaction::FingerprintKey{*bytes};
}

Result<redaction::FingerprintKey> StateDir::fingerprint_key_for(bool tokens_known) const {
    const auto file = root_ / "keys" / "fingerprint.key";
    if (tokens_known && !is_there(file)) return not_their_key(file, "is gone");
    auto key = fingerprint_key();
    if (!key) return key;
    const auto mark = mark_of(*key);
    const auto check = root_ / "keys" / "fingerprint.check";
    std::string before;
    std::ifstream(check, std::ios::binary) >> before;
    if (before == mark) return key;
    if (tokens_known && !before.empty()) return not_their_key(file, "is not the same as before");
    if (replace_private_file(check, mark + "\n")) return key;
    return not_written("Cannot write " + check.string(), errno);
}

Result<policy::SealKey> StateDir::seal_key() const {
    auto bytes = load_or_create_key(root_ / "keys" / "seal.key");
    if (!bytes) return bytes.error();
    return policy::SealKey{*bytes};
}

Result<Instance> Instance::hold(const StateDir& state, const std::string& id) {
    const auto file = lock_file(state.root(), id);
    if (!well_formed(id))
        return Error{Errc::refused,
                     "An instance's id has letters, digits, '-' and '_' only. Nothing was run."};
    if (auto folder = make_private_folder(file.parent_path()); !folder) return folder.error();
    std::ignore = has_servers(state.root());  // removes the files of those that have ended
    for (;;) {
        OpenFile lock(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!lock && errno != EEXIST) return failed(file);
        if (!lock && alive(state.root(), id))
            return Error{Errc::conflict, "Another process uses the instance id " + id + ". Nothing was run."};
        if (!lock) continue;  // it was a stale one, and is gone now
        while (::flock(lock.get(), LOCK_EX) != 0)
            if (errno != EINTR) return failed(file);
        if (still_there(file, lock)) return Instance(file, std::move(lock));
    }
}

Instance::~Instance() {
    if (lock_) ::unlink(file_.c_str());
}

bool alive(const fs::path& state_dir, const std::string& id) {
    if (!well_formed(id)) return false;
    const auto file = lock_file(state_dir, id);
    const OpenFile seen(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!seen) return false;
    if (::flock(seen.get(), LOCK_SH | LOCK_NB) != 0) return true;
    if (still_there(file, seen)) ::unlink(file.c_str());
    return false;
}

bool has_servers(const fs::path& state_dir) {
    bool any = false;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(state_dir / "instances", ignored))
        if (entry.path().extension() == ".lock" && alive(state_dir, entry.path().stem().string())) any = true;
    return any;
}

}  // namespace tfy::storage
