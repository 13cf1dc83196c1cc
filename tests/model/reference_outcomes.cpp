// How rows end, whom that is told, and when the same call may ask anew.
#include <algorithm>

#include "tests/model/names.hpp"
#include "tests/model/reference.hpp"

namespace tfy::model {
namespace {

constexpr int most_rewordings = 32;

bool asks_for(const Row& row, const Asked& asked) {
    return row.agent.principal == asked.agent.principal && row.tool == asked.tool &&
           row.asked == asked.arguments && row.base_url == asked.base_url;
}

bool waits(const Row& row) { return row.state == "pending" || row.state == "approved"; }

}  // namespace

policy::Time answers_until(const Row& row, policy::Time told) {
    if (told == policy::Time::max()) return told;
    if (row.state == "succeeded" || row.state == "unknown") return told + row.repeat;
    if (row.state == "denied") return std::max(told, row.ended + row.demand.denied_for);
    return told;
}

std::vector<std::string> needed_by(const Row& row) {
    if (row.tool == create) return {"name:" + row.arguments.at("payload").at("name").get<std::string>()};
    if (row.tool == remove_tool) return {"token:" + row.arguments.at("id").get<std::string>()};
    return {"value:" + row.arguments.at("reveal_id").get<std::string>()};
}

std::vector<std::string> consumed_by(const Row& row) {
    if (row.tool == create || row.tool == remove_tool) return needed_by(row);
    return {};
}

// What is no longer there
// ------------------------------------------------------------------------------------

void Reference::consumed(const std::vector<std::string>& keys, const Row* by, const std::string& record,
                         policy::Time at) {
    for (const auto& [id, row] : rows_) {
        const bool other = &row != by && (by == nullptr || by->base_url == row.base_url);
        if (!other || !waits(row) || at >= row.expires) continue;
        const auto needed = needed_by(row);
        if (std::ranges::find_first_of(keys, needed) != keys.end()) leaving_.insert(id);
    }
    leaving_by_ = record;
}

void Reference::superseded(const journal::JournalRecord& record, const Row& row) {
    expect(leaving_.erase(row.id) == 1, row.id + " was superseded, and could still run");
    expect(record.body.value("by", "") == leaving_by_, row.id + " was superseded by another than it says");
}

void Reference::committed() {
    for (const auto& id : leaving_) complain(id + " can no longer run, and still waits");
    leaving_.clear();
    if (!suspending_.empty() && just_suspended_.empty())
        complain(suspending_ + " lost votes, requests or permissions without being suspended");
    if (!just_suspended_.empty()) nothing_is_left_of(just_suspended_);
    suspending_.clear();
    just_suspended_.clear();
}

void Reference::ended(const journal::JournalRecord& record, Row& row, const policy::Approval& seen) {
    row.ended = record.at;
    row.ending = row.state;
    if (row.state == "denied" && seen.decision()) row.words = seen.decision()->reason;
    if (!seen.outcome.is_object()) return;
    row.words = seen.outcome.at("text").get<std::string>();
    if (!seen.outcome.contains("structured")) return;  // withdrawn, with the reason
    const auto& structured = seen.outcome.at("structured");
    row.names_token = structured.is_object() && structured.contains("id") && structured.at("id") == row.token;
    row.ending = structured.is_object() ? structured.value("status", std::string{}) : std::string{};
}

// The agent's words
// ------------------------------------------------------------------------------------------

void Reference::reworded(Row& row, const policy::Approval& seen) {
    const bool given = std::ranges::any_of(asked_, [&](const auto& each) {
        const auto& visit = each.second;
        return visit.asked.reason == seen.agent_reason &&
               (visit.asked.approval.empty() ? asks_for(row, visit.asked) : visit.asked.approval == row.id);
    });
    expect(given && seen.agent_reason != row.reason, row.id + " was reworded, and nobody did");
    expect(row.state == "pending" && seen.expires == row.expires && ++row.rewordings <= most_rewordings,
           row.id + " was reworded, and more than its reason changed");
    row.reason = seen.agent_reason;
}

// Who is told
// ------------------------------------------------------------------------------------------------

bool Reference::moved_on(const Row& row) const {
    return row.tool == create && row.state == "succeeded" && !row.token.empty() &&
           !upstream_.lists(row.token);
}

bool Reference::may_tell(const PageRequest& visit, const Row& row) const {
    return visit.asked.approval.empty() ? asks_for(row, visit.asked) : visit.asked.approval == row.id;
}

const Row* Reference::newest_before(const Row& row) const {
    const Row* newest = nullptr;
    for (const auto& [id, each] : rows_)
        if (each.asked_digest == row.asked_digest && (newest == nullptr || newest->number < each.number))
            newest = &each;
    return newest;
}

/// Whether it surely answers its call now, as far as requests other than `without` can have told of its end.
bool Reference::answers_by_now(const Row& row, const std::string& without) const {
    auto since = row.first_told;
    for (const auto& [trace, visit] : asked_)
        if (visit.over_at == 0 && trace != without && may_tell(visit, row))
            since = std::min(since, std::max(row.ended, visit.begun));
    return !row.open() && !moved_on(row) && time_.now() < answers_until(row, since);
}

void Reference::asks(const std::string& trace, Asked asked, bool may_fail) {
    auto& visit = asked_[trace];
    visit = {.asked = std::move(asked),
             .may_fail = may_fail,
             .begun = time_.now(),
             .begun_at = ++events_,
             .list_faults = upstream_.list_faults()};
    const auto* row = row_of(visit.asked);
    if (row == nullptr || !visit.asked.approval.empty()) return;
    if (moved_on(*row)) visit.moved_on = row->id;
    if (answers_by_now(*row, trace)) visit.owed = row->id;
}

// A row before it must have ended, been told, and be out of its time. Of one whose end is just being told
// someone must be about to hear.
void Reference::begins_anew(const Row& fresh, const policy::Approval& seen) {
    if (fresh.tool == remove_tool)
        for (const auto& [id, row] : rows_) {
            const bool alive = row.state == "executing" || (waits(row) && seen.created < row.expires);
            expect(!alive || row.agent.principal != fresh.agent.principal || row.base_url != fresh.base_url ||
                       row.tool != remove_tool || row.arguments.at("id") != fresh.arguments.at("id"),
                   fresh.id + " would change the same token as " + id);
        }
    const auto* before = newest_before(fresh);
    if (before == nullptr || moved_on(*before)) return;
    if (before->open()) return complain(fresh.id + " begins beside " + before->id + " of the same call");
    if (seen.created >= answers_until(*before, before->first_told)) return;
    Doubt doubt{before->id, fresh.id, {}};
    for (const auto& [trace, visit] : asked_)
        if (visit.over_at == 0 && may_tell(visit, *before) &&
            seen.created >= answers_until(*before, std::max(before->ended, visit.begun)))
            doubt.traces.insert(trace);
    if (doubt.traces.empty())
        return complain("lost: " + fresh.id + " begins, and " + before->id + " (" + before->state +
                        ") still answers that call");
    doubts_.push_back(std::move(doubt));
}

void Reference::says(const PageRequest& visit, const Row& row, const std::string& status,
                     const Json& structured) {
    const auto& asked = visit.asked;
    const bool named = asked.approval == row.id && row.agent.principal == asked.agent.principal;
    if (!named && !asks_for(row, asked))
        return complain("an answer to " + asked.tool + " names " + row.id + ", which is another call's");
    if (status == "approval_pending") {
        expect(visit.owed != row.id, row.id + " had ended (" + row.state + "), and is told as waiting");
        const auto words_of_it = [&](const auto& each) {
            const PageRequest& other = each.second;
            return other.asked.reason == row.reason && may_tell(other, row) &&
                   (other.over_at == 0 || other.over_at >= visit.begun_at);
        };
        expect(asked.reason.empty() || row.state != "pending" || std::ranges::any_of(asked_, words_of_it),
               row.id + " is shown with other words than its agent's newest");
        return;
    }
    expect(!row.open() && status == row.ending,
           row.id + " is " + row.state + ", and an answer says '" + status + "'");
    const auto message = structured.value("message", std::string{});
    expect(message.find(row.words) != std::string::npos,
           row.id + " ended with '" + row.words + "', and an answer says '" + message + "'");
    if (named) return;
    const bool late = row.told_at != 0 && visit.begun_at > row.told_at &&
                      visit.begun >= answers_until(row, row.surely_told);
    expect(!late, row.id + " (" + row.state + ") answers a call that it answers no more");
    expect(visit.moved_on != row.id || !row.names_token || visit.list_faults != upstream_.list_faults(),
           row.id + " is told as it was, and its token is gone");
}

void Reference::told(const PageRequest& visit, Row& row, bool surely) {
    if (row.open()) return;
    row.first_told = std::min(row.first_told, std::max(row.ended, visit.begun));
    if (!surely || row.told_at != 0) return;
    row.surely_told = time_.now();
    row.told_at = ++events_;
}

void Reference::check_owed(const std::string& trace, const PageRequest& visit, const std::string& named) {
    if (visit.owed.empty() || visit.owed == named || visit.may_fail) return;
    const auto& row = rows_.at(visit.owed);
    expect(!answers_by_now(row, trace), "lost: " + row.id + " (" + row.state + ") was not told to " + trace +
                                            (named.empty() ? "" : ", which got " + named));
}

void Reference::over(const std::string& trace, const std::string& named, bool tells) {
    auto& visit = asked_.at(trace);
    check_owed(trace, visit, named);
    visit.over_at = ++events_;
    const auto row = rows_.find(named);
    tells = tells && row != rows_.end() && !row->second.open();
    if (tells) told(visit, row->second, !visit.may_fail);
    std::erase_if(doubts_, [&](Doubt& doubt) {
        if (tells && doubt.approval == named) return true;
        if (doubt.traces.erase(trace) == 0 || !doubt.traces.empty()) return false;
        complain("lost: " + doubt.next + " began, and nobody was told how " + doubt.approval + " ended");
        return true;
    });
}

void Reference::cut(const std::string& trace) {
    const auto found = asked_.find(trace);
    if (found == asked_.end()) return;
    auto& visit = found->second;
    visit.over_at = ++events_;
    for (auto& [id, row] : rows_)
        if (may_tell(visit, row)) told(visit, row, false);
    std::erase_if(doubts_, [&](const Doubt& doubt) { return doubt.traces.contains(trace); });
}

}  // namespace tfy::model
