// Callers by their own TrueFoundry keys: whose they are, what TrueFoundry is asked, and how soon one ends.
#include "server/callers/truefoundry.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>

#include "server/callers/credentials.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/run.hpp"

namespace tfy::callers_truefoundry_test {
namespace {

using namespace std::chrono_literals;
using callers::TrueFoundryKeys;
using transport::guard::Rejection;
namespace asio = boost::asio;

constexpr std::string_view gateway = "10.0.0.7";
const Error away{Errc::upstream, "TrueFoundry answered 500"};

/// The callers' side of a server behind a gateway, and a TrueFoundry that answers as it is told.
struct House {
    House() {
        TrueFoundryKeys::Hooks hooks{
            .accepted =
                [this](const std::string& principal, const auto& key) {
                    events.push_back("accepted " + principal + " by " + std::string(key->reveal()));
                },
            .ended = [this](const std::string& principal) { events.push_back("ended " + principal); },
            .left = [this](const std::string& principal) { events.push_back("left " + principal); },
            .refused = [this](const Error& error) { why.push_back(error.message); }};
        auto made = std::make_unique<TrueFoundryKeys>(
            [this](const policy::Secret& key) { return answer(std::string(key.reveal())); },
            redaction::FingerprintKeyForTests::make(7), clock, std::move(hooks));
        keys = made.get();
        std::vector<std::unique_ptr<callers::Verifier>> verifiers;
        verifiers.push_back(std::move(made));
        credentials = std::make_unique<callers::Credentials>(
            std::move(verifiers), transport::bearer::Challenge{.gateway = true, .keys = false}, clock,
            std::vector<std::string>{std::string(gateway)},
            callers::CallerLimits::Most{.at_once = 32, .a_minute = 100'000});
    }

    Async<Result<std::string>> answer(std::string key) {
        ++asked[key];
        if (slow) {
            boost::system::error_code ended;
            co_await slow->async_wait(asio::redirect_error(asio::use_awaitable, ended));
            if (slow) co_return away;  // whoever asked has given up
        }
        const auto found = answers.find(key);
        if (found != answers.end()) co_return found->second;
        co_return Error{Errc::denied, "TrueFoundry refused it (401)"};
    }

    transport::Admission arrive(const std::string& text, const std::string& from,
                                std::string_view remote = gateway) {
        const transport::Headers headers = {{"authorization", "Bearer " + text}, {"x-forwarded-for", from}};
        return credentials->admit(
            {.method = "POST", .path = "/mcp", .headers = headers, .remote = remote, .account = {}});
    }
    transport::Verdict show(const std::string& text, const std::string& from = "198.51.100.1",
                            std::string_view remote = gateway) {
        auto admission = arrive(text, from, remote);
        transport::Verdict verdict;
        if (auto* later = std::get_if<Async<transport::Verdict>>(&admission))
            verdict = fakes::run(std::move(*later));
        else if (auto* caller = std::get_if<transport::KnownCaller>(&admission))
            verdict = *caller;
        else
            verdict = std::get<Rejection>(admission);
        if (auto* caller = std::get_if<transport::KnownCaller>(&verdict)) held[text] = caller->held;
        return verdict;
    }
    int status(const std::string& text, const std::string& from = "198.51.100.1") {
        const auto verdict = show(text, from);
        const auto* refusal = std::get_if<Rejection>(&verdict);
        return refusal == nullptr ? 200 : refusal->status;
    }
    std::string principal(const std::string& text) {
        const auto verdict = show(text);
        const auto* caller = std::get_if<transport::KnownCaller>(&verdict);
        return caller == nullptr ? "none" : caller->principal;
    }
    /// What a stream of this key does every few seconds: whether it goes on.
    bool look(const std::string& text) {
        if (auto news = credentials->news_of(held.at(text))) fakes::run(finish(std::move(*news)));
        return credentials->still_holds(held.at(text));
    }
    static Async<bool> finish(Async<void> work) {
        co_await std::move(work);
        co_return true;
    }

    fakes::ManualClock clock;
    std::map<std::string, Result<std::string>> answers = {{"ada-key-1", "ada@example.com"},
                                                          {"ada-key-2", "ada@example.com"},
                                                          {"bob-key-1", "bob@example.com"},
                                                          {"opaque-key", ""}};
    std::map<std::string, int> asked;
    std::map<std::string, std::string> held;  // of those that were let in, by key
    asio::steady_timer* slow = nullptr;       // what an answer waits for
    std::vector<std::string> events, why;
    TrueFoundryKeys* keys = nullptr;
    std::unique_ptr<callers::Credentials> credentials;
};

}  // namespace

TEST_CASE(
    "a key that TrueFoundry accepts lets in whom it says it belongs to, and it is asked once a minute") {
    House house;
    const auto verdict = house.show("ada-key-1");
    const auto* caller = std::get_if<transport::KnownCaller>(&verdict);
    REQUIRE(caller != nullptr);
    CHECK(caller->principal == "tfy:ada@example.com");
    CHECK(caller->person.empty());
    CHECK(caller->may_request);
    CHECK(caller->default_assurance == policy::Assurance::signed_in);
    house.clock.advance(59s);
    CHECK(house.status("ada-key-1") == 200);
    CHECK(house.asked["ada-key-1"] == 1);
    house.clock.advance(1s);
    CHECK(house.status("ada-key-1") == 200);
    CHECK(house.asked["ada-key-1"] == 2);
    house.clock.advance(-10s);
    CHECK(house.status("ada-key-1") == 200);
    CHECK(house.asked["ada-key-1"] == 3);
}

TEST_CASE("a key without a known owner is a caller of its own, and no user's name makes another one it") {
    House house;
    house.answers.insert_or_assign("other-key", "");
    const auto opaque = house.principal("opaque-key");
    CHECK(opaque.starts_with("tfy:key-"));
    CHECK(opaque.size() == std::string("tfy:key-").size() + 32);
    CHECK(opaque.find("opaque-key") == std::string::npos);
    CHECK(house.principal("other-key") != opaque);
    house.answers.insert_or_assign("spoof", opaque.substr(4));
    CHECK(house.principal("spoof") != opaque);
    house.answers.insert_or_assign("odd", "virtualaccount a/b%2Fc");
    CHECK(house.principal("odd") == "tfy:virtualaccount%20a%2Fb%252Fc");
    // TrueFoundry tells whose it is only later: what it asked for stays its own.
    house.answers.insert_or_assign("opaque-key", "ada@example.com");
    house.clock.advance(60s);
    CHECK(house.principal("opaque-key") == opaque);
}

TEST_CASE(
    "attack: a key that TrueFoundry refuses lets no one in, and it is asked again after half a minute") {
    House house;
    CHECK(house.status("made-up") == 401);
    house.answers.insert_or_assign("made-up", "ada@example.com");
    house.clock.advance(29s);
    CHECK(house.status("made-up") == 401);
    CHECK(house.asked["made-up"] == 1);
    house.clock.advance(1s);
    CHECK(house.status("made-up") == 200);
    house.answers.insert_or_assign("va", Error{Errc::refused, "it is a virtual account's"});
    CHECK(house.status("va") == 401);
    CHECK(house.why == std::vector<std::string>{"TrueFoundry refused it (401)", "it is a virtual account's"});
}

TEST_CASE("what TrueFoundry does not answer is 503 and is not remembered, whatever was known before") {
    House house;
    house.answers.insert_or_assign("ada-key-1", away);
    const auto verdict = house.show("ada-key-1");
    const auto& refusal = std::get<Rejection>(verdict);
    CHECK(refusal.status == 503);
    CHECK(refusal.headers.at(0) == std::pair<std::string, std::string>("retry-after", "1"));
    for (int i = 0; i < 20; ++i) CHECK(house.status("ada-key-1") == 503);
    CHECK(house.asked["ada-key-1"] == 21);
    house.answers.insert_or_assign("ada-key-1", "ada@example.com");
    CHECK(house.status("ada-key-1") == 200);
    house.answers.insert_or_assign("ada-key-1", away);
    house.clock.advance(60s);
    CHECK(house.status("ada-key-1") == 503);
    house.answers.insert_or_assign("ada-key-1", "ada@example.com");
    CHECK(house.status("ada-key-1") == 200);
    CHECK(house.events == std::vector<std::string>{"accepted tfy:ada@example.com by ada-key-1"});
}

TEST_CASE("attack: our own credentials, and keys that do not come by the gateway, are sent nowhere") {
    House house;
    for (const auto* ours : {"tpm_k_whatever", "tpm_a_whatever", "tpm_r_whatever", "tpm_"}) {
        CAPTURE(ours);
        CHECK(house.status(ours, "198.51.100.7") == 401);
    }
    for (const auto* elsewhere : {"127.0.0.1", "198.51.100.1", "::1", "10.0.0.70"}) {
        CAPTURE(elsewhere);
        const auto verdict = house.show("ada-key-1", std::string(gateway), elsewhere);
        CHECK(std::get<Rejection>(verdict).status == 403);
    }
    CHECK(house.asked.empty());
    CHECK(house.show("ada-key-1", "198.51.100.1", "::ffff:10.0.0.7").index() == 0);
}

TEST_CASE("attack: an address with ten bad keys causes no question for a minute; known keys go on there") {
    House house;
    CHECK(house.status("ada-key-1", "198.51.100.9") == 200);
    for (int i = 0; i < 10; ++i) CHECK(house.status("bad-" + std::to_string(i), "198.51.100.9") == 401);
    CHECK(house.status("bad-0", "198.51.100.9") == 429);
    const auto asked = house.asked.size();
    for (int i = 10; i < 10'000; ++i) CHECK(house.status("bad-" + std::to_string(i), "198.51.100.9") == 429);
    CHECK(house.asked.size() == asked);
    CHECK(house.status("ada-key-1", "198.51.100.9") == 200);
    CHECK(house.status("bob-key-1", "198.51.100.9") == 429);
    CHECK(house.status("bob-key-1", "198.51.100.10") == 200);
    house.clock.advance(60s);
    CHECK(house.status("opaque-key", "198.51.100.9") == 200);
}

TEST_CASE("one question at a time for each key, and so many in all; whoever gives up leaves it to the next") {
    House house;
    asio::io_context loop;
    asio::steady_timer slow(loop, asio::steady_timer::time_point::max());
    house.slow = &slow;
    std::vector<int> seen;
    const auto come = [&](const std::string& key, const std::string& from = "198.51.100.1") {
        auto admission = house.arrive(key, from);
        auto* later = std::get_if<Async<transport::Verdict>>(&admission);
        if (later == nullptr) {
            const auto* refusal = std::get_if<Rejection>(&admission);
            seen.push_back(refusal == nullptr ? 200 : refusal->status);
            return std::make_shared<asio::cancellation_signal>();
        }
        auto stop = std::make_shared<asio::cancellation_signal>();
        asio::co_spawn(
            loop, std::move(*later),
            asio::bind_cancellation_slot(
                stop->slot(), [&seen, stop](const std::exception_ptr& given_up, const auto& verdict) {
                    const auto* refusal = std::get_if<Rejection>(&verdict);
                    seen.push_back(given_up ? 0 : refusal == nullptr ? 200 : refusal->status);
                }));
        return stop;
    };
    const auto first = come("ada-key-1");
    for (int i = 0; i < 5; ++i) come("ada-key-1");
    loop.poll();
    CHECK(house.asked["ada-key-1"] == 1);
    first->emit(asio::cancellation_type::terminal);
    loop.poll();
    CHECK(seen == std::vector<int>{503});
    CHECK(house.why.empty());
    CHECK(house.asked["ada-key-1"] == 2);
    for (std::size_t i = 1; i < TrueFoundryKeys::most_at_once; ++i) {
        come("new-" + std::to_string(i), "198.51.101." + std::to_string(i));
        loop.poll();
    }
    come("one-too-many");
    CHECK(seen == std::vector<int>{503, 503});
    CHECK(house.asked.size() == TrueFoundryKeys::most_at_once);
    seen.clear();
    house.slow = nullptr;
    slow.cancel();
    loop.run();
    CHECK(std::ranges::count(seen, 200) == 5);
    CHECK(std::ranges::count(seen, 401) == static_cast<long>(TrueFoundryKeys::most_at_once) - 1);
    CHECK(house.asked["ada-key-1"] == 2);
}

TEST_CASE(
    "a stream ends within a minute of its key's end at TrueFoundry, and not while that cannot be asked") {
    House house;
    CHECK(house.status("ada-key-1") == 200);
    house.clock.advance(40s);
    CHECK(house.look("ada-key-1"));
    CHECK(house.asked["ada-key-1"] == 1);
    house.clock.advance(5s);
    CHECK(house.look("ada-key-1"));
    CHECK(house.asked["ada-key-1"] == 2);

    house.answers.insert_or_assign("ada-key-1", away);
    for (int i = 0; i < 36; ++i) {  // three minutes
        house.clock.advance(5s);
        CHECK(house.look("ada-key-1"));
        house.keys->forget_old();
    }
    CHECK(house.asked["ada-key-1"] >= 5);
    CHECK(house.asked["ada-key-1"] <= 8);

    house.answers.insert_or_assign("ada-key-1", "ada@example.com");
    house.clock.advance(30s);
    CHECK(house.look("ada-key-1"));
    house.answers.erase("ada-key-1");
    auto left = 60s;
    for (; left > 0s && house.look("ada-key-1"); left -= 5s) house.clock.advance(5s);
    CHECK(left > 0s);
    CHECK(house.events ==
          std::vector<std::string>{"accepted tfy:ada@example.com by ada-key-1", "ended tfy:ada@example.com"});
    CHECK(house.status("ada-key-1") == 401);
    CHECK_FALSE(house.credentials->still_holds("tfy:never-seen"));
}

TEST_CASE("of two keys of one user another counts when one ends; a key that no one shows is forgotten") {
    House house;
    const auto ada = house.principal("ada-key-1");
    CHECK(house.principal("ada-key-2") == ada);
    CHECK(house.status("bob-key-1") == 200);
    house.answers.erase("ada-key-1");
    house.clock.advance(60s);
    CHECK(house.status("ada-key-1") == 401);
    CHECK(house.events.back() == "accepted tfy:ada@example.com by ada-key-2");
    CHECK(house.status("ada-key-2") == 200);
    house.clock.advance(59s);
    house.keys->forget_old();
    CHECK(house.events.size() == 4);
    CHECK(house.events.back() == "left tfy:bob@example.com");
    house.clock.advance(1s);
    house.keys->forget_old();
    CHECK(house.events.back() == "left tfy:ada@example.com");
    CHECK_FALSE(house.look("ada-key-2"));
    CHECK(house.status("ada-key-2") == 200);
    CHECK(house.events.back() == "accepted tfy:ada@example.com by ada-key-2");
}

TEST_CASE("attack: no more keys are kept than may be, and refused ones make room first") {
    House house;
    CHECK(house.status("ada-key-1") == 200);
    const auto network = [](std::size_t i) {
        return "10." + std::to_string(20 + i / 65536) + "." + std::to_string(i / 256 % 256) + "." +
               std::to_string(i % 256);
    };
    for (std::size_t i = 0; i < TrueFoundryKeys::most_keys + 50; ++i) {
        CHECK(house.status("bad-" + std::to_string(i), network(i)) == 401);
        house.clock.advance(1ms);
    }
    CHECK(house.status("ada-key-1") == 200);
    CHECK(house.asked["ada-key-1"] == 1);
    CHECK(house.status("bad-0", "198.51.100.77") == 401);
    CHECK(house.asked["bad-0"] == 2);
    const auto last = "bad-" + std::to_string(TrueFoundryKeys::most_keys + 49);
    CHECK(house.status(last, "198.51.100.78") == 401);
    CHECK(house.asked[last] == 1);
}

TEST_CASE("without a key a caller is told how callers come, and is not led to a server for tokens") {
    for (const auto keys : {false, true}) {
        const transport::bearer::Challenge challenge{.gateway = true, .keys = keys};
        const auto none = challenge.none();
        CHECK(none.status == 401);
        CHECK(none.headers.at(0).second == R"(Bearer realm="tfy-pat-mcp")");
        CHECK((none.reply().body->text().find("keys create") != std::string::npos) == keys);
        CHECK(none.reply().body->text().find("TrueFoundry's gateway") != std::string::npos);
    }
}

}  // namespace tfy::callers_truefoundry_test
