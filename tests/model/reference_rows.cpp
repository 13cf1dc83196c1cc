// What the store commits: each row that begins, and each step that one takes.
#include <algorithm>

#include "tests/model/names.hpp"
#include "tests/model/reference.hpp"

namespace tfy::model {
namespace {

using policy::Approval;
using policy::Destination;

const std::set<std::pair<std::string, std::string>> steps = {
    {"pending", "pending"},     {"pending", "approved"},    {"pending", "denied"},
    {"pending", "expired"},     {"pending", "withdrawn"},   {"approved", "executing"},
    {"approved", "expired"},    {"approved", "withdrawn"},  {"pending", "superseded"},
    {"approved", "superseded"}, {"executing", "succeeded"}, {"executing", "failed"},
    {"executing", "unknown"}};

bool blank(const std::string& text) { return text.find_first_not_of(' ') == std::string::npos; }

bool may_deny(const Row& row, const std::string& person) {
    if (person == row.agent.principal) return false;
    const auto& group = row.demand.approvers;
    return group.empty() || std::ranges::find(group, person) != group.end();
}

bool may_decide(const Row& row, const std::string& person) {
    if (!row.demand.self_approval && (row.agent.person.empty() || person == row.agent.person)) return false;
    return may_deny(row, person);
}

std::string for_people(const std::string& digest) {
    return digest.substr(7, 4) + " " + digest.substr(11, 4) + " " + digest.substr(15, 4);
}

Row read(const Approval& seen) {
    return {.id = seen.id,
            .agent = {seen.call.caller.principal, seen.call.caller.person,
                      static_cast<int>(seen.call.caller.default_assurance)},
            .client = seen.call.caller.client,
            .tool = seen.call.tool,
            .tool_version = seen.call.tool_version,
            .base_url = seen.call.base_url,
            .asked = seen.call.arguments,
            .arguments = seen.call.arguments,
            .asked_digest = seen.asked_digest,
            .digest = seen.digest(),
            .subject = seen.facts.subject,
            .state = std::string(policy::to_string(seen.state())),
            .created = seen.created,
            .expires = seen.expires,
            .votes = seen.votes(),
            .digests = {seen.digest()},
            .reason = seen.agent_reason,
            .repeat = seen.repeat_outcome};
}

}  // namespace

void Reference::sees(const journal::JournalRecord& record, const Approval* seen) {
    expect(record.previous == last_hash_,
           "the journal's chain is broken at " + std::to_string(record.sequence));
    last_hash_ = record.hash;
    shows(record.body.dump(), false);
    if (record.kind.starts_with("person_")) return person_record(record);
    if (!record.approval_id.starts_with("apr_")) return permission_record(record);
    if (seen == nullptr) return complain(record.approval_id + " is in the journal and not in the store");
    shows(seen->json().dump(), false);
    const auto known = rows_.find(record.approval_id);
    if (known == rows_.end()) return first(record, *seen);
    next(record, known->second, *seen);
}

void Reference::permission_record(const journal::JournalRecord& record) {
    if (record.kind == "reveal_claimed" && record.body.value("destination", "") == "agent") {
        const auto fits = [&](const auto& each) {
            return each.second.tool == reveal && each.second.state == "executing" &&
                   each.second.arguments.at("reveal_id") == record.approval_id;
        };
        const auto row = std::ranges::find_if(rows_, fits);
        if (row == rows_.end()) return complain("a value was claimed without an approval");
        expect(!std::exchange(row->second.claimed, true), row->first + " claimed two values");
    }
    if (record.kind.starts_with("reveal_"))  // claimed, lapsed or lost: held no longer
        consumed({"value:" + record.approval_id}, nullptr, record.approval_id, record.at);
    if (record.kind == "permission_revoked") suspending_ = record.body.at("given_by").get<std::string>();
    const auto given = given_.find(record.body.value("permission", record.approval_id));
    if (given == given_.end()) return;
    if (record.kind == "permission given") {
        given->second.in_force = true;
        expect(!suspended(given->second.permission.by), "a suspended person gave a permission");
    }
    if (record.kind == "permission revoked" || record.kind == "permission_revoked")
        given->second.revoked = true;
}

// Whether some rules in force ask for just this; they are the row's from now on.
bool Reference::demanded(Row& row, const Approval& seen, bool any_lifetime) const {
    const auto& terms = seen.terms();
    for (const auto* book : books_) {
        const auto* demand = find(*book, row.tool, row.subject);
        if (demand == nullptr || demand->denied) continue;
        const bool same =
            demand->quorum == terms.quorum && demand->approvers == terms.approvers &&
            demand->self_approval == terms.self_approval && demand->reason == terms.reason_required &&
            demand->denied_for == terms.denied_for &&
            least_assurance(*demand, row.agent.default_assurance) == static_cast<int>(terms.min_assurance) &&
            (row.tool == create ? demand->reveal : std::vector<Destination>{}) == terms.destinations &&
            (any_lifetime || row.expires == seen.facts.no_later(row.created + demand->lifetime));
        if (!same) continue;
        row.demand = *demand;
        row.demand.assurance = static_cast<int>(terms.min_assurance);
        return true;
    }
    return false;
}

std::string Reference::not_met(const Row& row) const {
    std::set<std::string> people;
    for (const auto& vote : row.votes) {
        if (!may_decide(row, vote.by)) return vote.by + " may not decide";
        if (static_cast<int>(vote.assurance) < row.demand.assurance) return vote.by + " is not sure enough";
        people.insert(vote.by);
    }
    return people.size() >= row.demand.quorum ? "" : "not enough people";
}

void Reference::first(const journal::JournalRecord& record, const Approval& seen) {
    auto row = read(seen);
    expect(seen.narrowings.empty(), row.id + " begins narrowed");
    expect(row.digest == row.asked_digest && row.digest == digest_of(row, row.base_url, row.arguments),
           row.id + " begins with a digest that is not its call's");
    const bool asked = std::ranges::any_of(asked_, [&](const auto& each) {
        const auto& it = each.second.asked;
        return it.agent.principal == row.agent.principal && it.tool == row.tool &&
               it.arguments == row.arguments && it.reason == row.reason;
    });
    expect(asked || record.kind == "follows", row.id + " begins, and nobody asked");
    if (row.tool == create)
        expect(row.subject == row.arguments.at("payload").at("name"), row.id + ": another name");
    if (row.tool == remove_tool)
        expect(row.subject == upstream_.name_of(row.arguments.at("id").get<std::string>()),
               row.id + ": another token");
    expect(demanded(row, seen, record.kind != "requested"), row.id + " begins with terms that no rule has");
    expect(!suspended(row.agent.person), row.id + " begins, and its person is suspended");
    for (const auto& vote : row.votes)
        expect(!suspended(vote.by), row.id + " begins with the vote of a suspended person");
    if (record.kind == "requested")
        expect(row.state == "pending" && row.votes.empty(), row.id + " begins decided");
    if (record.kind == "permitted") permitted(row);
    if (record.kind == "follows") followed(row);
    const bool repeats = std::ranges::any_of(
        books_, [&](const auto* book) { return seen.repeat_outcome == book->repeat_outcome; });
    expect(repeats, row.id + " repeats its outcome for longer or shorter than any rules say");
    row.number = ++events_;
    begins_anew(row, seen);
    const bool known = record.kind == "requested" || record.kind == "permitted" || record.kind == "follows";
    expect(known, row.id + " begins with a record of kind " + record.kind);
    rows_.emplace(row.id, std::move(row));
}

// Invariant 7.
void Reference::permitted(const Row& row) {
    if (row.votes.size() != 1) return complain(row.id + " is permitted by nobody");
    const auto found = given_.find(row.votes.front().permission);
    if (found == given_.end()) return complain(row.id + " is permitted by a permission that nobody gave");
    auto& given = found->second;
    const auto& permission = given.permission;
    expect(row.state == "approved" && given.in_force && !given.revoked,
           row.id + ": the permission is not in force");
    expect(row.created < permission.until, row.id + ": the permission is over");
    expect(++given.used <= permission.uses, row.id + ": the permission is used up");
    expect(row.tool == create && row.agent.principal == permission.principal,
           row.id + ": not what was permitted");
    expect(row.base_url == permission.base_url, row.id + ": permitted for another control plane");
    const auto& payload = row.arguments.at("payload");
    expect(payload.value("teamName", "") == permission.kind.team &&
               payload.value("accountName", "") == permission.kind.account &&
               payload.value("tokenType", "") == permission.kind.type,
           row.id + ": permitted for another kind of token");
    const auto prefix = permission.names.substr(0, permission.names.find('*'));
    expect(row.subject.starts_with(prefix), row.id + ": another name than was permitted");
    const auto expiry = policy::read_time(row.arguments.at("payload").value("expirationDate", std::string{}));
    expect(expiry && *expiry < std::chrono::ceil<std::chrono::days>(row.created + permission.longest_life +
                                                                    std::chrono::milliseconds{1}),
           row.id + ": lives longer than was permitted");
    expect(row.votes.front().by == permission.by, row.id + ": another giver");
    const auto missing = not_met(row);
    expect(missing.empty(), row.id + " is permitted: " + missing);
}

// A create whose value goes to the agent decides on its showing, too.
void Reference::followed(const Row& row) {
    const auto of = reveals_.find(row.arguments.value("reveal_id", std::string{}));
    if (of != reveals_.end()) {
        const auto& votes = rows_.at(of->second).votes;
        expect(!votes.empty() && votes.back().destination == Destination::agent,
               row.id + " follows from no such choice");
        expect(votes.size() == row.votes.size(), row.id + " follows with other votes");
    }
    const auto missing = not_met(row);
    expect(row.tool == reveal && row.state == "approved" && missing.empty(), row.id + " follows: " + missing);
}

// Invariants 3 and 4: along the table, each with its record.
void Reference::next(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    const std::string state(policy::to_string(seen.state()));
    expect(steps.contains({row.state, state}), row.id + " went from " + row.state + " to " + state);
    expect(seen.call.caller.principal == row.agent.principal && seen.call.tool == row.tool &&
               seen.asked_digest == row.asked_digest && seen.created == row.created &&
               seen.asked_arguments() == row.asked,
           row.id + " became another request");
    const auto& kind = record.kind;
    if (kind == "approved in part" || kind == "approved")
        voted(record, row, seen);
    else if (kind == "denied")
        ended_by(Wish::Kind::deny, record, row, seen);
    else if (kind.starts_with("withdrawn by "))
        ended_by(Wish::Kind::withdraw, record, row, seen);
    else if (kind == "withdrawn with its permission")
        expect(state == "withdrawn" && given_.at(seen.decision()->permission).revoked,
               row.id + " was withdrawn, and its permission holds");
    else if (kind == "withdrawn for another key")
        for_another_key(record, row, seen);
    else if (kind.ends_with("withdrawn with its person"))
        without_person(record, row, seen);
    else if (kind == "narrowed")
        narrowed(record, row, seen);
    else if (kind == "reworded")
        reworded(row, seen);
    else if (kind == "superseded")
        superseded(record, row);
    else if (kind == "executing")
        begun(record, row, seen);
    else if (kind == "finished" || kind == "settled")
        finished(record, row, seen);
    else if (kind == "expired")
        expect(record.at >= row.expires && state == "expired", row.id + " expired too early");
    else
        complain(row.id + ": a record of kind " + kind);
    if (kind != "narrowed")
        expect(seen.digest() == row.digest && seen.call.arguments == row.arguments,
               row.id + " changed what it asks");
    if (kind != "narrowed" && !kind.starts_with("approved") && kind != "denied" && !kind.starts_with("vote "))
        expect(seen.votes().size() == row.votes.size(), row.id + " lost votes, or gained some");
    expect(seen.agent_reason == row.reason, row.id + " has another reason than it was given");
    row.state = state;
    if (!row.open()) ended(record, row, seen);
    row.votes = seen.votes();
    row.expires = seen.expires;
    row.instance = seen.instance;
}

std::string Reference::unfit(const Row& row, const Wish& wish, policy::Time at) const {
    if (row.state != "pending" && wish.kind != Wish::Kind::withdraw) return "it was not pending";
    if (at >= row.expires) return "it was too late";
    if (wish.kind == Wish::Kind::withdraw) return {};
    if (wish.assurance > 0 && !decides(wish.person)) return wish.person + " is no one who decides here now";
    if (wish.forgery != 0) return "the passkey's answer was forged";
    const bool own = !row.agent.person.empty() && wish.person == row.agent.person;
    if (wish.kind == Wish::Kind::deny) {
        if (!own && !may_deny(row, wish.person)) return wish.person + " may not decide";
        return wish.assurance > 0 && blank(wish.reason) ? "without a reason" : "";
    }
    if (!may_decide(row, wish.person)) return wish.person + " may not decide";
    if (wish.digest != row.digest && wish.digest != for_people(row.digest)) return "another digest was shown";
    // A passkey signs decisions, and a change of what is asked is none.
    const int sure = wish.kind == Wish::Kind::narrow && wish.assurance == 2 ? 3 : wish.assurance;
    if (sure < row.demand.assurance) return wish.person + " is not sure enough";
    if (wish.kind == Wish::Kind::narrow) return {};
    if (std::ranges::find(row.votes, wish.person, &Approval::Decision::by) != row.votes.end())
        return wish.person + " said yes before";
    if (!row.subject.empty() && wish.typed != row.subject) return "another name was typed";
    return row.demand.reason && blank(wish.reason) ? "without a reason" : "";
}

// The wish that this came of; one that could not come true is a complaint.
Wish* Reference::take(Wish::Kind kind, const Row& row, const std::string& by, policy::Time at,
                      const Approval::Decision* decision) {
    std::string why = "nobody wanted it";
    for (const auto& wish : wishes_) {
        const bool it = wish->kind == kind && wish->approval == row.id && !wish->effective && !wish->over &&
                        wish->person == by &&
                        (decision == nullptr || static_cast<int>(decision->assurance) == wish->assurance);
        if (!it) continue;
        const auto& first = row.votes.empty() ? row.demand.reveal.front() : row.votes.front().destination;
        const bool chosen = kind != Wish::Kind::approve || row.tool != create ||
                            decision->destination == wish->destination.value_or(first);
        if (!chosen) {
            why = "another destination";
            continue;
        }
        why = unfit(row, *wish, at);
        if (!why.empty()) continue;
        wish->effective = true;
        return wish.get();
    }
    complain(row.id + " was decided by " + by + ": " + why);
    return nullptr;
}

void Reference::voted(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    if (seen.votes().size() != row.votes.size() + 1)
        return complain(row.id + ": votes were lost: " + std::to_string(row.votes.size()) + ", then " +
                        std::to_string(seen.votes().size()));
    for (std::size_t i = 0; i < row.votes.size(); ++i)
        expect(seen.votes()[i].by == row.votes[i].by, row.id + ": a vote was replaced");
    const auto& vote = seen.votes().back();
    take(Wish::Kind::approve, row, vote.by, record.at, &vote);
    if (row.tool == create) {
        const auto& allowed = row.demand.reveal;
        expect(std::ranges::find(allowed, vote.destination) != allowed.end() &&
                   (row.votes.empty() || vote.destination == row.votes.front().destination),
               row.id + ": a destination that is not to be chosen");
    }
    row.votes = seen.votes();
    const bool enough = not_met(row).empty();
    expect(enough == (seen.state() == Approval::State::approved),
           row.id + ": approved without its quorum, or not with it");
    if (!enough) return;
    const auto end = [&](const auto* book) { return seen.facts.no_later(record.at + book->claim_window); };
    expect(std::ranges::find(books_, seen.expires, end) != books_.end(),
           row.id + ": another claim window than any rules have");
}

void Reference::ended_by(Wish::Kind kind, const journal::JournalRecord& record, Row& row,
                         const Approval& seen) {
    const std::string withdrawn = "withdrawn by ";
    auto by = seen.decision() ? seen.decision()->by : std::string{};
    if (kind == Wish::Kind::withdraw) by = record.kind.substr(withdrawn.size());
    take(kind, row, by, record.at, kind == Wish::Kind::deny && seen.decision() ? &*seen.decision() : nullptr);
    expect(seen.state() == (kind == Wish::Kind::deny ? Approval::State::denied : Approval::State::withdrawn),
           row.id + ": the record says " + record.kind);
}

void Reference::narrowed(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    const auto* wish = take(Wish::Kind::narrow, row, seen.narrowings.back().by, record.at, nullptr);
    auto arguments = row.arguments;
    auto& payload = arguments["payload"];
    const auto before = policy::read_time(payload.value("expirationDate", std::string{}));
    if (wish != nullptr && !wish->new_name.empty()) payload["name"] = wish->new_name;
    if (wish != nullptr && !wish->new_expiry.empty()) payload["expirationDate"] = wish->new_expiry;
    const auto after = policy::read_time(payload.value("expirationDate", std::string{}));
    expect(!before || (after && *after <= *before), row.id + " was made to live longer");
    expect(row.tool == create && seen.call.arguments == arguments,
           row.id + " was narrowed to something else");
    expect(seen.votes().empty() && seen.state() == Approval::State::pending,
           row.id + " kept votes over a narrowing");
    expect(seen.digest() == digest_of(row, row.base_url, arguments),
           row.id + " has not the digest of what it became");
    row.arguments = std::move(arguments);
    row.digest = seen.digest();
    row.subject = row.arguments.at("payload").at("name").get<std::string>();
    row.digests.push_back(row.digest);
    expect(seen.facts.subject == row.subject, row.id + " shows another name than it asks for");
    auto same = row;
    expect(demanded(same, seen, true), row.id + " was narrowed to what other rules cover");
}

void Reference::for_another_key(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    expect(seen.state() == policy::Approval::State::withdrawn &&
               std::ranges::any_of(
                   keys_, [&seen](const auto& process) { return process.second != seen.holder.print; }),
           row.id + " was withdrawn, and no process has another key than it was asked with");
    row.first_told = std::min(row.first_told, record.at);  // the same call is asked anew at once
}

void Reference::begun(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    const auto missing = not_met(row);
    expect(row.state == "approved" && missing.empty(), row.id + " was begun " + row.state + ": " + missing);
    expect(record.at < row.expires, row.id + " was begun after its time");
    expect(alive_.contains(seen.instance), row.id + " is executed by a process that is not there");
    expect(seen.holder.print == keys_[seen.instance],
           row.id + " runs with another key than it was asked with");
    if (seen.decision() && !seen.decision()->permission.empty())
        expect(given_.at(seen.decision()->permission).permission.holder.print == keys_[seen.instance],
               row.id + " runs with another key than was permitted");
}

// Invariant 5: an outcome says what happened, or that no one knows.
void Reference::finished(const journal::JournalRecord& record, Row& row, const Approval& seen) {
    const std::string end(policy::to_string(seen.state()));
    expect(!alive_.contains(row.instance) || settling_.empty() || settling_ == row.instance,
           row.id + " was settled while its process lived");
    if (end == "failed") expect(!row.done, row.id + " is told as not done, and was done");
    if (end == "succeeded" && row.tool == create) expect(row.done, row.id + " is told as done, and was not");
    if (end == "succeeded" && row.tool == remove_tool)
        expect(!upstream_.lists(row.arguments.at("id").get<std::string>()),
               row.id + " is told as deleted, and was not");
    if (end == "succeeded" && row.tool == reveal)
        expect(row.claimed, row.id + " is told as shown, and was not");
    if (end == "succeeded") consumed(consumed_by(row), &row, row.id, record.at);
    const auto& structured = seen.outcome.at("structured");
    if (!structured.is_object() || !structured.contains("reveal_id")) return;
    reveal_ids_.push_back(structured.at("reveal_id").get<std::string>());
    reveals_[reveal_ids_.back()] = row.id;
}

}  // namespace tfy::model
