#include "server/people/passphrase_desk.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/human.hpp"
#include "server/people/passphrases.hpp"

namespace tfy::people {
namespace {

namespace asio = boost::asio;

constexpr std::size_t most_names = 4096;  // a flood of more: their guesses are counted anew

Error too_many() {
    return {Errc::rate_limited,
            "Too many passphrases are being checked. Nothing was changed. Try again in a few seconds."};
}

// On the checker's thread. Answers are never empty: asio wants a type that can be.
Async<std::optional<Result<bool>>> compare(std::string hash, policy::Secret typed) {
    co_return is_passphrase(hash, typed);
}

Async<std::optional<Result<std::string>>> hash_there(policy::Secret typed) {
    co_return hash_passphrase(typed);
}

}  // namespace

asio::thread_pool& PassphraseDesk::checker() {
    if (!checker_) checker_.emplace(1);
    return *checker_;
}

Async<Result<void>> PassphraseDesk::check(std::string person, policy::Secret typed, From from) {
    auto look = [person](storage::Ledger& ledger) { return ledger.has_passphrase(person); };
    const auto has_one = co_await store_.run(std::move(look));
    if (!has_one) co_return has_one.error();
    if (!*has_one) co_return no_such_name(person);
    auto& of_network = from.slowed ? of_slowed_network_ : of_network_;
    const auto own = from.network.empty() ? loop::ConcurrencyLimit::Place{} : of_network.take(from.network);
    if (!from.network.empty() && !own) co_return too_many();
    const auto place = inside_.take();
    if (!place) co_return too_many();
    auto comparing = compare_in_turn(std::move(person), std::move(typed));
    co_return co_await std::move(comparing);
}

Async<Result<SignInProof>> PassphraseDesk::sign_in(std::string person, policy::Secret typed, From from) {
    auto checking = check(person, std::move(typed), std::move(from));
    if (const auto checked = co_await std::move(checking); !checked) co_return checked.error();
    co_return SignInProof(std::move(person));
}

// As the ledger counts guesses at a name that someone has.
Error PassphraseDesk::no_such_name(const std::string& name) {
    if (!policy::is_person_name(name)) return wrong_passphrase();
    const auto now = clock_.now();
    if (no_ones_.size() >= most_names && !no_ones_.contains(name)) no_ones_.clear();
    auto& guesses = no_ones_[name];
    if (auto refusal = guesses.refusal(name, now)) return *refusal;
    guesses = guesses.after_wrong(now);
    return wrong_passphrase();
}

Async<Result<void>> PassphraseDesk::compare_in_turn(std::string person, policy::Secret typed) {
    const auto turn = co_await PassphraseDesk::turn();
    if (!turn) co_return no_turn();
    auto begin = [person, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.begin_guess(person, now);
    };
    auto kept = co_await store_.run(std::move(begin));
    if (!kept) co_return kept.error();
    if (!*kept) co_return wrong_passphrase();
    auto comparing = compare((*kept)->secret, std::move(typed));
    const auto right = co_await asio::co_spawn(checker(), std::move(comparing), asio::use_awaitable);
    const auto& told = *right;
    if (told && !*told) co_return wrong_passphrase();
    auto end = [person, checked = told.has_value()](storage::Ledger& ledger) {
        return checked ? ledger.guessed_right(person) : ledger.take_guess_back(person);
    };
    const auto ended = co_await store_.run(std::move(end));
    if (ended && !told) co_return told.error();
    co_return ended;
}

// The others are in this process as well, so no thread waits.
Async<std::optional<storage::GuessingTurn>> PassphraseDesk::turn() const {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    const auto end = std::chrono::steady_clock::now() + longest_wait_for_turn;
    for (;;) {
        auto taken = storage::GuessingTurn::take(state_dir_);
        if (taken || std::chrono::steady_clock::now() >= end) co_return taken;
        timer.expires_after(between_tries_for_turn);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

Async<Result<std::string>> PassphraseDesk::hash(policy::Secret typed) {
    const auto place = inside_.take();
    if (!place) co_return too_many();
    auto hashing = hash_there(std::move(typed));
    auto made = co_await asio::co_spawn(checker(), std::move(hashing), asio::use_awaitable);
    co_return std::move(*made);
}

void PassphraseDesk::close() {
    if (checker_) checker_->join();
}

}  // namespace tfy::people
