// People: who is enrolled, by the records alone; and what is left once one of them is suspended.
#include <algorithm>

#include "tests/model/reference.hpp"

namespace tfy::model {
namespace {

std::string text(const Json& body, const char* name) { return body.value(name, std::string{}); }

bool voted_on(const Row& row, const std::string& name) {
    return std::ranges::find(row.votes, name, &policy::Approval::Decision::by) != row.votes.end();
}

}  // namespace

bool Reference::decides(const std::string& name) const {
    const auto found = people_.find(name);
    return found != people_.end() && found->second.decides();
}

bool Reference::suspended(const std::string& name) const {
    const auto found = people_.find(name);
    return found != people_.end() && found->second.suspended;
}

std::size_t Reference::deciding() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(people_, [](const auto& each) { return each.second.decides(); }));
}

void Reference::person_record(const journal::JournalRecord& record) {
    const auto name = text(record.body, "person");
    const auto by = text(record.body, "by");
    if (record.kind == "person_invited") {
        expect(decides(by) && !people_.contains(name), by + " invited " + name + ", and may not");
        invited_.insert(by + ' ' + name);
    }
    if (record.kind == "person_enrolled") enrolled(record, name);
    if (record.kind == "person_confirmed") {
        auto& person = people_[name];
        expect(decides(by) && person.let_in_by != by && by != name && !person.confirmed && !person.suspended,
               by + " confirmed " + name + ", and may not");
        person.confirmed = true;
    }
    if (record.kind == "person_suspended") suspended_now(record, name);
}

void Reference::enrolled(const journal::JournalRecord& record, const std::string& name) {
    const auto by = text(record.body, "let_in_by");
    const bool confirmed = record.body.at("confirmed").get<bool>();
    const bool first = people_.empty();
    expect(!people_.contains(name), name + " is enrolled twice");
    expect(first == by.empty(), name + " is enrolled by no one, and is not the first");
    expect(first || (decides(by) && invited_.contains(by + ' ' + name)), name + " is enrolled uninvited");
    expect(confirmed == (first || deciding() == 1), name + " is confirmed too early, or too late");
    people_[name] = {.let_in_by = by, .confirmed = confirmed};
}

void Reference::suspended_now(const journal::JournalRecord& record, const std::string& name) {
    const auto by = text(record.body, "by");
    expect(decides(by), by + " suspended " + name + ", and may not");
    expect(!decides(name) || deciding() > 1, name + " was the last one who may decide");
    expect(people_.contains(name) && !people_[name].suspended, name + " was suspended twice");
    expect(suspending_.empty() || suspending_ == name, "what ended is not " + name + "'s");
    people_[name].suspended = true;
    just_suspended_ = name;
}

void Reference::without_person(const journal::JournalRecord& record, const Row& row,
                               const policy::Approval& seen) {
    const auto name = text(record.body, "person");
    expect(suspending_.empty() || suspending_ == name, row.id + " lost a vote of another person");
    suspending_ = name;
    const bool own = row.agent.person == name;
    const bool voted = voted_on(row, name);
    const bool waits = record.kind.starts_with("vote ");
    expect(own || voted, row.id + " does not concern " + name);
    expect(waits == (!own && row.state == "pending"), row.id + " did not end as it should with " + name);
    expect((seen.state() == policy::Approval::State::pending) == waits, row.id + " is in a wrong state");
    if (!waits) return;
    expect(seen.votes().size() + 1 == row.votes.size(), row.id + " lost more than one vote");
    for (const auto& vote : seen.votes()) expect(vote.by != name, row.id + " kept the vote of " + name);
}

void Reference::nothing_is_left_of(const std::string& name) {
    for (const auto& [id, row] : rows_) {
        const bool waits = (row.state == "pending" || row.state == "approved") && time_.now() < row.expires;
        if (!waits) continue;
        expect(row.agent.person != name, id + " waits, and its person " + name + " is suspended");
        expect(!voted_on(row, name), id + " counts the vote of " + name + ", who is suspended");
    }
    for (const auto& [id, given] : given_)
        expect(given.permission.by != name || given.revoked || !given.in_force ||
                   time_.now() >= given.permission.until,
               id + " is in force, and its giver is suspended");
}

}  // namespace tfy::model
