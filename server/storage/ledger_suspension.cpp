// A person is suspended: all that they have, gave and asked for ends in one transaction.
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

using policy::Approval;

Error counts_no_more(const std::string& person) {
    return {Errc::refused, person + " is suspended, and decides no more. Nothing was changed."};
}

}  // namespace

Result<Ended> Ledger::suspend_person(const std::string& name, const std::string& by, policy::Time at) {
    constexpr std::string_view undone = "No one was suspended.";
    return impl_->write([&]() -> Result<Ended> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = known->may_decide(by, undone); !may) return may.error();
        const auto found = known->people.find(name);
        if (found == known->people.end()) return not_enrolled(undone);
        if (found->second.suspended) return Error{Errc::conflict, name + " was suspended before."};
        if (found->second.decides() && known->deciding() == 1)
            return Error{Errc::refused, name +
                                            " is the last person who may decide here, and cannot be "
                                            "suspended. Invite another person first."};
        impl_->run("UPDATE people SET suspended = ? WHERE name = ?", sqlite::stored(at), name);
        auto ended = impl_->end_all_of(name, by, at);
        if (!ended) return ended;
        ended->invitations = known->open_invitations(name, at);
        const Json body = {{"person", name}, {"by", by}, {"ended", ended->json()}};
        if (auto told = impl_->append(at, "person_suspended", "", body); !told) return told.error();
        return ended;
    });
}

Result<Ended> Ledger::Impl::end_all_of(const std::string& name, const std::string& by, policy::Time at) {
    ++gone_with;
    const auto rows_of = [&](const char* sql) { return static_cast<std::size_t>(run(sql, name)); };
    Ended ended{.sessions = rows_of("DELETE FROM page_sessions WHERE person = ?"),
                .codes = rows_of("DELETE FROM sign_in_codes WHERE person = ?")};
    rows_of("DELETE FROM guesses WHERE person = ?");
    rows_of("DELETE FROM passkey_challenges WHERE person = ?");
    if (auto done = end_keys_of(name, by, at, ended); !done) return done.error();
    if (auto done = end_grants_of(name, by, at, ended); !done) return done.error();
    if (auto done = end_own_keys_of(name, by, at, ended); !done) return done.error();
    if (auto done = end_permissions_of(name, by, at, ended); !done) return done.error();
    if (auto done = end_requests_with(name, at, ended); !done) return done.error();
    return ended;
}

Result<void> Ledger::Impl::end_keys_of(const std::string& name, const std::string& by, policy::Time at,
                                       Ended& ended) {
    auto keys =
        prepare("UPDATE caller_keys SET revoked = ? WHERE person = ? AND revoked IS NULL RETURNING id");
    SQLite::bind(keys, sqlite::stored(at), name);
    std::vector<std::string> ids;
    while (keys.executeStep()) ids.push_back(keys.getColumn(0).getString());
    ended.keys = ids.size();
    for (const auto& id : ids)
        if (auto told = append(at, "caller_key_revoked", "", {{"key", id}, {"person", name}, {"by", by}});
            !told)
            return told;
    return {};
}

// What they approved and no one has begun is withdrawn with it.
Result<void> Ledger::Impl::end_permissions_of(const std::string& name, const std::string& by, policy::Time at,
                                              Ended& ended) {
    auto all = permissions({}, at, true);
    if (!all) return all.error();
    for (auto& permission : *all) {
        if (permission.by != name) continue;
        permission.revoked_by = by;
        run("UPDATE standing_permissions SET revoked = 1, record = ? WHERE id = ?", permission.json().dump(),
            permission.id);
        const Json body = {{"permission", permission.id},
                           {"given_by", name},
                           {"revoked_by", by},
                           {"used", permission.used},
                           {"because", "its giver was suspended"}};
        if (auto told = append(at, "permission_revoked", "", body); !told) return told;
        if (auto done = withdraw_under(permission.id, at); !done) return done;
        ++ended.permissions;
    }
    return {};
}

Result<void> Ledger::Impl::end_caller(const std::string& principal, const std::string& with,
                                      policy::Time at) {
    ++gone_with;
    auto all = permissions(principal, at, true);
    if (!all) return all.error();
    for (auto& permission : *all) {
        permission.revoked_by = "the end of its caller's " + with;
        run("UPDATE standing_permissions SET revoked = 1, record = ? WHERE id = ?", permission.json().dump(),
            permission.id);
        const Json body = {{"permission", permission.id},
                           {"given_by", permission.by},
                           {"used", permission.used},
                           {"because", "its caller's " + with + " ended"}};
        if (auto told = append(at, "permission_revoked", "", body); !told) return told;
    }
    auto open = open_approvals_of(principal);
    if (!open) return open.error();
    for (auto& approval : *open) {
        const auto was = approval.state();
        const auto next = policy::withdraw(std::move(approval), at, std::string(Ledger::its_caller_ended),
                                           std::string(Ledger::after_its_caller_ended));
        if (!next) continue;  // it runs, or has lapsed
        if (auto changed = change(was, *next); !changed) return changed;
        const Json body = {{"state", policy::to_string(next->state())}, {"digest", next->digest()}};
        if (auto told = append(at, "withdrawn with its caller's " + with, next->id, body); !told) return told;
    }
    return {};
}

Result<void> Ledger::Impl::end_requests_with(const std::string& name, policy::Time at, Ended& ended) {
    auto open = open_approvals();
    if (!open) return open.error();
    for (auto& approval : *open) {
        const auto was = approval.state();
        const auto next = policy::without_person(std::move(approval), name, at);
        if (!next) continue;
        if (auto changed = change(was, *next); !changed) return changed;
        const bool waits = next->state() == Approval::State::pending;
        const Json body = {
            {"state", policy::to_string(next->state())}, {"digest", next->digest()}, {"person", name}};
        if (auto told = append(at, waits ? "vote withdrawn with its person" : "withdrawn with its person",
                               next->id, body);
            !told)
            return told;
        ++(waits ? ended.votes : ended.requests);
    }
    return {};
}

// They may have been known to a server a moment before they were suspended.
Result<void> Ledger::Impl::check_deciders(const Approval& next, std::string_view kind) {
    using State = Approval::State;
    if (next.state() != State::pending && next.state() != State::approved && next.state() != State::denied)
        return {};
    std::vector<std::string> names;
    for (const auto& vote : next.votes()) names.push_back(vote.by);
    if (next.decision()) names.push_back(next.decision()->by);
    if (kind == "narrowed" && !next.narrowings.empty()) names.push_back(next.narrowings.back().by);
    if (kind == "extended" && next.extended) names.push_back(next.extended->by);
    if (names.empty()) return {};
    const auto known = people_in_journal();
    if (!known) return known.error();
    for (const auto& name : names)
        if (known->suspended(name)) return counts_no_more(name);
    return {};
}

Result<void> Ledger::Impl::check_giver(const std::string& person) {
    const auto known = people_in_journal();
    if (!known) return known.error();
    if (known->suspended(person)) return counts_no_more(person);
    return {};
}

Result<void> Ledger::Impl::check_suspended(const policy::Caller& caller) {
    const auto& person = caller.person;
    if (person.empty()) return {};
    const auto known = people_in_journal();
    if (!known) return known.error();
    if (!known->suspended(person)) return {};
    return Error{Errc::denied,
                 person +
                     ", whose agent this is, was suspended: its requests are refused. No one was asked, and "
                     "nothing was done.",
                 {{"next", policy::after_suspension(person, caller.principal)}}};
}

}  // namespace tfy::storage
