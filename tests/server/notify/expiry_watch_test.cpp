// Tokens that end soon: each threshold once, by whichever process, and over restarts.
#include "server/notify/expiry_watch.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/notified.hpp"

namespace tfy::expiry_watch_test {

using namespace std::chrono_literals;
using fakes::Notified;
using notice::TokenEnd;
using Event = policy::Channel::Event;

namespace {

constexpr auto host = "hooks.example.com";
using days = std::chrono::days;

struct Watched : Notified {
    explicit Watched(const std::filesystem::path& file = ":memory:", std::string name = "test")
        : Notified(file, std::move(name)) {
        start({fakes::webhook(host, {Event::token_expiring})});
    }
    notify::ExpiryWatch& watch() {
        if (!watch_)
            watch_.emplace(
                notify::ExpiryWatch::Rooms{loop, store, desk, redaction, clock, log},
                notify::ExpiryWatch::Sources{
                    .listed = [this](policy::Time from, policy::Time to) { return listed(from, to); },
                    .own_key = [this] { return own_key; },
                    .wanted = [this] { return wanted; }},
                5ms);
        return *watch_;
    }
    Result<void> look() { return run(watch().look()); }
    Json token(std::size_t number) { return receiver().body(number)["token"]; }

    std::vector<TokenEnd> tokens;
    std::optional<TokenEnd> own_key;
    std::optional<Error> trouble;
    bool wanted = true;
    bool throws = false;  // the next time
    int lists = 0;

private:
    Async<Result<std::vector<TokenEnd>>> listed(policy::Time from, policy::Time to) {
        ++lists;
        if (std::exchange(throws, false)) throw std::runtime_error("a bug");
        if (trouble) co_return *trouble;
        std::vector<TokenEnd> found;
        for (const auto& each : tokens)
            if (each.expires > from && each.expires <= to) found.push_back(each);
        co_return found;
    }
    std::optional<notify::ExpiryWatch> watch_;
};

}  // namespace

TEST_CASE("a token is told of at 30, 7 and 1 days, once each, however often it is looked at") {
    Watched house;
    house.tokens = {{.id = "pat-1", .name = "ci", .expires = house.clock.now() + days{40}}};
    const auto look_often = [&] {
        for (int again = 0; again < 3; ++again) REQUIRE(house.look().has_value());
    };
    look_often();
    house.told(0);
    house.clock.advance(days{10});
    look_often();
    house.told(1);
    CHECK(house.token(0) == Json{{"id", "pat-1"},
                                 {"name", "ci"},
                                 {"expires_at", policy::format_time(house.tokens[0].expires)},
                                 {"days", 30},
                                 {"own_key", false}});
    house.clock.advance(days{23});
    look_often();
    house.told(2);
    CHECK(house.token(1)["days"] == 7);
    house.clock.advance(days{6});
    look_often();
    house.told(3);
    CHECK(house.token(2)["days"] == 1);
    house.clock.advance(days{1});
    look_often();
    house.told(3);
}

TEST_CASE("one that is seen late is told of once, at the threshold that holds; another end is told anew") {
    Watched house;
    house.tokens = {{.id = "pat-1", .name = "ci", .expires = house.clock.now() + days{3}}};
    REQUIRE(house.look().has_value());
    house.told(1);
    CHECK(house.token(0)["days"] == 7);
    house.tokens[0].expires = house.clock.now() + days{6};
    REQUIRE(house.look().has_value());
    house.told(2);
}

TEST_CASE("this server's key is told of once, whether it is listed or not, and also where the list fails") {
    Watched house;
    const auto ends = house.clock.now() + days{5};
    house.own_key = TokenEnd{.expires = ends, .own_key = true};
    house.trouble = Error{Errc::upstream, "TrueFoundry is not reached."};
    CHECK(house.look().has_error());
    house.told(1);
    CHECK(house.token(0)["own_key"] == true);
    house.trouble.reset();
    // The list rounds, and has the last end of the keys of one token.
    for (const auto later : {policy::Duration{0}, policy::Duration{350ms}, policy::Duration{days{9}}}) {
        house.tokens = {{.id = "pat-9", .name = "server", .expires = ends + later, .own_key = true}};
        REQUIRE(house.look().has_value());
        house.told(1);
    }
}

TEST_CASE("two processes on one state, and the next start, tell each once between them") {
    const fakes::TempFolder folder;
    Watched one(folder / "ledger.db", "one");
    Watched two(folder / "ledger.db", "two");
    one.others_alive = {"two"};
    two.others_alive = {"one"};
    for (auto* house : {&one, &two})
        for (const auto* id : {"pat-1", "pat-2", "pat-3"})
            house->tokens.push_back({.id = id, .name = id, .expires = house->clock.now() + days{2}});
    REQUIRE(one.look().has_value());
    REQUIRE(two.look().has_value());
    one.passes();
    two.passes();
    Watched next(folder / "ledger.db", "three");
    next.tokens = one.tokens;
    REQUIRE(next.look().has_value());
    next.passes();
    CHECK(one.receiver().got.size() + two.receiver().got.size() + next.receiver().got.size() == 3);
}

TEST_CASE(
    "it looks by itself every six hours, sooner after trouble, and not where no channel wants to hear") {
    Watched house;
    house.wanted = false;
    house.watch().start();
    house.passes();
    CHECK(house.lists == 0);
    house.wanted = true;
    house.trouble = Error{Errc::upstream, "TrueFoundry is not reached."};
    house.watch().start();
    house.watch().start();
    house.until([&] { return house.lists == 1; });
    house.clock.advance(10min);
    house.until([&] { return house.lists == 2; });
    house.trouble.reset();
    house.clock.advance(10min);
    house.until([&] { return house.lists == 3; });
    house.clock.advance(5h);
    house.passes();
    CHECK(house.lists == 3);
    house.clock.advance(1h);
    house.until([&] { return house.lists == 4; });
}

TEST_CASE("an exception does not end the watch") {
    Watched house;
    house.throws = true;
    house.watch().start();
    house.until([&] { return house.lists == 1; });
    house.passes();
    house.clock.advance(10min);
    house.until([&] { return house.lists == 2; });
}

}  // namespace tfy::expiry_watch_test
