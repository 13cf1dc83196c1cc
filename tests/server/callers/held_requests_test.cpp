// Requests that wait end with what their callers were admitted by, and no others do.
#include "server/callers/held_requests.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tfy::held_requests_test {
namespace {

namespace asio = boost::asio;

class Door final : public callers::Authenticator {
public:
    explicit Door(asio::io_context& loop) : news_come(loop, asio::steady_timer::time_point::max()) {}
    transport::Admission admit(const transport::Arrival&) override { return transport::KnownCaller{}; }
    bool still_holds(const std::string& held) override { return !ended.contains(held); }
    std::optional<Async<void>> news_of(const std::string& held) override {
        ++looked[held];
        return held == slow ? std::optional(await_news()) : std::nullopt;
    }
    Async<void> await_news() {
        boost::system::error_code over;
        co_await news_come.async_wait(asio::redirect_error(asio::use_awaitable, over));
    }

    std::set<std::string> ended;
    std::string slow;
    std::map<std::string, int> looked;
    asio::steady_timer news_come;
};

struct House {
    /// A request that waits; its name is in `told` once it is ended.
    std::shared_ptr<void> wait(const std::string& held, const std::string& name) {
        return held_requests.add(held, [this, name](const transport::guard::Rejection& why) {
            CHECK(why.status == 401);
            told.push_back(name);
        });
    }
    void look() {
        asio::co_spawn(loop, held_requests.look(), asio::detached);
        loop.restart();
        loop.poll();
    }

    asio::io_context loop;
    Door door{loop};
    callers::HeldRequests held_requests{door};
    std::vector<std::string> told;
};

}  // namespace

TEST_CASE("all requests of a credential that ended are ended, once each, and no others") {
    House house;
    const auto one = house.wait("key:A", "one"), two = house.wait("key:A", "two"),
               other = house.wait("key:B", "other");
    house.look();
    CHECK(house.told.empty());
    CHECK(house.door.looked == std::map<std::string, int>{{"key:A", 1}, {"key:B", 1}});
    house.door.ended = {"key:A"};
    house.look();
    CHECK(house.told == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a request that was answered is not looked after any more") {
    House house;
    auto answered = house.wait("key:A", "answered");
    const auto waits = house.wait("key:A", "waits");
    answered.reset();
    house.door.ended = {"key:A"};
    house.look();
    CHECK(house.told == std::vector<std::string>{"waits"});
}

TEST_CASE("one that ends may let go of another one") {
    House house;
    auto other = house.wait("key:A", "other");
    const auto first = house.held_requests.add("key:A", [&](const auto&) { other.reset(); });
    house.door.ended = {"key:A"};
    house.look();
    other.reset();
    house.look();
    CHECK(house.told.size() == 1);
}

TEST_CASE("no caller waits for news of another one, and news are asked for once at a time") {
    House house;
    house.door.slow = "tfy:slow";
    const auto slow = house.wait("tfy:slow", "slow"), quick = house.wait("key:A", "quick");
    house.door.ended = {"tfy:slow", "key:A"};
    house.look();
    CHECK(house.told == std::vector<std::string>{"quick"});
    house.look();
    CHECK(house.door.looked.at("tfy:slow") == 1);
    house.door.news_come.cancel();
    house.loop.restart();
    house.loop.poll();
    CHECK(house.told == std::vector<std::string>{"quick", "quick", "slow"});
}

}  // namespace tfy::held_requests_test
