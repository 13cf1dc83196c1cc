// Calls that wait for a whole list at the same time see one walk.
#include "tools/truefoundry/shared_walks.hpp"

#include <doctest/doctest.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <string>
#include <tuple>

namespace tfy::shared_walks_test {

namespace asio = boost::asio;
using truefoundry::SharedWalks;

namespace {

struct Reader final : truefoundry::Visitor {
    void begin() override { seen.clear(); }
    void see(const truefoundry::AccessToken& token, bool) override { seen += token.id; }

    std::string seen = {};
    std::optional<Result<void>> told = {};
    asio::cancellation_signal away = {};
};

/// The list is the number of its walk. A walk shows it, and ends when it is let.
struct House {
    explicit House(std::chrono::milliseconds longest_wait = std::chrono::hours{1}) : walks(longest_wait) {}

    Async<Result<void>> walk(truefoundry::Visitor& visitor) {
        auto& gate = gates.emplace_back(loop, asio::steady_timer::time_point::max());
        visitor.begin();
        visitor.see({.id = std::to_string(gates.size())}, false);
        std::ignore = co_await gate.async_wait(asio::as_tuple(asio::use_awaitable));
        co_return fails ? Result<void>(Error{Errc::upstream, "down"}) : Result<void>{};
    }
    Async<void> ask(Reader& reader) { reader.told = co_await walks.join(reader, one_walk); }
    Reader& call() {
        auto& reader = readers.emplace_back();
        asio::co_spawn(loop, ask(reader),
                       asio::bind_cancellation_slot(reader.away.slot(), [](const std::exception_ptr&) {}));
        return reader;
    }
    std::size_t begun() {
        loop.restart();
        loop.poll();
        return gates.size();
    }
    void end(std::size_t number) { gates.at(number - 1).cancel(); }

    asio::io_context loop;
    SharedWalks walks;
    SharedWalks::Walk one_walk = [this](truefoundry::Visitor& visitor) { return walk(visitor); };
    std::deque<asio::steady_timer> gates;
    std::deque<Reader> readers;
    bool fails = false;
};

/// Walks that are under way together, none of which has ended.
void begin_four(House& house) {
    for (std::size_t i = 1; i <= 4; ++i) {
        house.call();
        CHECK(house.begun() == i);
    }
}

}  // namespace

TEST_CASE("calls that come in one turn of the loop share a walk, and how it ends") {
    for (const bool fails : {false, true}) {
        CAPTURE(fails);
        House house;
        house.fails = fails;
        for (int i = 0; i < 8; ++i) house.call();
        CHECK(house.begun() == 1);
        house.end(1);
        CHECK(house.begun() == 1);
        for (const auto& reader : house.readers) {
            CHECK(reader.seen == "1");
            REQUIRE(reader.told);
            CHECK(reader.told->has_value() != fails);
        }
    }
}

TEST_CASE("a call that comes while a walk is under way sees a later one") {
    House house;
    const auto& first = house.call();
    CHECK(house.begun() == 1);
    const auto& second = house.call();
    CHECK(house.begun() == 2);
    house.end(2);
    CHECK(house.begun() == 2);
    CHECK(second.told);
    CHECK(second.seen == "2");
    CHECK_FALSE(first.told);
}

TEST_CASE("while four walks are under way, all that come share the next one") {
    House house;
    begin_four(house);
    const auto& fifth = house.call();
    CHECK(house.begun() == 4);
    const auto& sixth = house.call();
    CHECK(house.begun() == 4);
    house.end(3);
    CHECK(house.begun() == 5);
    house.end(5);
    house.begun();
    CHECK(fifth.told);
    CHECK(sixth.told);
    CHECK(sixth.seen == "5");
}

TEST_CASE("a group does not wait for walks that do not end") {
    House house(std::chrono::milliseconds{1});
    begin_four(house);
    house.call();
    while (house.gates.size() == 4) house.loop.run_one();
    CHECK(house.gates.size() == 5);
}

TEST_CASE("when the call whose walk it is goes away, those that share it see another one") {
    House house;
    auto& first = house.call();
    const auto& second = house.call();
    const auto& third = house.call();
    CHECK(house.begun() == 1);
    first.away.emit(asio::cancellation_type::terminal);
    CHECK(house.begun() == 2);
    house.end(2);
    house.begun();
    REQUIRE(first.told);
    CHECK(first.told->error().code == Errc::cancelled);
    CHECK(second.told);
    CHECK(third.seen == "2");
}

TEST_CASE("a call that goes away while it waits is not shown anything, and the others are") {
    House house;
    const auto& first = house.call();
    auto& second = house.call();
    CHECK(house.begun() == 1);
    second.away.emit(asio::cancellation_type::terminal);
    CHECK(house.begun() == 1);
    house.end(1);
    house.begun();
    CHECK(first.told);
    REQUIRE(second.told);
    CHECK(second.told->error().code == Errc::cancelled);
}

}  // namespace tfy::shared_walks_test
