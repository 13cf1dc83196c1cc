#include "server/approvals/approval_text.hpp"

#include <limits>

#include "policy/canonical_json.hpp"
#include "server/approvals/narrowed_arguments.hpp"

namespace tfy::server {
namespace {

using policy::Approval;
using State = policy::Approval::State;

std::string or_nothing(const std::string& value) {
    return value.empty() ? "not given" : policy::shown(value);
}

std::string narrowing_lines(const Approval& approval) {
    if (approval.narrowings.empty()) return {};
    std::string text =
        "Changed by " + policy::shown(approval.narrowings.back().by, 100) + " since it was asked:\n";
    for (const auto& each : narrowed_arguments(approval))
        text += "  " + policy::shown(each.argument) + ": was " + or_nothing(each.asked) + ", now " +
                or_nothing(each.now) + "\n";
    return text;
}

// Who may decide, and who has; nothing where any person may, alone.
std::string people_lines(const Approval& approval) {
    const auto& terms = approval.terms;
    std::string text;
    if (!terms.approvers.empty()) text += "May decide: " + policy::shown_names(terms.approvers) + "\n";
    if (!terms.self_approval && !approval.call.caller.person.empty())
        text +=
            "May not approve: " + policy::shown(approval.call.caller.person, 100) + ", whose agent asks\n";
    if (terms.quorum == 1) return text;
    text += "Approvals: " + std::to_string(approval.votes.size()) + " of " + std::to_string(terms.quorum);
    for (const auto& vote : approval.votes)
        text += (&vote == &approval.votes.front() ? ": " : ", ") + policy::shown(vote.by, 100);
    return text + "\n";
}

// The arguments whole, one a line, strings made safe to look at.
void write_arguments(std::string& out, const Json& value, const std::string& path) {
    if (value.is_object() && !value.empty()) {
        for (const auto& [key, member] : value.items())
            write_arguments(out, member, path.empty() ? policy::shown(key) : path + "." + policy::shown(key));
        return;
    }
    const auto text = value.is_string() ? value.get<std::string>() : policy::canonical_json(value);
    out += "  " + path + " = " + policy::shown(text, std::numeric_limits<std::size_t>::max()) +
           "\n";  // whole: nothing may hide behind a cut
}

std::string destination_words(const Approval& approval) {
    if (approval.terms.destinations.empty()) return {};
    std::string words = "The new value goes where you choose (";
    for (const auto destination : approval.terms.destinations)
        words += std::string(policy::to_string(destination)) + ", ";
    words.resize(words.size() - 2);
    return words +
           "): page = shown once on the approvals page; agent = the agent may show it once; none = not "
           "shown.\n";
}

tools::ToolResult refusal(std::string_view status, const Approval& approval, std::string text) {
    return {.text = std::move(text),
            .structured = {{"status", status}, {"approval_id", approval.id}, {"digest", approval.digest}},
            .is_error = true};
}

tools::ToolResult pending(const Approval& approval, const Doors& doors, policy::Time now) {
    const bool decided = approval.state != State::pending;
    std::string text = "A person must approve this call; nothing was done yet. ";
    if (approval.state == State::approved)
        text = "This call was approved and has not begun; nothing was done yet. ";
    if (approval.state == State::executing) text = "This call was approved and is running. ";
    if (!decided && approval.terms.quorum > 1)
        text = std::to_string(approval.terms.quorum) + " people must approve this call (" +
               std::to_string(approval.votes.size()) + " did); nothing was done yet. ";
    text += "Calling again with the same arguments continues.\n\nApproval: " + approval.id +
            "\nDigest: " + policy::short_digest(approval.digest) +
            "\nExpires: " + policy::format_time_for_people(approval.expires) + " (in " +
            policy::format_duration(approval.expires - now) + ")\n";
    if (!doors.page.empty()) text += "To decide on the page: " + doors.page + "\n";
    if (!doors.terminal.empty()) text += "To decide in a terminal: " + doors.terminal + "\n";
    Json structured = {{"status", "approval_pending"},
                       {"approval_id", approval.id},
                       {"digest", approval.digest},
                       {"expires_at", policy::format_time(approval.expires)}};
    if (!doors.page.empty()) structured["approval_url"] = doors.page;
    return {.text = std::move(text), .structured = std::move(structured)};
}

}  // namespace

std::string screen(const Approval& approval, policy::Time now) {
    std::string text = "Approve " + approval.call.tool + "?\n\nVerified by this server:\n";
    for (const auto& fact : approval.facts.shown)
        text += "  " + fact.label + ": " + policy::shown(fact.value) + "\n";
    for (const auto& warning : approval.facts.warnings) text += "  Warning: " + policy::shown(warning) + "\n";
    text += "\nExact arguments:\n";
    write_arguments(text, approval.call.arguments, "");
    text += narrowing_lines(approval);
    text += "\nDigest: " + policy::short_digest(approval.digest) + "\n";
    text += approval.agent_reason.empty()
                ? "The agent gave no reason.\n"
                : "The agent says (not verified): \"" + policy::shown(approval.agent_reason) + "\"\n";
    text += "Asked by: " + policy::shown(approval.call.caller.principal) +
            (approval.call.caller.client.empty()
                 ? ""
                 : " through " + policy::shown(approval.call.caller.client) + " (its own word)") +
            "\n";
    if (!approval.terms.because.empty()) text += "Rule: " + policy::shown(approval.terms.because) + "\n";
    text += people_lines(approval);
    text += "\nOn approval: " + policy::shown(approval.facts.effect) + "\n" + destination_words(approval);
    if (approval.state == State::pending)
        text +=
            "Time left: " + policy::format_duration(std::max(approval.expires - now, policy::Duration{0})) +
            "\n";
    return text;
}

tools::ToolResult status_answer(const Approval& approval, const Doors& doors, policy::Time now) {
    const auto by = approval.decision ? " by " + policy::shown(approval.decision->by, 100) : std::string{};
    const auto why = approval.decision && !approval.decision->reason.empty()
                         ? " Their reason: \"" + policy::shown(approval.decision->reason, 500) + "\"."
                         : std::string{};
    switch (approval.state) {
        case State::pending:
        case State::approved:
        case State::executing: return pending(approval, doors, now);
        case State::succeeded:
        case State::failed:
        case State::unknown: return read_outcome(approval.outcome);
        case State::denied:
            return refusal("denied", approval,
                           "The request was denied" + by + "." + why +
                               " Nothing was done. Do not ask again unless the user wants it.");
        case State::expired:
            return refusal("expired", approval,
                           "Nobody decided in time (or the approval was not used in time). Nothing was done. "
                           "Ask again if it is still wanted.");
        case State::withdrawn:
            return refusal("withdrawn", approval,
                           "The request was withdrawn before it was carried out. Nothing was done.");
    }
    return refusal("denied", approval, "Nothing was done.");
}

void tell_narrowing(tools::ToolResult& result, const Approval& approval) {
    if (approval.narrowings.empty()) return;
    result.text += "\n" + narrowing_lines(approval);
    if (!result.structured.is_object()) return;
    auto changed = Json::array();
    for (const auto& each : narrowed_arguments(approval))
        changed.push_back({{"argument", each.argument},
                           {"asked", each.asked.empty() ? Json(nullptr) : Json(each.asked)},
                           {"approved", each.now}});
    result.structured["narrowed"] = std::move(changed);
}

tools::ToolResult failure(const Error& error) {
    auto result = tools::failed(error);
    if (error.code == Errc::ambiguous) result.structured["status"] = "execution_unknown";
    return result;
}

State end_state(const Result<tools::ToolResult>& result) {
    if (result) return State::succeeded;
    return result.error().code == Errc::ambiguous ? State::unknown : State::failed;
}

Json outcome_of(const tools::ToolResult& result) {
    if (!result.reveal)
        return {{"text", result.text}, {"structured", result.structured}, {"isError", result.is_error}};
    return {
        {"text",
         "This value had its one showing when this call first ran; if it did not arrive then, nobody has it. "
         "Token values are only shown at creation "
         "time. If lost, delete the old token "
         "and create a new one, then update all services that used the old token."},
        {"structured", {{"status", "executed"}}},
        {"isError", true}};
}

tools::ToolResult read_outcome(const Json& outcome) {
    if (!outcome.is_object()) return {.text = "The outcome of this call was not recorded.", .is_error = true};
    return {.text = outcome.value("text", std::string{}),
            .structured = outcome.value("structured", Json(nullptr)),
            .is_error = outcome.value("isError", false)};
}

}  // namespace tfy::server
