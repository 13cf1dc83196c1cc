// How requests end, for how long they answer the same call, and which others end with them.
#include <algorithm>

#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {

using policy::Approval;

Result<void> Ledger::Impl::supersede(const Approval& open, std::string_view why, const std::string& by,
                                     policy::Time now, const std::string& next) {
    if (policy::lapse(open, now).state() != open.state()) return {};  // expires by itself
    const auto ended = policy::supersede(open, std::string(why) + " Nothing was done.", now, next);
    if (!ended) return ended.error();
    if (auto changed = change(open.state(), *ended); !changed) return changed;
    Json body = {{"state", policy::to_string(ended->state())}, {"digest", ended->digest()}, {"by", by}};
    return append(now, "superseded", open.id, std::move(body));
}

Result<void> Ledger::Impl::supersede_where(const std::vector<std::string>& keys,
                                           const std::function<bool(const Approval&)>& cannot_run,
                                           std::string_view why, const std::string& by, policy::Time now,
                                           const std::string& next) {
    const auto needs_one = [&](const auto& each) {
        return std::ranges::find_first_of(each.second.needs, keys) != each.second.needs.end();
    };
    if (const auto* known = open_calls(); known && std::ranges::none_of(*known, needs_one)) return {};
    const auto open = open_approvals();
    if (!open) return open.error();
    for (const auto& each : *open)
        if (cannot_run(each))
            if (auto ended = supersede(each, why, by, now, next); !ended) return ended;
    return {};
}

Result<void> Ledger::finish(const policy::StoredApproval& stored, const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        const auto& ended = stored.approval;
        if (auto changed = impl_->change(Approval::State::executing, stored); !changed) return changed;
        if (auto told = impl_->append(entry); !told) return told;
        if (ended.state() != Approval::State::succeeded || ended.facts.consumes.empty()) return {};
        const auto cannot_run = [&](const Approval& open) { return policy::supersedes(ended, open); };
        return impl_->supersede_where(ended.facts.consumes, cannot_run,
                                      "Another request changed its token or took its name first.", ended.id,
                                      ended.updated);
    });
}

Result<void> Ledger::answer_until(const std::string& approval_id, policy::Time until) {
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "UPDATE approvals SET answers_until = ?2 WHERE id = ?1 AND state NOT IN ('pending', 'approved', "
            "'executing') AND (answers_until IS NULL OR answers_until > ?2)",
            approval_id, sqlite::stored(until));
        return {};
    });
}

Result<std::optional<policy::KeyIdentity>> Ledger::begun_with(const std::string& approval_id) {
    return sqlite::read([&]() -> Result<std::optional<policy::KeyIdentity>> {
        auto row = impl_->prepare("SELECT key_print, key_user FROM begun_with WHERE approval_id = ?");
        SQLite::bind(row, approval_id);
        return sqlite::first(row, [](SQLite::Statement& found) -> Result<policy::KeyIdentity> {
            return policy::KeyIdentity{found.getColumn(0).getString(), found.getColumn(1).getString()};
        });
    });
}

}  // namespace tfy::storage
