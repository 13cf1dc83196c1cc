// Someone who signed in to the approvals page, as people do: by a code that a terminal gave out.
#pragma once

#include <string>
#include <utility>

#include "server/people/page_sessions.hpp"
#include "server/people/sign_in_codes.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::fakes {

/// The page key of a session of this person, who need not be enrolled. The journal has the code.
inline Async<Result<std::string>> sign_in_by_code(storage::Store& store, const Clock& clock,
                                                  people::PageSessions& sessions, std::string person) {
    const auto code = people::make_sign_in_code();
    auto giving = [hash = people::hash_of_sign_in_code(code), person,
                   now = clock.now()](storage::Ledger& ledger) {
        const Json body = {{"person", person}, {"by", person}};
        const journal::JournalEntry entry{"sign_in_code", "", no_tokens().seal(body), now};
        return ledger.add_sign_in_code(hash, person, now + std::chrono::minutes{10}, entry);
    };
    const auto given = co_await store.run(std::move(giving));
    if (!given) co_return given.error();
    people::SignInCodes codes(store, clock);
    auto taking = codes.take(code);
    auto proof = co_await std::move(taking);
    if (!proof) co_return proof.error();
    auto opening = sessions.open(std::move(*proof));
    co_return co_await std::move(opening);
}

}  // namespace tfy::fakes
