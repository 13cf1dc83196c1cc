#include "server/calls/approval_answer.hpp"

#include "policy/call_words.hpp"
#include "policy/dialogue/approval_text.hpp"
#include "policy/freeze.hpp"
#include "policy/narrowed_arguments.hpp"
#include "policy/visible.hpp"
#include "tools/registry/outcomes.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using State = policy::Approval::State;
using tools::ToolResult;

constexpr auto ask_anew =
    "If the user still wants it, call again with the same arguments: that opens a new request.";
constexpr auto look_first = "List the access tokens, then decide with the user whether it is still wanted.";

/// Only a value that is held ends by itself.
constexpr auto after_its_value =
    "Calling again does not help: the value can no longer be shown. Tell the user. Unless they have saved "
    "the value, ask whether to delete that token and create a new one.";

/// Whom the agent is to ask. The person whose agent asks may be one who cannot say yes.
std::string whom_to_ask(const Approval& approval, const policy::Seals& seal) {
    const auto& own = approval.call.caller.person;
    if (approval.terms().quorum > 1 && !approval.votes().empty() &&
        (own.empty() || policy::cannot_approve(approval, own, seal)))
        return "Another person has to approve, too. Ask the user to have it decided";
    if (own.empty() || !policy::cannot_approve(approval, own, seal)) return "Ask the user to decide";
    return policy::shown(seal, own, 100) +
           " cannot give the missing approval; another person must. Ask the user to have it decided";
}

constexpr auto once_it_runs =
    "This server is stopping. The request is kept: call again with the same arguments once the server runs.";

/// A command has the end of its line to itself, so that it can be copied.
std::string next_of_pending(const Approval& approval, const DecisionLinks& doors, const policy::Seals& seal) {
    if (doors.stopping && approval.state() != State::pending) return once_it_runs;
    if (approval.state() == State::approved) return "Call again with the same arguments to run it.";
    if (approval.state() == State::executing) return "Call again with the same arguments for the result.";
    std::string where;
    if (!doors.page.empty())
        where = " at " + doors.page;
    else if (!doors.terminal.empty())
        where = " in a terminal";
    if (approval.terms().min_assurance == policy::Assurance::passkey) where += ", signed with a passkey";
    const auto next = doors.stopping ? std::string(once_it_runs)
                                     : whom_to_ask(approval, seal) + where +
                                           ", then call again with the same arguments for the result.";
    const auto before = doors.first_person.empty()
                            ? std::string{}
                            : "No one is enrolled yet, so no one can decide on the page or in a terminal. "
                              "The user, not you, first runs in a terminal: " +
                                  doors.first_person + "\n";
    return before + (doors.terminal.empty() ? next : next + "\nTo decide in a terminal: " + doors.terminal);
}

/// "; ann did so far", of a request that more than one person has to approve.
std::string who_did(const Approval& approval, const policy::Seals& seal) {
    std::vector<std::string> names;
    for (const auto& vote : approval.votes()) names.push_back(vote.by);
    return names.empty() ? "; no one did so far" : "; so far " + policy::shown_names(names, seal) + " did";
}

std::string message_of_pending(const Approval& approval, const policy::Seals& seal) {
    if (approval.state() == State::approved) return "Approved, but not started; nothing has been done.";
    if (approval.state() == State::executing) return "Approved and running.";
    std::string message = "Waiting for approval; nothing has been done.";
    if (approval.terms().quorum > 1)
        message = "Waiting for " + std::to_string(approval.terms().quorum) + " people to approve" +
                  who_did(approval, seal) + ". Nothing has been done.";
    if (approval.facts.contested)
        message +=
            " Another caller has asked to change this token, too: what runs first ends the other request.";
    return message;
}

ToolResult pending(const Approval& approval, const DecisionLinks& doors, policy::Time now,
                   const policy::Seals& seal) {
    const auto message = message_of_pending(approval, seal);
    const auto next = next_of_pending(approval, doors, seal);
    ToolResult result{.text = message + " " + next + "\n\nApproval: " + approval.id +
                              "\nDigest: " + policy::short_digest(approval.digest()) +
                              "\nExpires: " + policy::format_time_for_people(approval.expires) + " (in " +
                              policy::format_duration(std::max(approval.expires - now, policy::Duration{0})) +
                              ")\n",
                      .structured = {{"status", "approval_pending"},
                                     {"approval_id", approval.id},
                                     {"digest", approval.digest()},
                                     {"request_expires_at", policy::format_time(approval.expires)},
                                     {"message", message},
                                     {"next", next}}};
    result.structured.update(policy::asked_members(approval, seal));
    if (!doors.page.empty()) result.structured["approval_url"] = doors.page;
    tell_narrowing(result, approval, seal);
    return result;
}

