// Approvals: one open row for one call of one principal, changed by compare-and-set on its state.
#include <algorithm>
#include <iterator>
#include <limits>

#include "policy/refusals.hpp"
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"
#include "tools/offer.hpp"
#include "tools/own_command.hpp"
#include "tools/tool_names.hpp"

namespace tfy::storage {
namespace {

using policy::Approval;
using policy::StoredApproval;

// Bigger than any message that came in: what is stored was accepted once.
constexpr protocol::ParseLimits stored_limits{.bytes = 64 * 1024 * 1024, .depth = 128};

/// Of a row that begins with `record, revision, answers_until`.
Result<Approval> read_approval(SQLite::Statement& row) {
    const auto json = protocol::parse(row.getColumn(0).getString(), stored_limits);
    if (!json) return sqlite::damaged("an approval");
    auto approval = Approval::restore(*json);
    if (!approval) return sqlite::damaged("an approval");
    approval->revision = row.getColumn(1).getInt64();
    if (const auto until = row.getColumn(2); !until.isNull())
        approval->answers_until = sqlite::read_time(until);
    return approval;
}

/// Of a row: that it is no policy::is_follow_up(). No limit counts one.
constexpr std::string_view no_follow_up =
    "coalesce(json_extract(record, '$.decision.at') >= json_extract(record, '$.created'), 1)";

std::size_t count(SQLite::Statement& rows) {
    rows.executeStep();
    return static_cast<std::size_t>(rows.getColumn(0).getInt64());
}

}  // namespace

Result<std::optional<Approval>> Ledger::Impl::newest(const std::string& principal,
                                                     const std::string& digest) {
    auto row = prepare(
        "SELECT record, revision, answers_until FROM approvals WHERE principal = ? AND digest = ? "
        "ORDER BY number DESC LIMIT 1");
    SQLite::bind(row, principal, digest);
    return sqlite::first(row, read_approval);
}

Result<std::vector<Approval>> Ledger::Impl::open_approvals() {
    auto rows = prepare(
        "SELECT record, revision, answers_until FROM approvals WHERE state IN ('pending', 'approved', "
        "'executing')");
    return sqlite::all(rows, read_approval);
}

Result<std::vector<Approval>> Ledger::Impl::open_approvals_of(const std::string& principal) {
    auto rows = prepare(
        "SELECT record, revision, answers_until FROM approvals INDEXED BY one_open_approval WHERE principal "
        "= ? AND state IN ('pending', 'approved', 'executing') ORDER BY number");
    SQLite::bind(rows, principal);
    return sqlite::all(rows, read_approval);
}

void Ledger::Impl::insert(const StoredApproval& stored) {
    const auto& fresh = stored.approval;
    run("INSERT INTO approvals (id, state, principal, digest, created, expires, record) VALUES (?, ?, ?, ?, "
        "?, ?, ?)",
        fresh.id, std::string(policy::to_string(fresh.state())), fresh.call.caller.principal,
        fresh.asked_digest, sqlite::stored(fresh.created), sqlite::stored(fresh.expires), stored.record);
    own_commits.note(fresh);
}

Error Ledger::Impl::has_changed(const std::string& id, Approval::State from) {
    const auto found = find(id);
    if (!found) return found.error();
    const auto to = *found ? (*found)->state() : from;
    return {Errc::conflict, "This request has changed" +
                                (to == from ? std::string() : ": it " + policy::in_words(to)) +
                                ". Nothing was changed by this. Look at it again."};
}

// What the row is about never changes with its state: where the call as it was asked or its principal differ,
// nothing is written. Nor if someone else wrote since `next` was read.
Result<void> Ledger::Impl::change(Approval::State expected, const StoredApproval& stored) {
    const auto& next = stored.approval;
    const int changed =
        run("UPDATE approvals SET state = ?, expires = ?, record = ?, revision = revision + 1 WHERE id = ? "
            "AND state = ? AND revision = ? AND principal = ? AND digest = ?",
            std::string(policy::to_string(next.state())), sqlite::stored(next.expires), stored.record,
            next.id, std::string(policy::to_string(expected)), next.revision, next.call.caller.principal,
            next.asked_digest);
    if (changed != 1) return has_changed(next.id, expected);
    own_commits.note(next);
    return {};
}

// To read all of them costs more than one look at a few: only who writes again and again gains by it.
const OwnCommits::OpenCalls* Ledger::Impl::open_calls() {
    auto* known = own_commits.now();
    if (known == nullptr || (!known->open && !known->again)) return nullptr;
    if (known->open) return &*known->open;
    const auto all = open_approvals();
    if (!all) return nullptr;
    known->open.emplace();
    for (const auto& each : *all) own_commits.note(each);
    return &*known->open;
}

bool Ledger::Impl::may_meet(const Approval& fresh) {
    if (policy::same_target(fresh, fresh)) return true;
    const auto* open = open_calls();
    if (open == nullptr) return true;
    return std::ranges::any_of(*open, [&](const auto& each) {
        const auto& call = each.second;
        return call.principal == fresh.call.caller.principal && call.base_url == fresh.call.base_url &&
               call.tool == fresh.call.tool && call.tool_version != fresh.call.tool_version;
    });
}

Result<void> Ledger::Impl::lapse(const Approval& overdue, policy::Time now) {
    const auto lapsed = policy::lapse(overdue, now);
    if (auto changed = change(overdue.state(), lapsed); !changed) return changed;
    Json body = {{"state", policy::to_string(lapsed.state())},
                 {"digest", lapsed.digest()}};  // no word that came from outside
    return append(now, "expired", lapsed.id, std::move(body));
}

// Those whose time is over may be among the known ones: where even so there are fewer, they need no counting.
std::size_t Ledger::Impl::count_open(const std::string& principal, policy::Time now, std::size_t enough) {
    if (const auto* known = open_calls()) {
        const auto own =
            std::ranges::count(*known, principal, [](const auto& each) { return each.second.principal; });
        if (static_cast<std::size_t>(own) < enough) return static_cast<std::size_t>(own);
    }
    static const std::string open_ones =
        "SELECT count(*) FROM approvals INDEXED BY one_open_approval WHERE principal = ?1 AND state IN "
        "('pending', 'approved', 'executing') AND (state = 'executing' OR expires > ?2) AND " +
        std::string(no_follow_up);
    auto open = prepare(open_ones.c_str());
    SQLite::bind(open, principal, sqlite::stored(now));
    return count(open);
}

// Rows are numbered in about the order of their times: where all that came since, of every principal, are far
// from enough, its own need no counting.
std::size_t Ledger::Impl::count_since(const std::string& principal, policy::Time since, std::size_t enough) {
    constexpr std::size_t out_of_order = 1'000;
    auto of_all = prepare(
        "SELECT (SELECT max(number) FROM approvals) - number FROM approvals WHERE created > ? ORDER BY "
        "created LIMIT 1");
    SQLite::bind(of_all, sqlite::stored(since));
    const auto most = of_all.executeStep() ? of_all.getColumn(0).getInt64() + 1 : 0;
    if (static_cast<std::size_t>(std::max<std::int64_t>(most, 0)) + out_of_order < enough)
        return static_cast<std::size_t>(std::max<std::int64_t>(most, 0));
    static const std::string recent_ones =
        "SELECT count(*) FROM approvals WHERE principal = ? AND created > ? AND " + std::string(no_follow_up);
    auto recent = prepare(recent_ones.c_str());
    SQLite::bind(recent, principal, sqlite::stored(since));
    return count(recent);
}

Result<void> Ledger::Impl::check_limits(const std::string& principal, policy::Time now,
                                        const RequestLimits& limits) {
    if (count_open(principal, now, limits.open_requests) >= limits.open_requests)
        return Error{Errc::rate_limited, "There are " + std::to_string(limits.open_requests) +
                                             " open requests for approval already. No one was asked, and "
                                             "nothing ran. Ask the user to decide on some of them first, on "
                                             "the approvals page or with: " +
                                             tools::own_command("approvals list")};
    if (count_since(principal, now - std::chrono::minutes{1}, limits.requests_per_minute) >=
        limits.requests_per_minute)
        return Error{Errc::rate_limited, "There were " + std::to_string(limits.requests_per_minute) +
                                             " requests for approval within one minute. No one was asked, "
                                             "and nothing ran. Wait a minute."};
    return {};
}

// One principal does not ask for two changes of one token at once: the second could only meet what the first
// one left. Other principals may ask, and the people who decide see both.
Result<void> Ledger::Impl::check_target(const std::vector<Approval>& own, const Approval& fresh,
                                        policy::Time now) {
    if (!policy::same_target(fresh, fresh)) return {};  // it changes no token that is there
    for (const auto& each : own)
        if (policy::same_target(fresh, each) && policy::lapse(each, now).state() == each.state())
            return Error{Errc::conflict,
                         "Your request " + each.id + " (" + each.call.tool +
                             ") would change the same token and is still open. No one was asked, and nothing "
                             "was done. Wait for its outcome" +
                             tools::by_tool(tools::approvals_get_tool) +
                             ", or ask the user to deny it, then call again.",
                         {{"approval_id", each.id},
                          {"next", "Ask for the outcome of " + each.id +
                                       tools::by_tool(tools::approvals_get_tool) + "."}}};
    return {};
}

Result<void> Ledger::Impl::end_other_definitions(std::vector<Approval>& own, const Approval& fresh,
                                                 policy::Time now) {
    const auto is_under_another = [&](const Approval& open) {
        return open.state() != Approval::State::executing && open.call.base_url == fresh.call.base_url &&
               open.call.tool == fresh.call.tool && open.call.tool_version != fresh.call.tool_version &&
               open.asked_arguments() == fresh.asked_arguments();
    };
    for (const auto& each : own)
        if (is_under_another(each))
            if (auto ended =
                    supersede(each, "The same call was made again under another definition of its tool.",
                              fresh.id, now);
                !ended)
                return ended;
    std::erase_if(own, is_under_another);
    return {};
}

// An overdue row lapses first, in the same transaction. It still answers once: no one was told that it
// expired.
Result<Ledger::Opened> Ledger::Impl::open_row(const StoredApproval& stored, policy::Time now,
                                              const RequestLimits& limits) {
    const auto& fresh = stored.approval;
    const auto& principal = fresh.call.caller.principal;
    auto found = newest(principal, fresh.asked_digest);
    if (!found) return found.error();
    if (*found && policy::lapse(**found, now).state() != (*found)->state()) {
        if (auto lapsed = lapse(**found, now); !lapsed) return lapsed.error();
        found = newest(principal, fresh.asked_digest);
        if (!found) return found.error();
    }
    if (*found && policy::answers(**found, now)) return Opened{std::move(**found), true};
    const auto freeze = freeze_of(principal);
    if (!freeze) return freeze.error();
    if (*freeze) return (*freeze)->refusal();
    if (auto may = check_suspended(fresh.call.caller); !may) return may.error();
    if (auto may = check_caller(principal, now); !may) return may.error();
    if (auto may = check_deciders(fresh, ""); !may) return may.error();
    if (!policy::is_follow_up(fresh))
        if (auto room = check_limits(principal, now, limits); !room) return room.error();
    if (may_meet(fresh)) {
        auto own = open_approvals_of(principal);
        if (!own) return own.error();
        if (auto ended = end_other_definitions(*own, fresh, now); !ended) return ended.error();
        if (auto alone = check_target(*own, fresh, now); !alone) return alone.error();
    }
    insert(stored);
    return Opened{fresh, false};
}

Result<Ledger::Opened> Ledger::open_request(const StoredApproval& fresh, const RequestLimits& limits,
                                            const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<Opened> {
        auto opened = impl_->open_row(fresh, fresh.approval.created, limits);
        if (!opened || opened->attached) return opened;
        if (auto journalled = impl_->append(entry); !journalled) return journalled.error();
        return opened;
    });
}

