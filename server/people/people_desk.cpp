#include "server/people/people_desk.hpp"

#include "server/people/sign_in_codes.hpp"

namespace tfy::people {
namespace {

constexpr std::chrono::hours invitation_life{24};

}  // namespace

Result<Invited> invite(storage::Ledger& ledger, const policy::Human& by, std::string person,
                       policy::Time now) {
    if (!policy::is_person_name(person))
        return Error{Errc::invalid_params,
                     "A person's name has up to 64 letters, digits and . _ - @ +. No one was invited."};
    Invited made{.person = std::move(person), .code = make_sign_in_code(), .until = now + invitation_life};
    const auto done = ledger.invite({.hash = hash_of_sign_in_code(made.code),
                                     .person = made.person,
                                     .by = by.name(),
                                     .until = made.until},
                                    now);
    if (!done) return done.error();
    return made;
}

Async<Result<std::vector<storage::Person>>> PeopleDesk::list() {
    auto work = [](storage::Ledger& ledger) { return ledger.people(); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<Invited>> PeopleDesk::invite(policy::Human by, std::string person) {
    auto work = [by, person, now = clock_.now()](storage::Ledger& ledger) {
        return people::invite(ledger, by, person, now);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<void>> PeopleDesk::confirm(policy::Human by, std::string person) {
    auto work = [by, person, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.confirm_person(person, by.name(), now);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<void>> PeopleDesk::suspend(policy::Human by, std::string person) {
    auto work = [by, person, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.suspend_person(person, by.name(), now);
    };
    co_return co_await store_.run(std::move(work));
}

}  // namespace tfy::people
