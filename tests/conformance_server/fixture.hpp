// What a fixture is made of: a definition as tools/list shows it, and the coroutine behind it.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "policy/sealed_state.hpp"
#include "server/mcp/features.hpp"

namespace tfy::conformance {

using mcp::MethodResult;
using mcp::Requester;
using protocol::CallToolParams;

class Tasks;

/// What fixtures reach besides their requester; lives as long as the server.
struct Rooms {
    mcp::Subscriptions& changes;
    Tasks& tasks;
    policy::SealKey key;  // of requestState
};

struct Tool {
    using Run = Async<Result<MethodResult>> (*)(Rooms& rooms, Requester& requester, CallToolParams params);
    Json definition;
    Run run;
};

std::vector<Tool> content_tools();    // answer at once
std::vector<Tool> notifying_tools();  // progress, logs, changes, a stream that is closed before the answer
std::vector<Tool> asking_tools();     // ask legacy clients by requests of their own
std::vector<Tool> input_tools();      // ask modern clients by input_required
std::vector<Tool> task_tools();       // become tasks

/// A tool for tools/list; it wants all of `properties`.
Json define(std::string name, std::string description, Json properties = Json::object());

MethodResult text(const Requester& requester, std::string text);
/// isError: the tool ran, and this is what went wrong.
MethodResult failure(const Requester& requester, std::string text);
MethodResult content(const Requester& requester, std::vector<Json> blocks);

/// Errc::invalid_params if it is missing or no string.
Result<std::string> text_argument(const Json& arguments, std::string_view name);

/// Errc::missing_capability with data {requiredCapabilities: `capabilities`}.
Error missing(Json capabilities);

Async<void> pause(std::chrono::milliseconds time);

}  // namespace tfy::conformance
