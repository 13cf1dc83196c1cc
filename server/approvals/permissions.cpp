#include "server/approvals/permissions.hpp"

#include <algorithm>

#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/near_miss.hpp"
#include "policy/permission_reach.hpp"
#include "policy/principals.hpp"
#include "policy/sealed_state.hpp"
#include "policy/visible.hpp"

namespace tfy::approvals {
namespace {

using policy::StandingPermission;

Error no_such_permission() {
    return {Errc::not_found, "No standing permission has this id. Nothing was changed."};
}

Error cannot_count(const std::string& why) {
    return {Errc::refused, "This permission would never count. " + why + " No permission was given."};
}

Error no_such_caller(const std::string& why) { return {Errc::refused, why + " No permission was given."}; }

Result<void> check_key(storage::Ledger& ledger, const std::string& principal, policy::Time now,
                       const std::string& shown) {
    const auto keys = ledger.caller_keys();
    if (!keys) return keys.error();
    std::vector<std::string> names;
    for (const auto& key : *keys) {
        auto name = std::string(policy::key_principals) + key.id;
        if (name == principal && key.holds(now)) return {};
        if (name == principal) return no_such_caller("The key of " + shown + " is revoked or has expired.");
        if (key.holds(now)) names.push_back(std::move(name));
    }
    const std::vector<std::string_view> known(names.begin(), names.end());
    const auto near = policy::near_miss(principal, known);
    return no_such_caller("There is no key of this server for " + shown +
                          (near ? "; did you mean " + std::string(*near) + "?" : "."));
}

Result<void> check_person(storage::Ledger& ledger, std::string_view name, const std::string& shown) {
    const auto people = ledger.people();
    if (!people) return people.error();
    if (people->empty() || std::ranges::find(*people, name, &storage::Person::name) != people->end())
        return {};
    return no_such_caller("The person in " + shown + " is not enrolled.");
}

}  // namespace

Result<void> check_caller(storage::Ledger& ledger, const std::string& principal, policy::Time now,
                          const policy::Seals& seal) {
    const auto shown = policy::shown(seal, principal, 100);
    if (!policy::is_principal(principal))
        return no_such_caller("No caller is called " + shown + ": they are " +
                              std::string(policy::principal_forms) + ".");
    if (principal.starts_with(policy::key_principals)) return check_key(ledger, principal, now, shown);
    if (principal.starts_with(policy::oauth_principals))
        return check_person(ledger, policy::person_in(principal), shown);
    return {};
}

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
    auto work = [permission = *given, record, redactor = *redactor,
                 now = clock_.now()](storage::Ledger& ledger) -> Result<void> {
        if (auto known = check_caller(ledger, permission.principal, now, *redactor); !known) return known;
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
