// What became of a POST whose answer was lost, whatever its listings do meanwhile.
#include "tools/access_tokens/lost_creation.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

namespace tfy::lost_creation_test {

using namespace tfy::examples;
using truefoundry::ApiResponse;
using truefoundry::TokenName;
using Is = access_tokens::CreationOutcome::Is;

namespace {

access_tokens::LostCreation lost_dev_local(policy::Duration age, bool confirmed = false) {
    return {.name = *TokenName::read("dev-local"),
            .begun = noon,
            .age = age,
            .how = "TrueFoundry's answer was lost",
            .confirmed = confirmed};
}

Result<ApiResponse> nothing() { return answer(200, page(Json::array())); }
Result<ApiResponse> the_token() {
    return answer(200, page({item("tok1", "dev-local", "2026-11-23T12:00:10Z")}));
}

/// A listing that shows the token, or can be read at all, only after a while.
struct Late : Upstream {
    truefoundry::Timing::Instant start = now;

    access_tokens::CreationOutcome settle(std::chrono::milliseconds shown_after,
                                          const Result<ApiResponse>& until_then, policy::Duration age = {},
                                          std::chrono::milliseconds max_time = 30s) {
        exchange.then([this, shown_after, until_then](const std::string& line) {
            CHECK(line == get_named("dev-local"));
            return now - start < shown_after ? until_then : the_token();
        });
        return run(access_tokens::fate_of(with(max_time), lost_dev_local(age)));
    }
    std::chrono::milliseconds took() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(now - start);
    }
};

constexpr auto never = std::chrono::hours{1};

}  // namespace

TEST_CASE("a token that appears while the POST may still be running was made by it") {
    for (const auto after : {0ms, 1ms, 1000ms, 12'345ms, 27'000ms, 29'999ms}) {
        CAPTURE(after.count());
        Late late;
        const auto fate = late.settle(after, nothing());
        CHECK(fate.is == Is::made);
        CHECK(late.took() >= after);
        CHECK(late.took() <= after + 5s);
    }
}

TEST_CASE("that it is not listed counts once the POST's own time is over, and not a moment before") {
    struct Row {
        const char* name;
        policy::Duration age;
        std::chrono::milliseconds max_time;
        Is is;
        std::chrono::milliseconds took;
    };
    const Row rows[] = {{"reset at once", 0s, 30s, Is::not_made, 30s},
                        {"timed out", 30s, 30s, Is::not_made, 5s},
                        {"begun long ago", 1h, 30s, Is::not_made, 0s},
                        {"may run for longer than anybody here waits", 0s, 60s, Is::unknown, 30s}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Late late;
        const auto fate = late.settle(never, nothing(), row.age, row.max_time);
        CHECK(fate.is == row.is);
        CHECK(late.took() == row.took);
        if (fate.is == Is::unknown) CHECK(fate.why.find("may still be working on it") != std::string::npos);
    }
}

TEST_CASE("while the tokens cannot be read it looks again; what is refused for good is not asked twice") {
    const Result<ApiResponse> ill[] = {lost(), answer(503), answer(429, "", 3s), answer(200, "<html>"),
                                       Error{Errc::upstream, "refused. Nothing was sent."}};
    for (const auto& answered : ill) {
        Late late;
        CHECK(late.settle(20s, answered).is == Is::made);
        CHECK(late.took() <= 30s);
        Late dead;
        const auto fate = dead.settle(never, answered);
        CHECK(fate.is == Is::unknown);
        CHECK(fate.why.find("could not be read") != std::string::npos);
        CHECK(fate.may_tell_later);
        CHECK(dead.took() >= 30s);
        CHECK(dead.took() <= 36s);
    }
    for (const int status : {401, 403, 404}) {
        Late refused;
        const auto fate = refused.settle(never, answer(status));
        CHECK(fate.is == Is::unknown);
        CHECK_FALSE(fate.may_tell_later);
        CHECK(refused.exchange.sent.size() == 1);
    }
}

TEST_CASE("who has more time than this can see from the data that asking again may tell") {
    Upstream upstream;
    upstream.exchange.then([](const std::string&) { return lost(); });
    const auto told = run(access_tokens::look_for(upstream.client, lost_dev_local(1h)));
    CHECK(told.code == Errc::ambiguous);
    CHECK(told.data == tools::unread());
}

TEST_CASE("a creation that TrueFoundry confirmed is never called not created") {
    Upstream upstream;
    upstream.exchange.then([](const std::string&) { return nothing(); });
    const auto told = run(access_tokens::look_for(upstream.client, lost_dev_local(1h, true)));
    CHECK(told.code == Errc::ambiguous);
    CHECK(told.data.is_null());
    CHECK(told.message.find("TrueFoundry said so, and does not list it") != std::string::npos);
}

}  // namespace tfy::lost_creation_test