/// What `result` says, with `next` in its words and among its members. Those of a failure name a step of
/// their own, which does not know of the request.
ToolResult with_next(ToolResult result, const Approval& approval, std::string next) {
    if (!result.structured.is_object()) result.structured = Json::object();
    result.structured["approval_id"] = approval.id;
    result.structured["message"] = result.text;
    result.structured["next"] = next;
    result.text += result.text.ends_with('\n') ? '\n' : ' ';  // a list ends before it
    result.text += next + "\n";
    return result;
}

std::string repeated(const Approval& approval, policy::Time now, std::string_view or_until = {},
                     std::string_view then = {}) {
    const auto until = approval.answers_until.value_or(policy::answers_until(approval, now));
    return "Until " + policy::format_time_for_people(until) + std::string(or_until) +
           " the same call returns this result; after that it is a new request" + std::string(then) + ".";
}

ToolResult refusal(std::string_view status, const Approval& approval, std::string text, std::string next) {
    ToolResult result{.text = std::move(text),
                      .structured = {{"status", status}, {"digest", approval.digest()}},
                      .is_error = true};
    return with_next(std::move(result), approval, std::move(next));
}

/// The step that an outcome names for itself; else `usual`.
std::string own_next(const Json& outcome, std::string_view usual) {
    return outcome.is_object() ? outcome.value("next", std::string(usual)) : std::string(usual);
}

std::string why_withdrawn(const Approval& approval) {
    return approval.outcome.is_object() ? approval.outcome.value("text", std::string{})
                                        : "Withdrawn before it ran. Nothing was done.";
}

ToolResult withdrawn(const Approval& approval) {
    return refusal("withdrawn", approval, why_withdrawn(approval), own_next(approval.outcome, ask_anew));
}

ToolResult denied(const Approval& approval, policy::Time now, const policy::Seals& seal) {
    std::string text = "Denied";
    if (approval.decision()) {
        const auto& decision = *approval.decision();
        text += " by " + policy::shown(seal, decision.by, 100);
        if (decision.froze)
            text += ", who froze this caller on " + policy::format_time_for_people(decision.at);
        text += ".";
        if (!decision.reason.empty())
            text += " Their reason: " + policy::quoted_last(policy::shown(seal, decision.reason, 500));
    } else {
        text += ".";
    }
    const bool froze = approval.decision() && approval.decision()->froze;
    const std::string next = froze ? policy::after_a_freeze : "Do not ask again unless the user wants it.";
    const auto* const then = froze ? ", which is refused as long as this caller is frozen" : "";
    return refusal("denied", approval, text + " Nothing was done.",
                   next + " " + repeated(approval, now, {}, then));
}

/// What is to be done about a new value, and what became of an old token, is among its words already.
ToolResult succeeded(ToolResult outcome, const Approval& approval, policy::Time now) {
    auto next = registry::what_to_do(outcome.structured, now);
    if (!next.empty()) next += "\n";
    if (outcome.structured.is_object() && outcome.structured.contains("old"))
        next += outcome.structured.at("old").value("message", std::string{}) + "\n";
    const bool made_token = outcome.structured.is_object() && outcome.structured.contains("reveal_id");
    const auto repeats = repeated(approval, now, made_token ? ", or until this token is deleted," : "");
    auto result = with_next(std::move(outcome), approval, repeats);
    result.structured["next"] = next + repeats;
    return result;
}

/// Its words do not have the next step yet.
ToolResult without_step(const Error& error) {
    auto result = tools::failed(error);
    if (error.code == Errc::ambiguous) result.structured["status"] = "execution_unknown";
    if (error.data.is_object() && error.data.contains("approval_id"))
        result.structured["approval_id"] = error.data["approval_id"];
    return result;
}

