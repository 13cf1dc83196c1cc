// What may happen to an approval, as functions of values. No clock and no store: the caller brings the time
// and writes the result.
#include "policy/approval.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "policy/refusals.hpp"

namespace tfy::policy {
namespace {

using State = Approval::State;

constexpr std::array<std::string_view, 9> state_names{"pending",  "approved", "executing", "succeeded",
                                                      "failed",   "unknown",  "denied",    "expired",
                                                      "withdrawn"};  // in the enum's order

constexpr std::pair<State, State> transitions[] = {
    {State::pending, State::approved},   {State::pending, State::denied},
    {State::pending, State::expired},    {State::pending, State::withdrawn},
    {State::approved, State::executing}, {State::approved, State::expired},
    {State::approved, State::withdrawn}, {State::executing, State::succeeded},
    {State::executing, State::failed},   {State::executing, State::unknown},
};

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

bool may_follow(State from, State to) {
    return std::ranges::find(transitions, std::pair{from, to}) != std::end(transitions);
}

std::optional<std::string> unmet(const Approval& approval) {
    const auto& terms = approval.terms;
    std::set<std::string_view> people;
    for (const auto& vote : approval.votes) {
        if (vote.assurance < terms.min_assurance)
            return "The approval was not given with the assurance that the rule asks for.";
        if (auto why = excluded(terms, approval.call.caller, vote.by)) return why;
        if (vote.approved) people.insert(vote.by);
    }
    if (people.size() >= terms.quorum) return std::nullopt;
    return "It needs the yes of " + std::to_string(terms.quorum) + " different people and has " +
           std::to_string(people.size()) + ".";
}

Result<Approval> withdraw(Approval approval, Time now) {
    if (!may_follow(approval.state, State::withdrawn))
        return wrong_state(approval, "cannot be withdrawn any more");
    if (is_late(approval, now)) return late(approval);
    approval.state = State::withdrawn;
    approval.updated = now;
    return approval;
}

Approval lapse(Approval approval, Time now) {
    if (!may_follow(approval.state, State::expired) || !is_late(approval, now)) return approval;
    approval.state = State::expired;
    approval.updated = approval.expires;
    return approval;
}

Result<Approval> begin(Approval approval, std::string instance, Time now) {
    if (!may_follow(approval.state, State::executing)) return wrong_state(approval, "cannot be carried out");
    if (is_late(approval, now)) return late(approval);
    approval.state = State::executing;
    approval.updated = now;
    approval.instance = std::move(instance);
    return approval;
}

Result<Approval> finish(Approval approval, State end, Json outcome, Time now) {
    if (approval.state != State::executing || !may_follow(State::executing, end))
        return wrong_state(approval, "cannot become " + std::string(to_string(end)));
    approval.state = end;
    approval.outcome = std::move(outcome);
    approval.updated = now;
    return approval;
}

}  // namespace tfy::policy
