#include "server/mcp/subscriptions.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <memory>

#include "server/loop/loop.hpp"

namespace tfy::subscriptions_test {

namespace {

using mcp::Change;
using mcp::Subscriptions;

struct World {
    World() = default;
    World(const World&) = delete;
    World& operator=(const World&) = delete;
    ~World() { loop.abandon(); }

    /// What the listener hears next; nothing if it would have to wait, or where all is over (`ended`).
    std::optional<Change> next(Subscriptions::Listener& listener) {
        const auto heard = std::make_shared<std::optional<std::optional<Change>>>();
        boost::asio::co_spawn(
            loop, listener.next(),
            [heard](const std::exception_ptr&, std::optional<Change> change) { *heard = std::move(change); });
        loop.restart();
        loop.poll();
        ended = heard->has_value() && !heard->value();
        return heard->value_or(std::nullopt);
    }
    Subscriptions::Listener listen(protocol::NotificationFilter filter, std::string who = "stdio:alice") {
        return Subscriptions::Listener(all, loop.get_executor(), {.principal = std::move(who)},
                                       std::move(filter));
    }

    loop::Loop loop;
    Subscriptions all;
    bool ended = false;
};

const Change tools{Change::Of::tools_list};
const Change watched{Change::Of::resource, "test://a"};
const Change other{Change::Of::resource, "test://b"};
const Change task{Change::Of::task, "apr_1"};

}  // namespace

TEST_CASE("a listener hears what it asked for, in order, and nothing else") {
    World world;
    auto listener = world.listen({.resource_subscriptions = {"test://a"}, .task_ids = {"apr_1"}});
    for (const auto& change : {tools, other, task, watched}) world.all.publish(change);
    CHECK(world.next(listener) == task);
    CHECK(world.next(listener) == watched);
    CHECK(!world.next(listener));
    CHECK(!world.ended);
}

TEST_CASE("a change that happens again before it was taken is told once") {
    World world;
    auto listener = world.listen({.tools_list_changed = true});
    world.all.publish(tools);
    world.all.publish(tools);
    CHECK(world.next(listener) == tools);
    CHECK(!world.next(listener));
    world.all.publish(tools);
}

TEST_CASE("who stops asking for something does not hear of it any more, though it has happened") {
    World world;
    auto listener = world.listen({.tools_list_changed = true, .resource_subscriptions = {"test://a"}});
    world.all.publish(watched);
    world.all.publish(tools);
    listener.listen_to({.tools_list_changed = true});
    CHECK(world.next(listener) == tools);
    CHECK(!world.next(listener));
}

TEST_CASE("before the server stops, what has happened is still told, then all is over") {
    World world;
    auto listener = world.listen({.tools_list_changed = true});
    world.all.publish(tools);
    world.all.drain();
    CHECK(world.next(listener) == tools);
    CHECK(!world.next(listener));
    CHECK(world.ended);
}

TEST_CASE("a change is told to those whom it concerns, and to no one else") {
    World world;
    auto alice = world.listen({.resource_subscriptions = {"test://a"}});
    auto bob = world.listen({.resource_subscriptions = {"test://a"}}, "stdio:bob");
    world.all.publish(watched, [](const policy::Caller& caller) { return caller.principal == "stdio:bob"; });
    CHECK(!world.next(alice));
    CHECK(world.next(bob) == watched);
}

TEST_CASE("who waits for a task is known by principal; the first listener starts the looking") {
    World world;
    int started = 0;
    world.all.on_wanted([&started] { ++started; });
    {
        auto one = world.listen({.resource_subscriptions = {"test://a"}, .task_ids = {"apr_1"}});
        auto two = world.listen({.resource_subscriptions = {"test://b", "test://a"}});
        CHECK(started == 1);
        CHECK(world.all.waits_for_task("apr_1", "stdio:alice"));
        CHECK_FALSE(world.all.waits_for_task("apr_2", "stdio:alice"));
        CHECK_FALSE(world.all.waits_for_task("apr_1", "stdio:bob"));
    }
    CHECK(!world.all.wanted());
    auto again = world.listen({});
    CHECK(started == 2);
}

}  // namespace tfy::subscriptions_test
