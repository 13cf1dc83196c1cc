// A legacy client's person is asked on the call's own stream.
#include "server/calls/stream_driver.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/calls.hpp"

namespace tfy::stream_driver_test {

using fakes::Calls;
using protocol::Version;

namespace {

/// A call that waits for its answer, and what its client is asked meanwhile.
struct Waiting {
    Waiting(Calls& its_house, mcp::Requester by) : house(its_house), requester(std::move(by)) {
        boost::asio::co_spawn(
            house.loop, house.calls.call(requester, Calls::removal()),
            [this](const std::exception_ptr&, Result<mcp::MethodResult> came) { answer = std::move(came); });
    }

    std::vector<Json> questions() const {
        std::vector<Json> all;
        for (const auto& sent : house.pipe.sent())
            if (auto message = Json::parse(sent); message.value("method", "") == "elicitation/create")
                all.push_back(std::move(message));
        return all;
    }
    /// The message of the newest question, once there are `number`.
    std::string question(std::size_t number) {
        house.until([&] { return questions().size() == number; });
        return questions().back().at("params").at("message").get<std::string>();
    }
    void say(Json result, std::optional<Error> error = {}) {
        const auto id = protocol::RequestId::read(questions().back().at("id")).value();
        CHECK(house.questions.answer("stdio", {.id = id, .result = std::move(result), .error = error}));
    }
    std::string status() {
        house.until([&] { return answer.has_value(); });
        return (*answer)->result.at("structuredContent").at("status").get<std::string>();
    }

    Calls& house;
    mcp::Requester requester;
    std::optional<Result<mcp::MethodResult>> answer;
};

Json accept(Json content) { return {{"action", "accept"}, {"content", std::move(content)}}; }

}  // namespace

TEST_CASE("a person is asked again with what is to be mended, about the request as it is by then") {
    Calls house;
    Waiting call(house, house.requester(true, Version::v2025_11_25));
    CHECK(call.question(1).starts_with("Delete access token "));
    const auto open = house.run(house.desk.list(true)).value().front();
    REQUIRE(house.run(house.desk.reword(open, "it was leaked")).has_value());
    call.say(accept({{"decision", "perhaps"}}));
    const auto second = call.question(2);
    CHECK(second.starts_with("Choose \"approve\" or \"deny\". Nothing was done."));
    CHECK(second.find("it was leaked") != std::string::npos);
    call.say(accept({{"decision", "approve"}, {"confirm_name", "another"}}));
    const auto third = call.question(3);
    CHECK(third.find("ci-pipeline") < third.find("Delete access token "));
    call.say(accept({{"decision", "approve"}, {"confirm_name", "ci-pipeline"}}));
    CHECK(call.status() == "executed");
    CHECK(house.upstream.deleted() == 1);
}

TEST_CASE("a client that says twice that it cannot ask is not asked any more") {
    Calls house;
    for (std::size_t number = 1; number <= 2; ++number) {
        Waiting call(house, house.requester(true, Version::v2025_11_25));
        call.question(number);
        call.say(nullptr, Error{Errc::method_not_found, "no such method"});
        CHECK(call.status() == "approval_pending");
    }
    Waiting third(house, house.requester(true, Version::v2025_11_25));
    CHECK(third.status() == "approval_pending");
    CHECK(third.questions().size() == 2);
}

TEST_CASE("a person who went to the page is waited for, and the client is told when it is over") {
    Calls house(policy::Assurance::signed_in);
    auto alice = house.requester(false, Version::v2025_11_25);
    alice.context.capabilities.elicitation_url = true;
    Waiting call(house, alice);
    CHECK(call.question(1).starts_with("Approve or deny on the approvals page: "));
    const auto id = house.run(house.desk.list(true)).value().front().id;
    house.approve(id);
    CHECK(call.status() == "executed");
    const auto tells = [&](const std::string& sent) {
        return sent.find("notifications/elicitation/complete") != std::string::npos &&
               sent.find(id) != std::string::npos;
    };
    CHECK(std::ranges::count_if(house.pipe.sent(), tells) == 1);
}

}  // namespace tfy::stream_driver_test