Result<std::optional<Approval>> Ledger::Impl::find(const std::string& id) {
    auto row = prepare("SELECT record, revision, answers_until FROM approvals WHERE id = ?");
    SQLite::bind(row, id);
    return sqlite::first(row, read_approval);
}

Result<std::optional<Approval>> Ledger::find(const std::string& id) {
    return sqlite::read([&] { return impl_->find(id); });
}

Result<std::optional<Approval>> Ledger::newest(const std::string& principal, const std::string& digest) {
    return sqlite::read([&] { return impl_->newest(principal, digest); });
}

Result<std::vector<Approval>> Ledger::list(bool open_only, std::size_t limit) {
    return sqlite::read([&]() -> Result<std::vector<Approval>> {
        auto rows = impl_->prepare(open_only ? "SELECT record, revision, answers_until FROM approvals WHERE "
                                               "state IN ('pending', 'approved', "
                                               "'executing') "
                                               "ORDER BY created DESC, number DESC LIMIT ?"
                                             : "SELECT record, revision, answers_until FROM approvals ORDER "
                                               "BY created DESC, number DESC LIMIT ?");
        SQLite::bind(rows, static_cast<std::int64_t>(limit));
        return sqlite::all(rows, read_approval);
    });
}

// `state IN (…)` besides is what lets SQLite look through the index of open ones only: rows whose time is
// over keep their state until someone looks at them, and all that were ever decided stay.
Result<std::vector<Approval>> Ledger::all_open(policy::Time now) {
    return sqlite::read([&]() -> Result<std::vector<Approval>> {
        auto rows = impl_->prepare(
            "SELECT record, revision, answers_until FROM approvals WHERE state IN ('pending', 'approved', "
            "'executing') AND "
            "(state = 'executing' OR expires > ?) ORDER BY created DESC, number DESC");
        SQLite::bind(rows, sqlite::stored(now));
        return sqlite::all(rows, read_approval);
    });
}

