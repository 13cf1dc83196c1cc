#include "tools/tool.hpp"

namespace tfy::tools {

ToolResult failed(const Error& error) {
    return {.text = error.message,
            .structured = {{"status", protocol::name(error.code)}, {"message", error.message}},
            .is_error = true};
}

}  // namespace tfy::tools
