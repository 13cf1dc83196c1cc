// tfy_approvals_get: for agents that were told "pending".
#include "policy/call_words.hpp"
#include "policy/visible.hpp"
#include "tools/identifier.hpp"
#include "tools/status/status.hpp"
#include "tools/text.hpp"

namespace tfy::status {
namespace {

using policy::Approval;

/// What a standing permission was given for stays in the journal and on the page: no one wrote it to this
/// agent.
void add_decision(tools::ToolResult& result, const Approval& approval, const policy::Seals& seal) {
    const auto& decision = *approval.decision();
    result.structured.update(policy::decision_members(approval, seal));
    const auto by = result.structured.at("decided_by").get<std::string>();
    const auto at = "Decided on: " + policy::format_time_for_people(decision.at) + "\n";
    if (!decision.permission.empty()) {
        result.text += "Approved by " + by + ".\n" + at;
        return;
    }
    result.text += "Decided by: " + by + "\n" + at;
    if (decision.reason.empty()) return;
    const auto reason = tools::one_line(seal, decision.reason, 500);
    result.structured["reason"] = reason;
    result.text += "Their reason: " + policy::between_quotes(reason) + "\n";
}

/// What the call itself would be answered with now, and what is known of the request besides.
tools::ToolResult report(tools::ToolResult answer, const Approval& approval, const policy::Seals& seal) {
    tools::ToolResult result{.text = std::move(answer.text), .structured = std::move(answer.structured)};
    result.structured.update(Json{{"state", policy::to_string(approval.state())},
                                  {"request_expires_at", policy::format_time(approval.expires)},
                                  {"approval_id", approval.id},
                                  {"tool", approval.call.tool},
                                  {"digest", approval.digest()}});
    result.structured.update(policy::asked_members(approval, seal));
    result.text +=
        "\nTool: " + approval.call.tool + "\nState: " + std::string(policy::to_string(approval.state()));
    if (!policy::is_open(approval.state()))
        result.text += "\nApproval: " + approval.id + "\nDigest: " + policy::short_digest(approval.digest());
    result.text += "\n";
    if (approval.decision()) add_decision(result, approval, seal);
    if (approval.outcome.is_object()) result.structured["outcome"] = approval.outcome;
    return result;
}

void add_rotation(tools::ToolResult& result, const access_tokens::Rotation& rotation,
                  const policy::Seals& seal) {
    result.structured["rotation"] = report(rotation, seal);
    result.text += "\nRotation: " + rotation.id + "\n";
    const auto words = access_tokens::describe(rotation, seal);
    if (result.text.find(words) == std::string::npos) result.text += words + "\n";
}

/// One that there is not and one of another caller look the same from outside.
Error not_of_this_caller() {
    return {
        Errc::not_found,
        "No approval request of yours has this id. Nothing was done.",
        {{"next",
          "Use the approval_id exactly as the pending call's answer gives it. Without one, make that call "
          "again with the same arguments: it answers for the request that it has, or opens one."}}};
}

}  // namespace

GetApproval::Args GetApproval::Args::read(const Json& arguments) {
    return {.approval_id = arguments.at("approval_id").get<std::string>()};
}

Result<Json> GetApproval::canonical(Json arguments, policy::Time) const {
    if (tools::is_identifier(Args::read(arguments).approval_id, "apr_")) return arguments;
    return Error{Errc::refused,
                 "This is not an approval id: ids are \"apr_\" and 26 characters. Nothing was looked up."};
}

Async<Result<tools::ToolResult>> GetApproval::run(policy::ReadPermit permit) {
    const auto approval = co_await approvals_.find(Args::read(permit.call().arguments).approval_id);
    if (!approval && approval.error().code != Errc::not_found) co_return approval.error();
    if (!approval || approval->call.caller.principal != permit.call().caller.principal)
        co_return not_of_this_caller();
    auto answer = co_await approvals_.answer(*approval);
    auto result = report(std::move(answer), *approval, seal_);
    const auto rotation = co_await approvals_.rotation_of(approval->id);
    if (!rotation) co_return rotation.error();
    if (*rotation) add_rotation(result, **rotation, seal_);
    co_return result;
}

}  // namespace tfy::status
