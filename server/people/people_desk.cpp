#include "server/people/people_desk.hpp"

#include "server/people/sign_in_codes.hpp"

namespace tfy::people {
namespace {

constexpr std::chrono::hours invitation_life{24};

void add_count(std::string& text, std::size_t count, std::string_view one, std::string_view many) {
    if (count == 0) return;
    if (!text.empty()) text += ", ";
    text += count == 1 ? std::string(one) : std::to_string(count) + " " + std::string(many);
}

}  // namespace

std::string words_of(const storage::Ended& ended) {
    std::string text;
    add_count(text, ended.sessions, "one session on the page", "sessions on the page");
    add_count(text, ended.codes, "one sign-in code", "sign-in codes");
    add_count(text, ended.keys, "one key of an agent", "keys of agents");
    add_count(text, ended.grants, "one grant to a client", "grants to clients");
    add_count(text, ended.own_keys, "their own TrueFoundry key", "TrueFoundry keys of their own");
    add_count(text, ended.permissions, "one standing permission", "standing permissions");
    add_count(text, ended.votes, "one vote on a request that waits", "votes on requests that wait");
    add_count(text, ended.requests, "one request", "requests");
    add_count(text, ended.invitations, "one invitation", "invitations");
    return text.empty() ? "nothing that was open" : text;
}

Result<Invited> invite(storage::Ledger& ledger, const policy::Human& by, std::string person,
                       policy::Time now) {
    if (!policy::is_person_name(person))
        return Error{Errc::invalid_params,
                     "A person's name has " + std::string(policy::person_names) + ". No one was invited."};
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

Async<Result<storage::Ended>> PeopleDesk::suspend(policy::Human by, std::string person) {
    auto work = [by, person, now = clock_.now()](storage::Ledger& ledger) {
        return ledger.suspend_person(person, by.name(), now);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<storage::Invitation>> PeopleDesk::invitation(std::string code) {
    const auto now = clock_.now();
    auto work = [hash = hash_of_sign_in_code(code), now](storage::Ledger& ledger) {
        return ledger.invitation(hash, now);
    };
    auto found = co_await store_.run(std::move(work));
    if (!found) co_return found.error();
    if (*found) co_return std::move(**found);
    if (wrong_.too_many(now))
        co_return Error{Errc::rate_limited,
                        "Too many wrong invitations. No one was enrolled. Wait a minute, then try again."};
    wrong_.note(now);
    co_return Error{Errc::denied,
                    "This invitation is wrong, used or expired. No one was enrolled. Ask the person who "
                    "invited you for another one."};
}

Async<Result<Joined>> PeopleDesk::join(std::string invitation, std::string passphrase_hash) {
    auto work = [invitation = std::move(invitation), hash = std::move(passphrase_hash), now = clock_.now()](
                    storage::Ledger& ledger) { return ledger.enrol_invited(invitation, hash, now); };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    SignInProof proof(person->name);
    co_return Joined{std::move(*person), std::move(proof)};
}

}  // namespace tfy::people
