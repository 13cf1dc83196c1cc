// What may happen to an approval, as functions of values. No clock and no store: the caller brings the time
// and writes the result.
#include "policy/approval.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policy/principals.hpp"
#include "policy/refusals.hpp"

namespace tfy::policy {
namespace {

using State = Approval::State;

constexpr std::array<std::string_view, 10> state_names{"pending",   "approved",  "executing", "succeeded",
                                                       "failed",    "unknown",   "denied",    "expired",
                                                       "withdrawn", "superseded"};  // in the enum's order

constexpr int most_rewordings = 32;

constexpr std::pair<State, State> transitions[] = {
    {State::pending, State::approved},   {State::pending, State::denied},
    {State::pending, State::expired},    {State::pending, State::withdrawn},
    {State::pending, State::superseded}, {State::approved, State::superseded},
    {State::approved, State::executing}, {State::approved, State::expired},
    {State::approved, State::withdrawn}, {State::executing, State::succeeded},
    {State::executing, State::failed},   {State::executing, State::unknown},
};

bool same_control_plane(const Approval& one, const Approval& other) {
    return one.call.server == other.call.server && one.call.base_url == other.call.base_url;
}

}  // namespace

std::string_view to_string(State state) { return state_names[static_cast<std::size_t>(state)]; }

std::optional<State> read_state(std::string_view text) {
    const auto found = std::ranges::find(state_names, text);
    if (found == state_names.end()) return std::nullopt;
    return static_cast<State>(found - state_names.begin());
}

bool is_open(State state) {
    return state == State::pending || state == State::approved || state == State::executing;
}

bool answers(const Approval& approval, Time now) {
    return is_open(approval.state()) || !approval.answers_until || now < *approval.answers_until;
}

Time answers_until(const Approval& approval, Time told) {
    switch (approval.state()) {
        case State::succeeded:
        case State::unknown: return told + approval.repeat_outcome;
        case State::denied: return std::max(told, approval.updated + approval.terms().denied_for);
        default: return told;
    }
}

bool supersedes(const Approval& done, const Approval& open) {
    return done.id != open.id && same_control_plane(done, open) &&
           std::ranges::any_of(done.facts.consumes,
                               [&](const std::string& key) { return waits_for(open, key); });
}

bool waits_for(const Approval& approval, const std::string& key) {
    const auto& needs = approval.facts.needs;
    return may_follow(approval.state(), State::superseded) && std::ranges::find(needs, key) != needs.end();
}

bool same_target(const Approval& one, const Approval& other) {
    if (!same_control_plane(one, other)) return false;
    const auto& others = other.facts.needs;
    return std::ranges::any_of(one.facts.needs, [&](const std::string& key) {
        return key.starts_with(token_key("")) && std::ranges::find(others, key) != others.end();
    });
}

bool may_follow(State from, State to) {
    return std::ranges::find(transitions, std::pair{from, to}) != std::end(transitions);
}

std::optional<std::string> unmet(const Approval& approval) {
    const auto& terms = approval.terms();
    std::set<std::string_view> people;
    for (const auto& vote : approval.votes()) {
        if (vote.assurance < terms.min_assurance)
            return "The approval has less assurance than the rule asks for.";
        if (!may_decide(terms, approval.call.caller, vote.by))
            return "One of those who approved it may not decide on it.";
        if (vote.approved) people.insert(vote.by);
    }
    if (people.size() >= terms.quorum) return std::nullopt;
    return "It needs the approval of " + std::to_string(terms.quorum) + " different people and has " +
           std::to_string(people.size()) + ".";
}

Result<Approval> reword(Approval approval, std::string reason) {
    if (approval.state() != State::pending) return wrong_state(approval, "can no longer be reworded");
    if (approval.rewordings >= most_rewordings)
        return refuse(Errc::rate_limited, "This request has been given " + std::to_string(most_rewordings) +
                                              " other reasons already. Repeat the call with the last one.");
    approval.agent_reason = std::move(reason);
    approval.call.reason = approval.agent_reason;
    ++approval.rewordings;
    return approval;
}

Result<Approval> withdraw(Approval approval, Time now, const std::string& why, const std::string& next) {
    if (!may_follow(approval.state(), State::withdrawn))
        return wrong_state(approval, "can no longer be withdrawn");
    if (is_late(approval, now)) return late(approval);
    approval.state_ = State::withdrawn;
    approval.updated = now;
    if (!why.empty()) approval.outcome = {{"text", why}, {"isError", true}};
    if (!why.empty() && !next.empty()) approval.outcome["next"] = next;
    return approval;
}

std::optional<Approval> without_person(Approval approval, std::string_view name, Time now) {
    if (!may_follow(approval.state(), State::withdrawn) || is_late(approval, now)) return std::nullopt;
    const bool own = approval.call.caller.person == name;
    const auto vote = std::ranges::find(approval.votes_, name, &Approval::Decision::by);
    if (!own && vote == approval.votes_.end()) return std::nullopt;
    if (!own && approval.state() == State::pending) {
        approval.votes_.erase(vote);
        return approval;
    }
    approval.state_ = State::withdrawn;
    approval.updated = now;
    const auto whose = std::string(name) + (own ? ", whose agent asked," : ", who approved it,");
    approval.outcome = {{"text", "Withdrawn before it ran: " + whose + " was suspended. Nothing was done."},
                        {"isError", true}};
    if (own) approval.outcome["next"] = after_suspension(std::string(name), approval.call.caller.principal);
    return approval;
}

std::string after_suspension(const std::string& person, std::string_view principal) {
    return "Tell the user that " + person + " is suspended on this server. Calling again does not help. " +
           std::string(what_helps_after_suspension(principal));
}

std::string_view what_helps_after_suspension(std::string_view principal) {
    if (principal.starts_with(stdio_principals))
        return "A suspension is final. Once the user has restarted this server, its calls count as those of "
               "the next person's agents.";
    return "A suspension is final: a person who may decide here can invite them under another name, and then "
           "their agents can ask again.";
}

Approval lapse(Approval approval, Time now) {
    if (!may_follow(approval.state(), State::expired) || !is_late(approval, now)) return approval;
    approval.state_ = State::expired;
    approval.updated = approval.expires;
    return approval;
}

Result<Approval> supersede(Approval approval, const std::string& why, Time now, const std::string& next) {
    if (!may_follow(approval.state(), State::superseded))
        return wrong_state(approval, "can no longer be superseded");
    approval.state_ = State::superseded;
    approval.updated = now;
    approval.outcome = {{"text", why},
                        {"structured", {{"status", "superseded"}, {"approval_id", approval.id}}},
                        {"isError", true}};
    if (!next.empty()) approval.outcome["next"] = next;
    return approval;
}

Result<Approval> begin(Approval approval, std::string instance, Time now) {
    if (!may_follow(approval.state(), State::executing))
        return wrong_state(approval, "cannot be carried out");
    if (is_late(approval, now)) return late(approval);
    approval.state_ = State::executing;
    approval.updated = now;
    approval.instance = std::move(instance);
    return approval;
}

Result<Approval> finish(Approval approval, State end, Json outcome, Time now) {
    if (approval.state() != State::executing || !may_follow(State::executing, end))
        return wrong_state(approval, "cannot become " + std::string(to_string(end)));
    approval.state_ = end;
    approval.outcome = std::move(outcome);
    approval.updated = now;
    return approval;
}

}  // namespace tfy::policy
