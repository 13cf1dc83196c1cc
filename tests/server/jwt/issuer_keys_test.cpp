// How often an issuer is asked for its keys, and what holds while it cannot be.
#include "server/jwt/issuer_keys.hpp"

#include <doctest/doctest.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/run.hpp"
#include "tests/fakes/signing_key.hpp"

namespace tfy::issuer_keys_test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using fakes::SigningKey;

constexpr std::array<std::string_view, 2> id_token = {"", "jwt"};

struct Issuer {
    fakes::ManualClock clock{policy::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h}};
    SigningKey key{"ES256", "first"};
    Result<std::string> publishes = Json{{"keys", Json::array({key.published()})}}.dump();
    int asked = 0;
    jwt::IssuerKeys keys{[this]() -> Async<Result<std::string>> {
                             ++asked;
                             co_return publishes;
                         },
                         clock};

    void rotate() {
        key = SigningKey("ES256", "second");
        publishes = Json{{"keys", Json::array({key.published()})}}.dump();
    }
    void go_away() { publishes = Error{Errc::upstream, "It is away."}; }
    std::string token() const { return key.sign({{"sub", "u-1"}}); }
    std::string token(const std::string& id) const {
        auto header = key.header();
        header["kid"] = id;
        return key.sign_text(header.dump(), R"({"sub":"u-1"})");
    }
    Result<void> check(const std::string& text) {
        auto read = jwt::read_token(text, id_token).value();
        return fakes::run(keys.check(std::move(read)));
    }
    Result<void> check() { return check(token()); }
};

constexpr auto unknown = "no key of its issuer, or more than one, could have signed it";

}  // namespace

TEST_CASE("a signature that held is known again until the keys are read again, and no other with it") {
    Issuer issuer;
    const auto text = issuer.token();
    CHECK(issuer.check(text).has_value());
    CHECK(issuer.check(text).has_value());
    auto forged = text;
    const auto last = forged.rfind('.') + 1;
    forged[last] = forged[last] == 'A' ? 'B' : 'A';
    CHECK_FALSE(issuer.check(forged).has_value());
    const auto other = issuer.key.sign_text(issuer.key.header().dump(), R"({"sub":"u-2"})");
    const auto swapped = text.substr(0, text.rfind('.')) + other.substr(other.rfind('.'));
    CHECK_FALSE(issuer.check(swapped).has_value());
    issuer.rotate();
    CHECK(issuer.check(text).has_value());
    issuer.clock.advance(11min);
    CHECK_FALSE(issuer.check(text).has_value());
}

TEST_CASE("keys are read once in ten minutes") {
    Issuer issuer;
    for (int i = 0; i < 5; ++i) CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 1);
    issuer.clock.advance(10min - 1s);
    CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 1);
    issuer.clock.advance(1s);
    CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 2);
}

TEST_CASE("a new key is found at once, and a thousand made-up names ask once a minute at the most") {
    Issuer issuer;
    CHECK(issuer.check().has_value());
    const auto old = issuer.token();
    issuer.rotate();
    issuer.clock.advance(1min);
    CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 2);
    CHECK(issuer.check(old).error().message == unknown);
    for (int i = 0; i < 999; ++i)  // beside the old key: as many as are remembered
        CHECK(issuer.check(issuer.token("made-up-" + std::to_string(i))).error().message == unknown);
    CHECK(issuer.asked == 2);
    issuer.clock.advance(1min);
    for (int i = 0; i < 999; ++i)
        CHECK(issuer.check(issuer.token("made-up-" + std::to_string(i))).error().message == unknown);
    CHECK(issuer.asked == 3);
    issuer.clock.advance(4min);
    CHECK(issuer.check(issuer.token("made-up-0")).error().message == unknown);  // it was asked for then
    CHECK(issuer.asked == 3);
    CHECK(issuer.check(issuer.token("made-up-7")).error().message == unknown);
    CHECK(issuer.asked == 4);
    CHECK(issuer.check().has_value());
}

TEST_CASE("a key that is published just after the others were read is taken a minute later, and not five") {
    Issuer issuer;
    CHECK(issuer.check().has_value());
    issuer.rotate();
    issuer.clock.advance(1s);
    CHECK(issuer.check().error().message == unknown);
    CHECK(issuer.asked == 1);
    issuer.clock.advance(59s);
    CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 2);
}

TEST_CASE("by what is known one can tell at once, and while the keys are read the known ones go on") {
    Issuer issuer;
    const auto token = jwt::read_token(issuer.token(), id_token).value();
    CHECK(issuer.keys.should_read_for(token));
    CHECK(issuer.keys.check_by_known(token).has_error());
    CHECK(issuer.check().has_value());
    CHECK_FALSE(issuer.keys.should_read_for(token));
    CHECK(issuer.keys.check_by_known(token).has_value());
    issuer.clock.advance(10min);
    CHECK(issuer.keys.should_read_for(token));
    CHECK(issuer.keys.check_by_known(token).has_value());
}

TEST_CASE("while the issuer is away its known keys hold for 24 hours, then none does") {
    Issuer issuer;
    CHECK(issuer.check().has_value());
    issuer.go_away();
    issuer.clock.advance(23h);
    CHECK(issuer.check().has_value());
    CHECK(issuer.check().has_value());
    CHECK(issuer.asked == 2);
    issuer.clock.advance(1h);
    const auto over = issuer.check();
    CHECK(over.error().code == Errc::upstream);
    CHECK(over.error().message == "It is away.");
    CHECK(issuer.asked == 3);
    CHECK(issuer.check().has_error());
    CHECK(issuer.asked == 3);
    issuer.rotate();
    issuer.clock.advance(10s);
    CHECK(issuer.check().has_value());
}

TEST_CASE("an answer that holds no key is as if there were none, and the keys of before go on") {
    Issuer issuer;
    issuer.publishes = std::string("<html>");
    const auto none = issuer.check();
    CHECK(none.error().code == Errc::upstream);
    CHECK(none.error().message == "Its set of keys cannot be used: it is no set of keys in JSON.");
    issuer.clock.advance(10s);
    issuer.publishes = Json{{"keys", Json::array({issuer.key.published()})}}.dump();
    CHECK(issuer.check().has_value());
    issuer.publishes = std::string(R"({"keys":[]})");
    issuer.clock.advance(10min);
    CHECK(issuer.check().has_value());
}

TEST_CASE("those who come while the keys are being read wait for them, and one asks for all") {
    asio::io_context loop;
    fakes::ManualClock clock{policy::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h}};
    const SigningKey key("ES256");
    asio::steady_timer published(loop, asio::steady_timer::time_point::max());
    int asked = 0, held = 0;
    jwt::IssuerKeys keys(
        [&]() -> Async<Result<std::string>> {
            ++asked;
            auto waiting = published.async_wait(asio::as_tuple(asio::use_awaitable));
            co_await std::move(waiting);
            co_return Json{{"keys", Json::array({key.published()})}}.dump();
        },
        clock);
    for (int i = 0; i < 5; ++i) {
        auto token = jwt::read_token(key.sign({{"sub", "u-1"}}), id_token).value();
        asio::co_spawn(loop, keys.check(std::move(token)), [&](std::exception_ptr bug, Result<void> checked) {
            if (bug) std::rethrow_exception(bug);
            held += checked ? 1 : 0;
        });
    }
    loop.poll();
    CHECK(asked == 1);
    CHECK(held == 0);
    published.cancel();
    loop.run();
    CHECK(asked == 1);
    CHECK(held == 5);
}

}  // namespace tfy::issuer_keys_test
