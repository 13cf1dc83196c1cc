#include "server/people/passphrases.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <thread>

#include "server/storage/guessing_turn.hpp"

namespace tfy::people {
namespace {

/// libsodium calls a passphrase wrong, too, that it had not the memory to compare.
bool is_enough_memory() {
    void* volatile const probe = std::malloc(crypto_pwhash_MEMLIMIT_MODERATE);  // never touched
    std::free(probe);
    return probe != nullptr;
}

}  // namespace

Error wrong_passphrase() { return {Errc::denied, "Wrong name or passphrase. Nothing was changed."}; }

Result<void> may_be_passphrase(const policy::Secret& typed) {
    const auto text = typed.reveal();
    const auto characters = std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });  // of UTF-8
    if (characters < static_cast<std::ptrdiff_t>(shortest_passphrase))
        return Error{Errc::refused, "A passphrase needs at least 12 characters. Nothing was set."};
    return {};
}

Result<std::string> hash_passphrase(const policy::Secret& typed) {
    if (auto fits = may_be_passphrase(typed); !fits) return fits.error();
    const auto text = typed.reveal();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str(hash.data(), text.data(), text.size(), crypto_pwhash_OPSLIMIT_MODERATE,
                          crypto_pwhash_MEMLIMIT_MODERATE) != 0)
        return Error{Errc::storage,
                     "There is not enough memory to keep a passphrase safely. Nothing was set."};
    return std::string(hash.data());
}

Result<bool> is_passphrase(const std::string& hash, const policy::Secret& typed) {
    if (hash.size() >= crypto_pwhash_STRBYTES) return false;
    const auto text = typed.reveal();
    if (crypto_pwhash_str_verify(hash.c_str(), text.data(), text.size()) == 0) return true;
    if (is_enough_memory()) return false;
    return Error{
        Errc::storage,
        "There is not enough memory to check a passphrase, which takes 256 MiB, so it was not checked. "
        "Nothing was changed. Give the server more memory."};
}

Error no_turn() {
    return {Errc::rate_limited,
            "Other passphrases are being checked. Nothing was changed. Try again in a few seconds."};
}

Result<void> check_passphrase(storage::Ledger& ledger, const std::string& person, const policy::Secret& typed,
                              policy::Time now) {
    const auto end = std::chrono::steady_clock::now() + longest_wait_for_turn;
    auto turn = storage::GuessingTurn::take(ledger.state_dir());
    while (!turn && std::chrono::steady_clock::now() < end) {
        std::this_thread::sleep_for(between_tries_for_turn);
        turn = storage::GuessingTurn::take(ledger.state_dir());
    }
    if (!turn) return no_turn();
    const auto kept = ledger.begin_guess(person, now);
    if (!kept) return kept.error();
    if (!*kept) return wrong_passphrase();
    const auto right = is_passphrase((*kept)->secret, typed);
    if (!right) {
        if (const auto taken_back = ledger.take_guess_back(person); !taken_back) return taken_back;
        return right.error();
    }
    return *right ? ledger.guessed_right(person) : wrong_passphrase();
}

}  // namespace tfy::people