Result<Ledger::Waiting> Ledger::waiting(policy::Time now, const std::string& after, std::size_t page_size) {
    return sqlite::read([&]() -> Result<Waiting> {
        auto place = impl_->prepare("SELECT created, number FROM approvals WHERE id = ?");
        SQLite::bind(place, after);
        const bool placed = !after.empty() && place.executeStep();
        if (!after.empty() && !placed) return Error{Errc::not_found, "There is no such request."};
        const auto created =
            placed ? place.getColumn(0).getInt64() : std::numeric_limits<std::int64_t>::min();
        const auto number = placed ? place.getColumn(1).getInt64() : 0;
        const std::string all =
            " FROM approvals WHERE state IN ('pending', 'approved', 'executing') AND state = 'pending' AND "
            "expires > ?1 ";
        const auto behind = all + "AND (created, number) > (?2, ?3) ";
        auto rows = impl_->prepare(
            ("SELECT record, revision, answers_until" + behind + "ORDER BY created, number LIMIT ?4")
                .c_str());
        SQLite::bind(rows, sqlite::stored(now), created, number, static_cast<std::int64_t>(page_size));
        auto page = sqlite::all(rows, read_approval);
        if (!page) return page.error();
        auto count_behind = impl_->prepare(("SELECT count(*)" + behind).c_str());
        SQLite::bind(count_behind, sqlite::stored(now), created, number);
        auto count_all = impl_->prepare(("SELECT count(*)" + all).c_str());
        SQLite::bind(count_all, sqlite::stored(now));
        // Another process may have decided on some of the page meanwhile.
        const auto behind_now = std::max(count(count_behind), page->size());
        const auto rest = behind_now - page->size();
        return Waiting{std::move(*page), rest, count(count_all)};
    });
}

