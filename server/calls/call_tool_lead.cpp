// A person is led to a page through their client: to a new value, or to where they enter a key.
#include "server/calls/call_tool.hpp"

namespace tfy::calls {
namespace {

constexpr auto not_opened = "The user did not open the page. ";

}  // namespace

// Who comes back with the state is told the stored outcome.
Async<std::optional<mcp::MethodResult>> CallTool::lead_to_value(const policy::Approval& approval,
                                                                mcp::Requester& requester,
                                                                const tools::ToolResult& result) {
    auto question = deps_.drivers.dialogues.value_question(approval, requester, result);
    if (!question) co_return std::nullopt;
    if (protocol::is_modern(requester.context.version))
        co_return deps_.drivers.modern.ask(approval, requester, std::move(*question),
                                           {.shown = approval.digest()});
    co_await deps_.drivers.stream.show(requester, std::move(*question));
    co_return std::nullopt;
}

// Who comes back is answered: that they went there says nothing of what they did.
Async<Result<std::optional<mcp::MethodResult>>> CallTool::lead_to_page(const Entry& entry,
                                                                       mcp::Requester& requester,
                                                                       const protocol::CallToolParams& params,
                                                                       tools::ToolResult& result) {
    using Led = std::optional<mcp::MethodResult>;
    auto call = make_call(entry, requester, params.arguments);
    if (!call) co_return call.error();
    if (params.request_state) {
        const auto opened = deps_.drivers.modern.open_state(*params.request_state, *call);
        if (!opened) co_return opened.error();
        if (ModernDriver::was_turned_down(params)) result.text = not_opened + result.text;
        co_return Led{};
    }
    auto question = deps_.drivers.dialogues.page_question(requester, result);
    if (!question) co_return Led{};
    if (protocol::is_modern(requester.context.version))
        co_return Led{deps_.drivers.modern.lead(*call, std::move(*question))};
    const bool declined = co_await deps_.drivers.stream.show(requester, std::move(*question));
    auto now = co_await read(entry, std::move(*call));  // what they did there meanwhile
    if (now) result = std::move(*now);
    if (declined) result.text = not_opened + result.text;
    co_return Led{};
}

}  // namespace tfy::calls
