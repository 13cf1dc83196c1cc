// Where a running server checks passphrases, one at a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>

#include "policy/secret.hpp"
#include "server/loop/concurrency_limit.hpp"
#include "server/storage/guessing_turn.hpp"
#include "server/storage/store.hpp"

namespace tfy::people {

/// One loop only. A check takes 256 MiB and most of a second on a thread of its own; four may wait for it.
class PassphraseDesk {
public:
    /// `state_dir`: of the store; empty for one in memory.
    PassphraseDesk(storage::Store& store, const Clock& clock, std::filesystem::path state_dir)
        : store_(store), clock_(clock), state_dir_(std::move(state_dir)) {}
    ~PassphraseDesk() { close(); }
    PassphraseDesk(const PassphraseDesk&) = delete;
    PassphraseDesk& operator=(const PassphraseDesk&) = delete;

    /// Errors of check_passphrase(); Errc::rate_limited too if more would wait.
    Async<Result<void>> check(std::string person, policy::Secret typed);
    /// What is kept of a new one: hash_passphrase(), in the same queue.
    Async<Result<std::string>> hash(policy::Secret typed);
    /// Waits for the one that is being checked.
    void close();

private:
    boost::asio::thread_pool& checker();
    Async<std::optional<storage::GuessingTurn>> turn() const;

    storage::Store& store_;
    const Clock& clock_;
    std::filesystem::path state_dir_;
    std::optional<boost::asio::thread_pool> checker_;  // from the first passphrase on
    loop::ConcurrencyLimit inside_{5};                 // one is checked, four wait
};

}  // namespace tfy::people
