#include <algorithm>

#include "tests/conformance_server/features.hpp"

namespace tfy::conformance {

Tools::Tools(Rooms& rooms) : deps_(rooms) {
    for (const auto& some : {content_tools(), notifying_tools(), asking_tools(), input_tools(), task_tools()})
        tools_.insert(tools_.end(), some.begin(), some.end());
    for (const auto& tool : tools_) definitions_.push_back(tool.definition);
}

const std::vector<Json>& Tools::definitions() const { return definitions_; }

Async<Result<MethodResult>> Tools::call(Requester& requester, CallToolParams params) {
    const auto tool = std::ranges::find_if(
        tools_, [&](const Tool& each) { return each.definition.at("name") == params.name; });
    if (tool == tools_.end()) co_return Error{Errc::invalid_params, "There is no such tool."};
    co_return co_await tool->run(deps_, requester, std::move(params));
}

}  // namespace tfy::conformance
