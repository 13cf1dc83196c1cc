// How a loop reads the state database by itself, without a way to the store thread: a connection that only
// reads.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <type_traits>
#include <vector>

#include "policy/redaction/fingerprint.hpp"
#include "protocol/error.hpp"
#include "server/storage/caller_key.hpp"

namespace tfy::storage {

/// Use it from one thread at a time. No writer holds it up. Where SQLite itself must wait (the log of a
/// process that was killed is being read back) it does so for 20 ms at the most, and then says so.
class Reader {
public:
    /// The database must exist, as the ledger makes it. Errc::storage.
    static Result<std::unique_ptr<Reader>> open(const std::filesystem::path& ledger);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    /// Tokens that any process has registered since the last call that succeeded; all of them at the first
    /// one, and if another database was put in this one's place. Costs a microsecond if nothing was
    /// committed meanwhile.
    ///
    /// Errc::storage with the cause, a clause without a full stop: nothing is known then of what was
    /// registered.
    Result<std::vector<redaction::TokenFingerprints>> new_tokens();

    /// All callers' keys where any process may have changed them since the last call that succeeded; nothing
    /// if it has not. A reader is for keys or for tokens: each has seen what the other has not.
    /// Errc::storage.
    Result<std::optional<std::vector<CallerKey>>> changed_caller_keys();

    /// The key that tokens are known by here: a database in this one's place must have the same one.
    void known_by(const redaction::FingerprintKey& key) { key_ = key; }

private:
    struct Connection;
    explicit Reader(std::filesystem::path ledger);
    Result<void> follow_file();
    template <class Read>
    auto if_changed(Read read) -> Result<std::optional<typename std::invoke_result_t<Read>::value_type>>;
    Result<std::vector<redaction::TokenFingerprints>> read_on();

    std::filesystem::path ledger_;
    std::optional<redaction::FingerprintKey> key_ = {};
    std::unique_ptr<Connection> connection_;
};

}  // namespace tfy::storage