/// The outcome of what ran, or may have.
ToolResult ended(ToolResult outcome, const Approval& approval, policy::Time now) {
    switch (approval.state()) {
        case State::succeeded: return succeeded(std::move(outcome), approval, now);
        case State::unknown:
            return with_next(std::move(outcome), approval,
                             "List the access tokens before anything else. " + repeated(approval, now));
        case State::superseded:
            return with_next(std::move(outcome), approval, own_next(approval.outcome, look_first));
        default: {
            auto next = own_next(outcome.structured, ask_anew);
            return with_next(std::move(outcome), approval, std::move(next));
        }
    }
}

ToolResult with_decision(ToolResult result, const Approval& approval, const policy::Seals& seal) {
    result.structured.update(policy::decision_members(approval, seal));
    return result;
}

ToolResult answer_by_state(const Approval& approval, const DecisionLinks& doors, policy::Time now,
                           const policy::Seals& seal) {
    switch (approval.state()) {
        case State::pending:
        case State::approved:
        case State::executing: return pending(approval, doors, now, seal);
        case State::denied: return denied(approval, now, seal);
        case State::expired:
            return refusal("expired", approval,
                           approval.decision() ? "Approved, but not used in time. Nothing was done."
                                               : "Expired: no decision was made in time. Nothing was done.",
                           approval.is_all_its_time() ? after_its_value : ask_anew);
        case State::withdrawn: return withdrawn(approval);
        case State::succeeded:
        case State::failed:
        case State::unknown:
        case State::superseded: break;
    }
    return ended(read_outcome(approval.outcome), approval, now);
}

}  // namespace

ToolResult status_answer(const Approval& approval, const DecisionLinks& doors, policy::Time now,
                         const policy::Seals& seal) {
    return with_decision(answer_by_state(approval, doors, now, seal), approval, seal);
}

ToolResult fresh_answer(ToolResult result, const Approval& approval, policy::Time now,
                        const policy::Seals& seal) {
    if (result.reveal || policy::is_open(approval.state())) return result;
    return with_decision(ended(std::move(result), approval, now), approval, seal);
}

void tell_narrowing(ToolResult& result, const Approval& approval, const policy::Seals& seal) {
    if (approval.narrowings.empty()) return;
    const auto lines = "\n" + dialogue::narrowing_lines(approval, seal);
    result.text += lines;
    if (!result.structured.is_object()) return;
    if (auto said = result.structured.find("message"); said != result.structured.end() && said->is_string())
        *said = said->get<std::string>() + lines;
    if (approval.state() == State::pending) return;
    auto changed = Json::array();
    for (const auto& each : policy::narrowed_arguments(approval))
        changed.push_back({{"argument", each.argument},
                           {"asked", each.asked.empty() ? Json(nullptr) : Json(each.asked)},
                           {"approved", each.now}});
    result.structured["narrowed"] = std::move(changed);
}

// A command at the end of a message has the end of its line to itself.
ToolResult failure(const Error& error) {
    auto result = without_step(error);
    const auto next = result.structured.at("next").get<std::string>();
    if (result.text.find(next) == std::string::npos)
        result.text += (result.text.ends_with('.') ? " " : "\n") + next;
    return result;
}

ToolResult failed_outcome(const Error& error) {
    auto result = without_step(error);
    if (!error.data.is_object() || !error.data.contains("next")) result.structured.erase("next");
    return result;
}

State end_state(const Result<ToolResult>& result) {
    if (result) return State::succeeded;
    return result.error().code == Errc::ambiguous ? State::unknown : State::failed;
}

Json outcome_of(const ToolResult& result) {
    if (!result.reveal)
        return {{"text", result.text}, {"structured", result.structured}, {"isError", result.is_error}};
    return {
        {"text",
         "This value had its one showing when this call first ran; if it did not arrive then, it is lost. "
         "Token values are only shown at creation time. If lost, delete the old token and create a new one, "
         "then "
         "update all services that used the old token."},
        {"structured", {{"status", "executed"}}},
        {"isError", true}};
}

ToolResult read_outcome(const Json& outcome) {
    if (!outcome.is_object()) return {.text = "The outcome of this call was not recorded.", .is_error = true};
    return {.text = outcome.value("text", std::string{}),
            .structured = outcome.value("structured", Json(nullptr)),
            .is_error = outcome.value("isError", false)};
}

}  // namespace tfy::calls
