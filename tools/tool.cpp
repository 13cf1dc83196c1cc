#include "tools/tool.hpp"

namespace tfy::tools {

ToolResult failed(const Error& error) {
    ToolResult result{.text = error.message,
                      .structured = {{"status", protocol::name(error.code)}, {"message", error.message}},
                      .is_error = true};
    if (error.data.is_object() && error.data.contains("token")) result.structured.update(error.data["token"]);
    return result;
}

Async<Result<ToolResult>> Tool::settle(policy::Call, policy::Facts, policy::Time) {
    co_return Error{
        Errc::ambiguous,
        "Nobody knows whether this call happened: the server's process ended while it was running. "
        "List the access tokens before anything else."};
}

std::vector<Tool::Part> Tool::parts(const policy::Facts&) const { return {}; }

Result<Json> Tool::narrow(Json, const Narrower&, policy::Time) const {
    return Error{
        Errc::refused,
        "Nothing of this call can be changed: approve it as it is, or deny it. Nothing was changed."};
}

Json unread() { return {{"unread", true}}; }

bool is_unread(const Error& error) { return error.data == unread(); }

}  // namespace tfy::tools
