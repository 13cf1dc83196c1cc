#include "tools/tool.hpp"

namespace tfy::tools {

ToolResult failed(const Error& error) {
    return {.text = error.message,
            .structured = {{"status", protocol::name(error.code)}, {"message", error.message}},
            .is_error = true};
}

Result<Json> Tool::narrow(Json, const Narrower&, policy::Time) const {
    return Error{
        Errc::refused,
        "Nothing of this call can be changed: approve it as it is, or deny it. Nothing was changed."};
}

}  // namespace tfy::tools
