// A modern client's person is asked by answers to the call; the position travels in requestState.
#include "server/calls/modern_driver.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/calls.hpp"

namespace tfy::modern_driver_test {

using fakes::Calls;

namespace {

Json accept(Json content) { return {{"action", "accept"}, {"content", std::move(content)}}; }

const Json yes = accept({{"decision", "approve"}, {"confirm_name", "ci-pipeline"}});

mcp::MethodResult call(Calls& house, std::optional<std::string> state, const Json& answer) {
    auto alice = house.requester(true);
    alice.context.capabilities.tasks = false;
    auto params = Calls::removal();
    params.request_state = std::move(state);
    if (!answer.is_null()) params.input_responses["approval"] = answer;
    return house.run(house.calls.call(alice, std::move(params))).value();
}

std::string state_of(const mcp::MethodResult& asked) {
    REQUIRE(asked.result_type == "input_required");
    return asked.result.at("requestState").get<std::string>();
}

std::string message_of(const mcp::MethodResult& asked) {
    REQUIRE(asked.result_type == "input_required");
    const auto& params = asked.result.at("inputRequests").at("approval").at("params");
    return params.at("message").get<std::string>();
}

std::string status_of(const mcp::MethodResult& answer) {
    REQUIRE(answer.result_type == "complete");
    return answer.result.at("structuredContent").at("status").get<std::string>();
}

}  // namespace

TEST_CASE("an answer decides only with the requestState of its question") {
    Calls house;
    const auto state = state_of(call(house, {}, nullptr));
    const auto asked = call(house, {}, yes);
    CHECK(message_of(asked).starts_with("Delete access token "));
    CHECK(house.run(house.desk.list(true)).value().front().state() == policy::Approval::State::pending);
    CHECK(status_of(call(house, state, yes)) == "executed");
    CHECK(house.upstream.deleted() == 1);
}

TEST_CASE("a form is shown four times in all; then the call is told to come back, and begins anew") {
    Calls house;
    auto state = state_of(call(house, {}, nullptr));
    for (int again = 1; again < 4; ++again) {
        const auto asked = call(house, state, accept({{"decision", "perhaps"}}));
        CHECK(message_of(asked).starts_with("Choose \"approve\" or \"deny\"."));
        state = state_of(asked);
    }
    CHECK(status_of(call(house, state, accept({{"decision", "perhaps"}}))) == "approval_pending");
    CHECK(status_of(call(house, state_of(call(house, {}, nullptr)), yes)) == "executed");
}

}  // namespace tfy::modern_driver_test
