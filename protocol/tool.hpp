// tools/list and tools/call as values.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "protocol/meta.hpp"
#include "protocol/task.hpp"

namespace tfy::protocol {

struct CallToolParams {
    std::string name;
    Json arguments = Json::object();
    std::optional<std::string> request_state = {};  // modern retries only
    Json input_responses = Json::object();          // key → the client's result
    std::optional<TaskWish> task = {};              // 2025-11-25 only
};

/// Errc::invalid_params if name is missing, or a member has the wrong type.
Result<CallToolParams> read_call_tool(const Json& params);

/// One tool as `version` knows it: members that a revision does not have (outputSchema and title before
/// 2025-06-18, icons before 2025-11-25, execution in any but 2025-11-25) are left out. `definition` is a file
/// of manifests/tools.
Json write_tool(const Json& definition, Version version);

/// A CallToolResult with one text block. structuredContent is left out where null, or where `version` does
/// not know it (2025-03-26).
Json write_tool_result(std::string text, Json structured, bool is_error, Version version);
/// The same with any content blocks (content.hpp).
Json write_tool_result(std::vector<Json> content, Json structured, bool is_error, Version version);

}  // namespace tfy::protocol
