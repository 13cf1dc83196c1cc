#include "policy/dialogue/unresponsive_clients.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/state.hpp"

namespace tfy::unresponsive_clients_test {

using fakes::noon;

TEST_CASE("a client is silent after two questions without an answer, and stays so") {
    const policy::Caller client{.principal = "stdio:alice", .client = "agent 1"};
    const auto until = noon + std::chrono::minutes{15};
    dialogue::UnresponsiveClients clients;

    SUBCASE("the same call came again instead of the answer") {
        clients.asked(client, "apr_1", until);
        clients.came_without_answer(client, "apr_1");
        clients.asked(client, "apr_1", until);
        CHECK_FALSE(clients.is_silent(client, noon));
        clients.came_without_answer(client, "apr_1");
    }
    SUBCASE("the time passed") {
        clients.asked(client, "apr_1", until);
        clients.asked(client, "apr_2", until);
        CHECK_FALSE(clients.is_silent(client, noon));
        CHECK_FALSE(clients.is_silent(client, until - policy::Duration{1}));
        CHECK(clients.is_silent(client, until));
    }
    SUBCASE("it said that it cannot") {
        clients.unanswered(client);
        CHECK_FALSE(clients.is_silent(client, noon));
        clients.unanswered(client);
    }
    CHECK(clients.is_silent(client, noon));
    CHECK(clients.newly_silent(client, noon));
    CHECK_FALSE(clients.newly_silent(client, noon));
    clients.answered(client, "apr_1");
    CHECK(clients.is_silent(client, noon));
    CHECK_FALSE(clients.is_silent({.principal = "stdio:bob", .client = "agent 1"}, noon));
    CHECK_FALSE(clients.is_silent({.principal = "stdio:alice", .client = "agent 2"}, noon));
}

TEST_CASE("an answer in between starts anew, also one that is late for another question") {
    const policy::Caller client{.principal = "stdio:alice", .client = "agent 1"};
    const auto until = noon + std::chrono::minutes{15};
    dialogue::UnresponsiveClients clients;
    for (int round = 0; round < 5; ++round) {
        clients.unanswered(client);
        clients.asked(client, "apr_1", until);
        clients.answered(client, "apr_1");
        CHECK_FALSE(clients.is_silent(client, noon));
    }
}

TEST_CASE("a question that was settled elsewhere says nothing about the client") {
    const policy::Caller client{.principal = "stdio:alice", .client = "agent 1"};
    const auto until = noon + std::chrono::minutes{15};
    dialogue::UnresponsiveClients clients;
    for (const auto* question : {"apr_1", "apr_2", "apr_3"}) {
        clients.asked(client, question, until);
        clients.settled(client, question);
    }
    CHECK_FALSE(clients.is_silent(client, until));
    clients.unanswered(client);
    clients.asked(client, "apr_4", until);
    clients.settled(client, "apr_4");
    clients.unanswered(client);
    CHECK(clients.is_silent(client, noon));
}

TEST_CASE("what is remembered of clients is bounded") {
    dialogue::UnresponsiveClients clients;
    for (std::size_t i = 0; i < 10 * dialogue::UnresponsiveClients::most; ++i)
        clients.unanswered({.principal = "p" + std::to_string(i)});
    CHECK_FALSE(clients.is_silent({.principal = "p0"}, noon));
}

}  // namespace tfy::unresponsive_clients_test
