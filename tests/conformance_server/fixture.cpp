#include "tests/conformance_server/fixture.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tfy::conformance {

namespace asio = boost::asio;

Json define(std::string name, std::string description, Json properties) {
    Json schema = {{"type", "object"}, {"properties", properties}};
    if (!properties.empty()) schema["required"] = Json::array();
    for (const auto& [property, _] : properties.items()) schema["required"].push_back(property);
    return {{"name", std::move(name)}, {"description", std::move(description)}, {"inputSchema", schema}};
}

MethodResult text(const Requester& requester, std::string text) {
    return {.result =
                protocol::write_tool_result(std::move(text), nullptr, false, requester.context.version)};
}

MethodResult failure(const Requester& requester, std::string text) {
    return {.result = protocol::write_tool_result(std::move(text), nullptr, true, requester.context.version)};
}

MethodResult content(const Requester& requester, std::vector<Json> blocks) {
    return {.result =
                protocol::write_tool_result(std::move(blocks), nullptr, false, requester.context.version)};
}

Result<std::string> text_argument(const Json& arguments, std::string_view name) {
    const auto found = arguments.find(name);
    if (found == arguments.end() || !found->is_string())
        return Error{Errc::invalid_params, "The argument " + std::string(name) + " must be a string."};
    return found->get<std::string>();
}

Error missing(Json capabilities) {
    return {Errc::missing_capability,
            "This needs a capability that the client does not declare.",
            {{"requiredCapabilities", std::move(capabilities)}}};
}

Async<void> pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace tfy::conformance
