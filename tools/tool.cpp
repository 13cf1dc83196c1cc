#include "tools/tool.hpp"

#include "tools/offer.hpp"
#include "tools/tool_names.hpp"

namespace tfy::tools {

namespace {

std::string next_step(Errc code) {
    switch (code) {
        case Errc::refused: return "Correct what the message names, then call again.";
        case Errc::not_found:
            return may_be_named("tfy_access_tokens_list")
                       ? "Check the id, for example with tfy_access_tokens_list, then call again."
                       : "Check the id, then call again.";
        case Errc::conflict: return "Check what exists first, then decide with the user what to do.";
        case Errc::rate_limited: return "Wait, then call again.";
        case Errc::denied: return "Tell the user what the rule says. Do not look for a way around it.";
        case Errc::no_approval_channel:
            return "Tell the user; the operator of this server can change its rules.";
        case Errc::ambiguous: return "List the access tokens before anything else.";
        case Errc::superseded: return "List the access tokens, then ask again if it is still wanted.";
        case Errc::storage: return "Tell the user; the operator of this server has to fix its storage.";
        case Errc::upstream:
            return may_be_named(config_status_tool)
                       ? "Tell the user. tfy_config_status says whether TrueFoundry can be used now."
                       : "Tell the user.";
        default: return "Tell the user what the message says.";
    }
}

}  // namespace

ToolResult made(ToolResult result) { return result.again ? result.again->make() : std::move(result); }

ToolResult failed(const Error& error) {
    ToolResult result{.text = error.message,
                      .structured = {{"status", protocol::name(error.code)},
                                     {"message", error.message},
                                     {"next", next_step(error.code)}},
                      .is_error = true};
    if (!error.data.is_object()) return result;
    if (error.data.contains("token")) result.structured.update(error.data["token"]);
    if (error.data.contains("next")) result.structured["next"] = error.data["next"];
    return result;
}

// What is shown as verified must be so: what was not read is not shown as if it had been.
DryFacts ChangeTool::dry_facts(const policy::Call&, policy::Time) const {
    return {.facts = {.subject = {},
                      .effect = "(the server says here what happens, once it has read the token)",
                      .shown = {{"All facts", "(not read)"}}},
            .note =
                "The facts about the token were not read: that needs a call to TrueFoundry. With "
                "--sandbox they are read from the sandbox."};
}

std::vector<std::string> ChangeTool::touches(const policy::Call&, const Json&) const { return {}; }

Async<Result<void>> ChangeTool::can_run_here(policy::Call) { co_return Result<void>{}; }

Async<Result<bool>> ChangeTool::stands(policy::Call, Json) { co_return true; }

Async<Result<ToolResult>> ChangeTool::settle(policy::Call, policy::Facts, policy::Time) {
    co_return Error{Errc::ambiguous,
                    "It is unknown whether this call happened: the server stopped while it was running. List "
                    "the access tokens before you do anything else."};
}

std::vector<ChangeTool::Part> ChangeTool::parts(const policy::Facts&) const { return {}; }

Result<Json> ChangeTool::narrow(Json, const Narrower&, policy::Time) const {
    return Error{
        Errc::refused,
        "Nothing of this call can be changed: approve it as it is, or deny it. Nothing was changed."};
}

Json unread() { return {{"unread", true}}; }

bool is_unread(const Error& error) { return error.data == unread(); }

}  // namespace tfy::tools
