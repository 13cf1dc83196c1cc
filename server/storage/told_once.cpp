#include "server/storage/told_once.hpp"

#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr policy::Duration kept_for = std::chrono::days{366};

}  // namespace

// The members are there only if they are set; a request without them is not read.
Result<std::vector<policy::Approval>> ToldOnce::waiting(policy::Time now) {
    return sqlite::read([&]() -> Result<std::vector<policy::Approval>> {
        auto rows = impl_.prepare(
            "SELECT id FROM approvals WHERE state IN ('pending', 'approved', 'executing') AND state = "
            "'pending' AND "
            "expires > ? AND (instr(record, '\"remind_after_ms\":') > 0 OR instr(record, "
            "'\"escalate_after_ms\":') > "
            "0) ORDER BY created, number");
        SQLite::bind(rows, sqlite::stored(now));
        std::vector<policy::Approval> all;
        while (rows.executeStep()) {
            auto found = impl_.find(rows.getColumn(0).getString());
            if (!found) return found.error();
            if (*found) all.push_back(std::move(**found));
        }
        return all;
    });
}

Result<std::vector<std::string>> ToldOnce::kinds(const std::string& subject) {
    return sqlite::read([&]() -> Result<std::vector<std::string>> {
        auto rows = impl_.prepare("SELECT kind FROM told_once WHERE subject = ?");
        SQLite::bind(rows, subject);
        std::vector<std::string> all;
        while (rows.executeStep()) all.push_back(rows.getColumn(0).getString());
        return all;
    });
}

bool ToldOnce::claim(const std::string& subject, const std::string& kind, policy::Time at) {
    return impl_.run("INSERT OR IGNORE INTO told_once (subject, kind, at) VALUES (?, ?, ?)", subject, kind,
                     sqlite::stored(at)) == 1;
}

Result<bool> ToldOnce::nudge(const std::string& approval_id, const journal::JournalEntry& entry) {
    return impl_.write([&]() -> Result<bool> {
        const auto now = impl_.find(approval_id);
        if (!now) return now.error();
        if (!*now || policy::lapse(**now, entry.at).state() != policy::Approval::State::pending) return false;
        if (!claim(approval_id, entry.kind, entry.at)) return false;
        if (auto kept = impl_.append(entry); !kept) return kept.error();
        return true;
    });
}

Result<bool> ToldOnce::first(const std::string& subject, const std::string& kind,
                             const journal::JournalEntry& entry) {
    return impl_.write([&]() -> Result<bool> {
        if (!claim(subject, kind, entry.at)) return false;
        impl_.run("DELETE FROM told_once WHERE at < ?", sqlite::stored(entry.at - kept_for));
        if (auto kept = impl_.append(entry); !kept) return kept.error();
        return true;
    });
}

}  // namespace tfy::storage
