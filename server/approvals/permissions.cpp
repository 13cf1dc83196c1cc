#include "server/approvals/permissions.hpp"

#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/permission_reach.hpp"
#include "policy/sealed_state.hpp"

namespace tfy::approvals {
namespace {

using policy::StandingPermission;

Error no_such_permission() {
    return {Errc::not_found, "No standing permission has this id. Nothing was changed."};
}

Error cannot_count(const std::string& why) {
    return {Errc::refused, "This permission would never count. " + why + " No permission was given."};
}

}  // namespace

Async<Result<StandingPermission>> Permissions::give(policy::Human person, policy::StandingWish wish) {
    const auto redactor = redaction_.fresh();
    if (!redactor) co_return redactor.error();
    wish.base_url = base_url_.now();
    const auto caller = co_await caller_of(wish.principal);
    if (!caller) co_return caller.error();
    wish.holder = approvals_.key_in_use(*caller);
    auto given = policy::give(person, std::move(wish), "per_" + policy::random_id(), clock_.now());
    if (given) given = journal::without_values(*given, **redactor);
    if (!given) co_return given.error();
    if (const auto why = policy::cannot_count(*given, gate_.now()->rules(), clock_.now(), **redactor))
        co_return cannot_count(*why);
    auto record = journal::journal_entry("permission_given", *given, **redactor, clock_.now());
    auto work = [permission = *given, record](storage::Ledger& ledger) {
        return ledger.add_permission(permission, record);
    };
    const auto done = co_await store_.run(std::move(work));
    if (!done) co_return done.error();
    approvals_.ring();
    co_return given;
}

// Whose agent it is decides which key its calls go with.
Async<Result<policy::Caller>> Permissions::caller_of(std::string principal) {
    auto look = [principal](storage::Ledger& ledger) { return ledger.person_behind(principal); };
    auto person = co_await store_.run(std::move(look));
    if (!person) co_return person.error();
    co_return policy::Caller{.principal = std::move(principal), .person = std::move(*person)};
}

std::string Permissions::where() const {
    StandingPermission next;
    next.base_url = base_url_.now();
    next.holder = approvals_.key_in_use({});
    return next.where(redaction_);
}

Async<Result<std::vector<StandingPermission>>> Permissions::list() {
    auto work = [now = clock_.now()](storage::Ledger& ledger) { return ledger.permissions({}, now); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<StandingPermission>> Permissions::revoke(std::string id, policy::Human person) {
    auto look = [id](storage::Ledger& ledger) { return ledger.find_permission(id); };
    auto found = co_await store_.run(std::move(look));
    if (!found) co_return found.error();
    if (!*found) co_return no_such_permission();
    auto revoked = policy::revoke(std::move(**found), person);
    if (!revoked) co_return revoked.error();
    auto record = journal::journal_entry("permission_revoked", *revoked, *redaction_.now(), clock_.now());
    auto work = [permission = *revoked, record](storage::Ledger& ledger) {
        return ledger.revoke_permission(permission, record);
    };
    const auto done = co_await store_.run(std::move(work));
    if (!done) co_return done.error();
    approvals_.ring();
    co_return revoked;
}

}  // namespace tfy::approvals
