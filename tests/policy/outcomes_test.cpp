// How long a request answers the call that opened it, and which requests cannot be beside each other.
#include <doctest/doctest.h>

#include "tests/policy/examples.hpp"

namespace tfy::policy::outcomes_test {
namespace {

using State = Approval::State;
using namespace examples;

Approval ended(State state) {
    auto approval = approved();
    ApprovalForTests::state(approval) = state;
    approval.updated = noon;
    approval.repeat_outcome = 10min;
    policy::ApprovalForTests::terms(approval).denied_for = 15min;
    return approval;
}

Approval about(std::vector<std::string> needs, std::vector<std::string> consumes,
               State state = State::pending) {
    auto approval = pending();
    approval.id = "apr_other";
    approval.facts.needs = std::move(needs);
    approval.facts.consumes = std::move(consumes);
    ApprovalForTests::state(approval) = state;
    return approval;
}

}  // namespace

TEST_CASE("an ended request answers until its caller was told, and then for as long as its end says") {
    struct Row {
        State state;
        Time until;  // where its caller is told at 12:05
    };
    const auto told = noon + 5min;
    const Row rows[] = {{State::succeeded, told + 10min}, {State::unknown, told + 10min},
                        {State::denied, noon + 15min},    {State::failed, told},
                        {State::expired, told},           {State::withdrawn, told},
                        {State::superseded, told}};
    for (const auto& row : rows) {
        CAPTURE(to_string(row.state));
        auto approval = ended(row.state);
        CHECK(answers(approval, noon + 24h));
        approval.answers_until = answers_until(approval, told);
        CHECK(*approval.answers_until == row.until);
        CHECK(answers(approval, row.until - 1ms));
        CHECK_FALSE(answers(approval, row.until));
    }
    CHECK(answers_until(ended(State::denied), noon + 20min) ==
          noon + 20min);  // told too late to count any longer
}

TEST_CASE("an open request always answers its call") {
    for (const auto state : {State::pending, State::approved, State::executing})
        CHECK(answers(ended(state), noon + 24h));
}

TEST_CASE("what runs identifies a request: the reason does not") {
    auto one = remove_call();
    auto other = one;
    other.reason = "because";
    CHECK(digest(one) == digest(other));
    one.arguments["reason"] = "tidying up";
    take_reason(one);
    CHECK(one.reason == "tidying up");
    CHECK(digest(one) == digest(other));
    auto read = list_call();
    read.arguments["reason"] = "an argument like any other";
    take_reason(read);
    CHECK(read.arguments.contains("reason"));
}

TEST_CASE("a reworded request shows the newest reason, keeps its digest, and is reworded 32 times at most") {
    auto request = pending();
    const auto before = request.digest();
    for (int i = 0; i < 32; ++i) {
        auto next = reword(request, "reason " + std::to_string(i));
        REQUIRE(next.has_value());
        request = std::move(*next);
    }
    CHECK(request.agent_reason == "reason 31");
    CHECK(request.digest() == before);
    CHECK(digest(request.call) == before);
    CHECK(reword(request, "one more").error().code == Errc::rate_limited);
    CHECK(reword(approved(), "too late").error().code == Errc::refused);
}

TEST_CASE("what ran ends what needs the same, on the same control plane, while that waits") {
    auto done = about({"token:1"}, {"token:1"}, State::succeeded);
    done.id = "apr_done";
    CHECK(supersedes(done, about({"token:1"}, {})));
    CHECK(supersedes(done, about({"token:1", "name:x"}, {}, State::approved)));
    CHECK_FALSE(supersedes(done, about({"token:2"}, {})));
    CHECK_FALSE(supersedes(done, about({"token:1"}, {}, State::executing)));
    CHECK_FALSE(supersedes(done, about({"token:1"}, {}, State::denied)));
    auto elsewhere = about({"token:1"}, {});
    elsewhere.call.base_url = "https://other.example.com";
    CHECK_FALSE(supersedes(done, elsewhere));
    auto itself = about({"token:1"}, {});
    itself.id = done.id;
    CHECK_FALSE(supersedes(done, itself));
}

TEST_CASE("requests have one target where both rely on one token, not where both want one name") {
    CHECK(same_target(about({"token:1"}, {}), about({"token:1", "name:x"}, {})));
    CHECK_FALSE(same_target(about({"token:1"}, {}), about({"token:2"}, {})));
    CHECK_FALSE(same_target(about({"name:x"}, {}), about({"name:x"}, {})));
}

TEST_CASE("a superseded request says why, and that nothing was done") {
    const auto ended = supersede(approved(), "Its token is gone. Nothing was done.", noon);
    REQUIRE(ended.has_value());
    CHECK(ended->outcome.at("structured").at("status") == "superseded");
    CHECK(ended->outcome.at("isError") == true);
    const auto stored = Approval::restore(ended->json());
    REQUIRE(stored.has_value());
    CHECK(stored->json() == ended->json());
}

}  // namespace tfy::policy::outcomes_test
