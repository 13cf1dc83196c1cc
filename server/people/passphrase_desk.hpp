// Where a running server checks passphrases, one at a time.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <optional>
#include <string>
#include <unordered_map>

#include "policy/secret.hpp"
#include "server/loop/concurrency_limit.hpp"
#include "server/people/sign_in_proof.hpp"
#include "server/storage/guessing_turn.hpp"
#include "server/storage/store.hpp"

namespace tfy::people {

/// One loop only. A check takes 256 MiB and most of a second on a thread of its own; others wait for it. A
/// name without a passphrase takes nothing of theirs: it is answered at once, in the same words.
class PassphraseDesk {
public:
    /// `state_dir`: of the store; empty for one in memory.
    PassphraseDesk(storage::Store& store, const Clock& clock, std::filesystem::path state_dir)
        : store_(store), clock_(clock), state_dir_(std::move(state_dir)) {}
    ~PassphraseDesk() { close(); }
    PassphraseDesk(const PassphraseDesk&) = delete;
    PassphraseDesk& operator=(const PassphraseDesk&) = delete;

    /// Where a passphrase comes from, of which a few may be inside: five at a time, or one where many of its
    /// were wrong.
    struct From {
        std::string network = {};  // transport::client_network(); empty for who is known already: any number
        bool slowed = false;
    };
    /// Errors of check_passphrase(); Errc::rate_limited too if more would wait.
    Async<Result<void>> check(std::string person, policy::Secret typed, From from);
    Async<Result<void>> check(std::string person, policy::Secret typed) {
        return check(std::move(person), std::move(typed), From{});
    }
    /// The same, of who signs in by it.
    Async<Result<SignInProof>> sign_in(std::string person, policy::Secret typed, From from);
    /// What is kept of a new one: hash_passphrase(), in the same queue.
    Async<Result<std::string>> hash(policy::Secret typed);
    /// Waits for the one that is being checked.
    void close();

private:
    boost::asio::thread_pool& checker();
    Async<std::optional<storage::GuessingTurn>> turn() const;
    Async<Result<void>> compare_in_turn(std::string person, policy::Secret typed);
    /// What a guess at a name is answered that no one has.
    Error no_such_name(const std::string& name);

    storage::Store& store_;
    const Clock& clock_;
    std::filesystem::path state_dir_;
    std::optional<boost::asio::thread_pool> checker_;  // from the first passphrase on
    loop::ConcurrencyLimit inside_{20};                // one is checked, the others wait
    loop::ConcurrencyLimit of_network_{5};             // of them
    loop::ConcurrencyLimit of_slowed_network_{1};
    std::unordered_map<std::string, storage::Guesses> no_ones_;  // at names that no one has; bounded
};

}  // namespace tfy::people
