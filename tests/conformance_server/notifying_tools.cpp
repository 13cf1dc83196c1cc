// Tools that tell something before they answer.
#include <array>

#include "tests/conformance_server/fixture.hpp"

namespace tfy::conformance {
namespace {

using namespace std::chrono_literals;
using protocol::LogLevel;

constexpr auto logger = "conformance";

Async<Result<MethodResult>> with_progress(Rooms&, Requester& requester, CallToolParams) {
    for (double done = 0; done <= 100; done += 50) {
        if (done > 0) co_await pause(50ms);
        if (auto told = co_await requester.progress(done, 100.0, ""); !told) co_return told.error();
    }
    co_return text(requester, "All 100 are done.");
}

Async<Result<MethodResult>> with_logging(Rooms&, Requester& requester, CallToolParams) {
    static constexpr std::array messages = {"Tool execution started", "Tool processing data",
                                            "Tool execution completed"};
    for (const auto* message : messages) {
        if (auto told = co_await requester.log(LogLevel::info, logger, message); !told)
            co_return told.error();
        co_await pause(50ms);
    }
    co_return text(requester, "Three messages were logged.");
}

Async<Result<MethodResult>> logs_once(Rooms&, Requester& requester, CallToolParams) {
    if (auto told = co_await requester.log(LogLevel::info, logger, "Called"); !told) co_return told.error();
    co_return text(requester, "One message was logged, where the request wants them.");
}

Async<Result<MethodResult>> change_tools(Rooms& rooms, Requester& requester, CallToolParams) {
    rooms.changes.publish({mcp::Change::Of::tools_list});
    co_return text(requester, "Who listens has been told.");
}

Async<Result<MethodResult>> change_prompts(Rooms& rooms, Requester& requester, CallToolParams) {
    rooms.changes.publish({mcp::Change::Of::prompts_list});
    co_return text(requester, "Who listens has been told.");
}

/// The rest comes when the client has come back.
Async<Result<MethodResult>> reconnection(Rooms&, Requester& requester, CallToolParams) {
    requester.outbox.suspend(100ms);
    co_return text(requester, "The stream was closed, and taken up again.");
}

}  // namespace

std::vector<Tool> notifying_tools() {
    return {
        {define("test_tool_with_progress", "Reports progress"), with_progress},
        {define("test_tool_with_logging", "Logs three messages"), with_logging},
        {define("test_logging_tool", "Logs one message"), logs_once},
        {define("test_reconnection", "Closes the stream before it answers"), reconnection},
        {define("test_trigger_tool_change", "Says that the list of tools has changed"), change_tools},
        {define("test_trigger_prompt_change", "Says that the list of prompts has changed"), change_prompts},
    };
}

}  // namespace tfy::conformance
