// Passphrases: what is kept of one, and whether a person typed theirs.
#pragma once

#include <string>

#include "policy/secret.hpp"
#include "server/storage/ledger.hpp"

namespace tfy::people {

inline constexpr std::size_t shortest_passphrase = 12;  // characters

/// Errc::refused if it is too short.
Result<void> may_be_passphrase(const policy::Secret& typed);
/// An argon2id hash. Errc::refused as above. Takes most of a second and 256 MiB, on purpose.
Result<std::string> hash_passphrase(const policy::Secret& typed);

/// As slow as it was made. Errc::storage if there is not enough memory to tell.
Result<bool> is_passphrase(const std::string& hash, const policy::Secret& typed);

/// Whether `person` is enrolled and this is their passphrase. Blocking, and in its turn
/// (server/storage/guessing_turn.hpp). Errc::denied, which does not tell one from the other;
/// Errc::rate_limited after too many wrong ones, or if no turn comes; Errc::storage.
Result<void> check_passphrase(storage::Ledger& ledger, const std::string& person, const policy::Secret& typed,
                              policy::Time now);

/// The same words, and the same patience, for a check that runs elsewhere.
Error wrong_passphrase();
Error no_turn();
inline constexpr std::chrono::seconds longest_wait_for_turn{60};
inline constexpr std::chrono::milliseconds between_tries_for_turn{20};

}  // namespace tfy::people
