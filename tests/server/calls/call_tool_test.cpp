// One call on its way to its request.
#include "server/calls/call_tool.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/calls.hpp"

namespace tfy::call_tool_test {

using fakes::Calls;

TEST_CASE("a call that finds that the same call was faster keeps its newer reason") {
    Calls house;
    const auto removal = [](const char* reason) {
        auto params = Calls::removal();
        params.arguments["reason"] = reason;
        return params;
    };
    house.upstream.meanwhile = [&]() -> Async<void> {
        auto first = house.requester();
        const auto opened = co_await house.calls.call(first, removal("the build is over"));
        CHECK(opened.has_value());
    };
    auto second = house.requester();
    CHECK(house.run(house.calls.call(second, removal("it was leaked"))).has_value());

    const auto open = house.run(house.desk.list(true));
    REQUIRE(open.has_value());
    REQUIRE(open->size() == 1);
    CHECK(open->front().agent_reason == "it was leaked");
}

}  // namespace tfy::call_tool_test
