// What an agent is told of a value that waits for a person, whenever it asks.
#include <doctest/doctest.h>

#include "server/calls/approval_answer.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/terminal.hpp"

namespace tfy::value_answer_test {

using namespace tfy::fakes;
using namespace std::chrono_literals;

TEST_CASE("how to see a value is told with the time that is left, and that it is over once it is") {
    auto made = approval("apr_1");
    policy::ApprovalForTests::state(made) = policy::Approval::State::succeeded;
    made.outcome = {{"text", "Token created successfully!\n"},
                    {"structured",
                     {{"status", "executed"},
                      {"destination", "page"},
                      {"reveal_id", "rev_1"},
                      {"reveal_until", policy::format_time(noon + 10min)},
                      {"reveal_url", "https://tfy.example.com/approvals"},
                      {"reveal_command", "tfy-pat-mcp approvals reveal rev_1"}}},
                    {"isError", false}};
    const auto next_at = [&](policy::Time now) {
        return calls::status_answer(made, {}, now, fakes::no_tokens())
            .structured.at("next")
            .get<std::string>();
    };
    CHECK(
        next_at(noon).starts_with("Tell the user: open https://tfy.example.com/approvals within 10 minutes "
                                  "to see and save the value. Or "
                                  "in a terminal: tfy-pat-mcp approvals reveal rev_1\nUntil "));
    CHECK(next_at(noon + 7min)
              .starts_with("Tell the user: open https://tfy.example.com/approvals within 3 minutes to see"));
    CHECK(next_at(noon + 10min).starts_with("No one viewed the value in time, so it is lost."));
    made.outcome["structured"]["destination"] = "none";
    made.outcome["structured"].erase("reveal_url");
    made.outcome["structured"].erase("reveal_command");
    CHECK(
        next_at(noon).starts_with("The value is not shown. It can be revealed with a new approval within "
                                  "10 minutes: call tfy_access_tokens_reveal with reveal_id \"rev_1\".\n"
                                  "Until "));
    made.outcome["structured"]["destination"] = "agent";
    CHECK(next_at(noon + 7min)
              .starts_with(
                  "To show the value, call tfy_access_tokens_reveal with reveal_id \"rev_1\" once, when "
                  "the user is ready to copy it (within 3 minutes); the approval already allows "
                  "it.\nUntil "));
}

}  // namespace tfy::value_answer_test
