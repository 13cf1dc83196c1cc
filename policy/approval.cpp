// What may happen to an approval, as functions of values. No clock and no store: the caller brings the time
// and writes the result.
#include "policy/approval.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

bool was_begun(State state) {
    return state == State::executing || state == State::succeeded || state == State::failed ||
           state == State::unknown;
}

/// Every refusal tells that it did nothing; of a call that was begun before, it can only say that it did
/// nothing more.
Error refuse(Errc code, const std::string& why, State state = State::pending) {
    return {code, why + (was_begun(state) ? " Nothing more was done." : " Nothing was done.")};
}

bool is_late(const Approval& approval, Time now) { return now >= approval.expires; }

Error late(const Approval& approval) {
    const char* what =
        approval.decision ? "This approval was not used before " : "Nobody decided on this request before ";
    return refuse(Errc::expired, what + format_time_for_people(approval.expires) +
                                     ", and it has expired. Call the tool again for a new one.");
}

Error wrong_state(const Approval& approval, const std::string& cannot) {
    if (approval.state == State::expired) return late(approval);
    return refuse(Errc::refused,
                  "This request is " + std::string(to_string(approval.state)) + " and " + cannot + ".",
                  approval.state);
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// Why nobody, or not this person, can decide now.
std::optional<Error> undecidable(const Approval& approval, const Human& person, Time now) {
    if (approval.state != State::pending) return wrong_state(approval, "cannot be decided any more");
    if (is_late(approval, now)) return late(approval);
    if (person.name() == approval.call.caller.principal)
        return refuse(Errc::refused, "The one who asked cannot decide: " + shown(person.name(), 100) +
                                         " made this request itself.");
    return std::nullopt;
}

/// Why this person's yes is not enough.
std::optional<Error> insufficient(const Approval& approval, const Human& person, const Choice& choice) {
    if (choice.digest != approval.digest)
        return refuse(Errc::superseded,
                      "What was shown is not what this request asks for now. Look at it again, then decide.");
    if (person.assurance() < approval.min_assurance)
        return refuse(Errc::refused, "This request needs a decision with assurance '" +
                                         std::string(to_string(approval.min_assurance)) +
                                         "', and this one has '" +
                                         std::string(to_string(person.assurance())) +
                                         "'. Decide where a person is identified more surely.");
    if (!approval.facts.subject.empty() && choice.typed_name != approval.facts.subject)
        return refuse(Errc::refused, "To approve, type the token's name exactly: " +
                                         shown(approval.facts.subject, 100) + ".");
    if (approval.reason_required && blank(choice.reason))
        return refuse(Errc::refused, "The rule asks for a reason. Give one.");
    return std::nullopt;
}

Result<Destination> destination_of(const Approval& approval, const Choice& choice) {
    if (!approval.facts.yields_value) return Destination::none;
    const auto& allowed = approval.destinations;
    if (!choice.destination) return allowed.empty() ? Destination::none : allowed.front();
    if (std::ranges::find(allowed, *choice.destination) != allowed.end()) return *choice.destination;
    return refuse(Errc::refused, "The rule does not let the new token's value go to '" +
                                     std::string(to_string(*choice.destination)) +
                                     "'. Choose another destination.");
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

bool may_follow(State from, State to) {
    return std::ranges::find(transitions, std::pair{from, to}) != std::end(transitions);
}

Result<Approval> approve(Approval approval, const Human& person, const Choice& choice, Time now,
                         Duration claim_window) {
    if (auto why = undecidable(approval, person, now)) return *std::move(why);
    if (auto why = insufficient(approval, person, choice)) return *std::move(why);
    const auto destination = destination_of(approval, choice);
    if (!destination) return destination.error();
    approval.decision = {true, person.name(), person.assurance(), now, choice.reason, *destination};
    approval.state = State::approved;
    approval.updated = now;
    approval.expires = now + claim_window;
    return approval;
}

Result<Approval> deny(Approval approval, const Human& person, std::string reason, Time now) {
    if (auto why = undecidable(approval, person, now)) return *std::move(why);
    if (person.assurance() != Assurance::client && blank(reason))
        return refuse(
            Errc::refused,
            "A denial needs a reason, which the agent is told. Give one; the request is still open.");
    approval.decision = {false, person.name(), person.assurance(), now, std::move(reason), Destination::none};
    approval.state = State::denied;
    approval.updated = now;
    return approval;
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
