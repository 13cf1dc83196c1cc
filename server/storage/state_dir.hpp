// The state directory: what is where, its keys, and which processes work in it.
#pragma once

#include <filesystem>
#include <string>

#include "policy/redaction/fingerprint.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/error.hpp"
#include "server/storage/open_file.hpp"

namespace tfy::storage {

/// A folder that exists and is closed to other users. Several processes may work in one.
class StateDir {
public:
    /// Makes it if it is missing. Errc::storage if it cannot be made or is open to other users.
    static Result<StateDir> open(std::filesystem::path root);

    const std::filesystem::path& root() const { return root_; }
    std::filesystem::path ledger() const { return root_ / "ledger.db"; }
    std::filesystem::path sandbox() const { return root_ / "sandbox.db"; }

    /// keys/fingerprint.key and keys/seal.key, made on first use. Errc::storage if a key is damaged or
    /// other users may read it.
    Result<redaction::FingerprintKey> fingerprint_key() const;
    /// The same beside a ledger that knows tokens by it, or knows none: with another key not one of them
    /// would be recognised. Errc::storage if tokens are known and the key is gone, or is not the one that
    /// was here before (keys/fingerprint.check tells).
    Result<redaction::FingerprintKey> fingerprint_key_for(bool tokens_known) const;
    Result<policy::SealKey> seal_key() const;

private:
    explicit StateDir(std::filesystem::path root) : root_(std::move(root)) {}
    std::filesystem::path root_;
};

/// That this process lives: a lock on instances/<id>.lock, which the kernel takes back however the process
/// ends.
class Instance {
public:
    /// Also clears away what processes left that ended without doing so. Errc::storage; Errc::conflict where
    /// `id` is in use. Ids are letters, digits, '-' and '_'.
    static Result<Instance> hold(const StateDir& state, const std::string& id);
    Instance(Instance&&) noexcept = default;
    Instance& operator=(Instance&&) = delete;
    ~Instance();

private:
    Instance(std::filesystem::path file, OpenFile lock) : file_(std::move(file)), lock_(std::move(lock)) {}
    std::filesystem::path file_;
    OpenFile lock_;
};

/// True while some process holds the instance `id`. A file that no one holds any more is removed.
bool alive(const std::filesystem::path& state_dir, const std::string& id);
/// Whether any process does.
bool has_servers(const std::filesystem::path& state_dir);

}  // namespace tfy::storage
