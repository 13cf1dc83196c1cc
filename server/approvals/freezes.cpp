#include "server/approvals/freezes.hpp"

#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/visible.hpp"
#include "tools/own_command.hpp"

namespace tfy::approvals {
namespace {

constexpr auto what_is_refused =
    "each call that changes something or shows a new value is refused, under a standing permission, too. "
    "Reading works. ";

/// The freeze, and whether the caller's person is suspended.
using Stops = std::pair<std::optional<policy::Freeze>, bool>;

Result<Stops> stops_of(storage::Ledger& ledger, const policy::Caller& caller) {
    auto freeze = ledger.freeze_of(caller.principal);
    if (!freeze) return freeze.error();
    if (caller.person.empty()) return Stops{std::move(*freeze), false};
    const auto people = ledger.people();
    if (!people) return people.error();
    const bool suspended =
        storage::person_named(*people, caller.person).is == storage::NamedPerson::Is::suspended;
    return Stops{std::move(*freeze), suspended};
}

/// The command has the end of its line to itself.
std::string words_of(const policy::Freeze& freeze, const policy::Seals& seal) {
    return freeze.words(seal) + " Until a person unfreezes it, " + what_is_refused +
           "Anyone who may decide here, not you, unfreezes it on the approvals page or in a terminal: " +
           tools::own_command("approvals unfreeze " + policy::shown(seal, freeze.principal, 200));
}

}  // namespace

Result<Frozen> freeze(storage::Ledger& ledger, const policy::Human& person, std::string principal,
                      std::string reason, const redaction::Redactor& redactor, policy::Time now) {
    auto wanted = policy::freeze(person, std::move(principal),
                                 redactor.scrub(Json(std::move(reason))).get<std::string>(), now);
    if (!wanted) return wanted.error();
    const auto stop = [&](policy::Approval approval) -> Result<storage::Ledger::Stopped> {
        auto next = policy::stop(std::move(approval), *wanted, redactor);
        if (!next) return next.error();
        // What cannot be cleaned was stored as it is: it must not keep its caller going.
        if (auto clean = journal::without_values(*next, redactor)) next = std::move(clean->approval);
        const bool denied = next->state() == policy::Approval::State::denied;
        auto record = journal::journal_entry(denied ? "denied" : "withdrawn with its caller's freeze", *next,
                                             redactor, now);
        return storage::Ledger::Stopped{std::move(*next), std::move(record)};
    };
    const auto record = journal::journal_entry("principal_frozen", *wanted, person.name(), redactor, now);
    const auto stopped = ledger.freeze(*wanted, stop, record);
    if (!stopped) return stopped.error();
    return Frozen{std::move(*wanted), *stopped};
}

Result<policy::Freeze> unfreeze(storage::Ledger& ledger, const policy::Human& person,
                                const std::string& principal, const redaction::Redactor& redactor,
                                policy::Time now) {
    return ledger.unfreeze(principal, [&](const policy::Freeze& lifted) {
        return journal::journal_entry("principal_unfrozen", lifted, person.name(), redactor, now);
    });
}

Async<Result<Frozen>> Freezes::freeze(policy::Human person, std::string principal, std::string reason) {
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return redactor.error();
    auto work = [person, principal, reason, redactor = *redactor,
                 now = clock_.now()](storage::Ledger& ledger) {
        return approvals::freeze(ledger, person, principal, reason, *redactor, now);
    };
    auto frozen = co_await store_.run(std::move(work));
    approvals_.ring();
    co_return frozen;
}

Async<Result<policy::Freeze>> Freezes::unfreeze(policy::Human person, std::string principal) {
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return redactor.error();
    auto work = [person, principal, redactor = *redactor, now = clock_.now()](storage::Ledger& ledger) {
        return approvals::unfreeze(ledger, person, principal, *redactor, now);
    };
    auto lifted = co_await store_.run(std::move(work));
    approvals_.ring();
    co_return lifted;
}

Async<Result<std::vector<policy::Freeze>>> Freezes::list() {
    auto work = [](storage::Ledger& ledger) { return ledger.freezes(); };
    co_return co_await store_.run(std::move(work));
}

Async<std::string> Freezes::what_stops(policy::Caller caller) {
    auto work = [caller](storage::Ledger& ledger) { return stops_of(ledger, caller); };
    const auto stops = co_await store_.run(std::move(work));
    if (!stops) co_return std::string{};
    if (stops->first) co_return words_of(*stops->first, redaction_);
    if (!stops->second) co_return std::string{};
    co_return policy::shown(redaction_, caller.person, 100) +
        ", whose agent this is, is suspended on this server: " + what_is_refused +
        std::string(policy::what_helps_after_suspension(caller.principal));
}

}  // namespace tfy::approvals