Result<std::vector<Approval>> Ledger::over(policy::Time now, std::size_t limit, const std::string& before) {
    return sqlite::read([&]() -> Result<std::vector<Approval>> {
        auto place = impl_->prepare("SELECT created, number FROM approvals WHERE id = ?");
        SQLite::bind(place, before);
        const bool placed = !before.empty() && place.executeStep();
        if (!before.empty() && !placed) return Error{Errc::not_found, "There is no such request."};
        constexpr auto last = std::numeric_limits<std::int64_t>::max();
        auto rows = impl_->prepare(
            "SELECT record, revision, answers_until FROM approvals WHERE (created, number) < (?2, ?3) AND "
            "(state NOT IN ('pending', 'approved', 'executing') OR "
            "(state IN ('pending', 'approved') AND expires <= ?1)) ORDER BY created DESC, number DESC LIMIT "
            "?4");
        SQLite::bind(rows, sqlite::stored(now), placed ? place.getColumn(0).getInt64() : last,
                     placed ? place.getColumn(1).getInt64() : last, static_cast<std::int64_t>(limit));
        return sqlite::all(rows, read_approval);
    });
}

Result<std::vector<Approval>> Ledger::list_of(const std::string& principal, const std::string& before,
                                              std::size_t limit) {
    return sqlite::read([&]() -> Result<std::vector<Approval>> {
        auto place = impl_->prepare("SELECT created, number FROM approvals WHERE principal = ? AND id = ?");
        SQLite::bind(place, principal, before);
        const bool placed = !before.empty() && place.executeStep();
        if (!before.empty() && !placed) return Error{Errc::not_found, "There is no such request."};
        auto rows = impl_->prepare(
            "SELECT record, revision, answers_until FROM approvals WHERE principal = ?1 AND (?2 = 0 OR "
            "(created, number) < "
            "(?3, ?4)) "
            "ORDER BY created DESC, number DESC LIMIT ?5");
        SQLite::bind(rows, principal, placed ? 1 : 0, placed ? place.getColumn(0).getInt64() : 0,
                     placed ? place.getColumn(1).getInt64() : 0, static_cast<std::int64_t>(limit));
        return sqlite::all(rows, read_approval);
    });
}

Result<void> Ledger::change(Approval::State expected, const StoredApproval& next,
                            const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        if (auto may = impl_->check_deciders(next.approval, entry.kind); !may) return may;
        if (auto changed = impl_->change(expected, next); !changed) return changed;
        return impl_->append(entry);
    });
}

Result<policy::Claim> Ledger::begin(const StoredApproval& executing,
                                    const std::optional<policy::KeyIdentity>& with,
                                    const journal::JournalEntry& entry) {
    const Result<void> committed = impl_->write([&]() -> Result<void> {
        if (auto changed = impl_->change(Approval::State::approved, executing); !changed) return changed;
        if (!with) return impl_->append(entry);
        impl_->run("INSERT INTO begun_with (approval_id, key_print, key_user) VALUES (?, ?, ?)",
                   executing.approval.id, with->print, with->user);
        return impl_->append(entry);
    });
    if (!committed) return committed.error();
    auto claimed = executing.approval;
    ++claimed.revision;
    return policy::Claim(std::move(claimed));
}

}  // namespace tfy::storage
