// What listeners hear of, and what begins because they are there.
#include "server/features/change_watch.hpp"

#include <doctest/doctest.h>

#include <boost/asio/detached.hpp>

#include "tests/fakes/calls.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::change_watch_test {

using fakes::Calls;
using mcp::Change;
using Of = Change::Of;
using State = policy::Approval::State;

namespace {

/// Someone who listens, and everything that they have heard so far.
class Ear {
public:
    Ear(Calls& house, protocol::NotificationFilter filter, std::string principal = "stdio:alice")
        : house_(house),
          listener_(house.subscriptions, house.loop.get_executor(), {.principal = std::move(principal)},
                    std::move(filter)) {
        boost::asio::co_spawn(house.loop, listen(listener_, heard_), boost::asio::detached);
    }
    ~Ear() {
        house_.subscriptions.drain();  // ends listen() before the listener goes
        house_.until([this] { return *over_; });
    }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

    bool heard(const Change& change) const { return std::ranges::find(*heard_, change) != heard_->end(); }
    void until(const Change& change) {
        house_.until([&] { return heard(change); });
    }
    std::size_t count() const { return heard_->size(); }
    void forget() { heard_->clear(); }

private:
    using Heard = std::shared_ptr<std::vector<Change>>;
    Async<void> listen(mcp::Subscriptions::Listener& listener, Heard heard) {
        const auto over = over_;
        for (;;) {
            auto change = co_await listener.next();
            if (!change) break;
            heard->push_back(std::move(*change));
        }
        *over = true;
    }
    Calls& house_;
    mcp::Subscriptions::Listener listener_;
    Heard heard_ = std::make_shared<std::vector<Change>>();
    std::shared_ptr<bool> over_ = std::make_shared<bool>(false);
};

/// Until the watch has looked at what is there now: a call that is opened afterwards is a change.
void settle(Calls& house) {
    house.run(house.desk.list(true)).value();
    house.run(house.desk.list(true)).value();
}

std::string uri(const std::string& id) { return "tfy://approvals/" + id; }

}  // namespace

TEST_CASE("a request is told when it opens, is decided, and ends; tokens are told when one was deleted") {
    Calls house;
    Ear lists(house, {.resources_list_changed = true,
                      .resource_subscriptions = {"tfy://access-tokens", "tfy://access-tokens/pat-a",
                                                 "tfy://access-tokens/pat-b"}});
    settle(house);
    const auto id = house.ask(house.requester());
    lists.until({Of::resources_list});
    lists.forget();
    house.approve(id);
    house.get(house.requester(), id).value();
    lists.until({Of::resource, "tfy://access-tokens/pat-a"});
    CHECK(lists.heard({Of::resource, "tfy://access-tokens"}));
    CHECK(lists.heard({Of::resources_list}));
    CHECK_FALSE(lists.heard({Of::resource, "tfy://access-tokens/pat-b"}));
}

TEST_CASE("who listens to one approval hears of its decision, and of no other's") {
    Calls house;
    const auto mine = house.ask(house.requester());
    const auto other = house.ask(house.requester(false, protocol::Version::v2026_07_28, "stdio:bob"));
    Ear ear(house, {.resource_subscriptions = {uri(mine)}});
    settle(house);
    house.deny(other);
    house.deny(mine);
    ear.until({Of::resource, uri(mine)});
    CHECK(ear.count() == 1);
}

TEST_CASE("what one principal asked is told to no other, whatever it listens to") {
    Calls house;
    const auto id = house.ask(house.requester());
    const protocol::NotificationFilter everything{
        .resources_list_changed = true, .resource_subscriptions = {uri(id)}, .task_ids = {id}};
    Ear asker(house, everything);
    Ear other(house, everything, "stdio:bob");
    settle(house);
    house.deny(id);
    asker.until({Of::resources_list});
    CHECK(asker.heard({Of::resource, uri(id)}));
    CHECK(other.count() == 0);
}

TEST_CASE("a decision by another process on the same state is told as well") {
    const fakes::TempFolder folder;
    Calls house(policy::Assurance::client, folder / "ledger.db");
    const auto id = house.ask(house.requester());
    Ear ear(house, {.resource_subscriptions = {uri(id)}});
    settle(house);
    auto other = fakes::open_ledger(folder / "ledger.db");
    const auto pending = other->find(id).value().value();
    const auto denied =
        policy::deny(pending, policy::HumanForTests::make(), "no", house.clock.now(), fakes::no_tokens())
            .value();
    REQUIRE(other->change(State::pending, denied, fakes::entry("denied", id)).has_value());
    ear.until({Of::resource, uri(id)});
}

TEST_CASE("that time is over is a change, too") {
    Calls house;
    const auto id = house.ask(house.requester());
    Ear ear(house, {.resource_subscriptions = {uri(id)}});
    settle(house);
    house.clock.advance(std::chrono::minutes{15});
    ear.until({Of::resource, uri(id)});
}

TEST_CASE("what was approved runs for who listens to its task, and for nobody else") {
    Calls house;
    const auto id = house.ask(house.requester());
    {
        Ear stranger(house, {.resources_list_changed = true, .resource_subscriptions = {uri(id)}});
        settle(house);
        house.approve(id);
        stranger.until({Of::resource, uri(id)});
        house.idle();
        CHECK(house.upstream.deleted() == 0);
    }
    CHECK(house.run(house.desk.find(id))->state() == State::approved);
}

TEST_CASE("a listener to the task is there to receive it: it begins when it is approved") {
    Calls house;
    const auto id = house.ask(house.requester());
    Ear ear(house, {.task_ids = {id}});
    settle(house);
    CHECK(house.upstream.deleted() == 0);
    house.approve(id);
    house.until([&] { return house.run(house.desk.find(id))->state() == State::succeeded; });
    ear.until({Of::task, id});
    CHECK(house.upstream.deleted() == 1);
}

TEST_CASE("the watch begins with the first listener and ends after the last") {
    Calls house;
    CHECK_FALSE(house.watch.watching());
    {
        mcp::Subscriptions::Listener one(house.subscriptions, house.loop.get_executor(), {}, {});
        CHECK(house.watch.watching());
        settle(house);
    }
    house.until([&] { return !house.watch.watching(); });
    const mcp::Subscriptions::Listener again(house.subscriptions, house.loop.get_executor(), {}, {});
    CHECK(house.watch.watching());
}

}  // namespace tfy::change_watch_test
