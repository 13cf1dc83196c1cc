#include "tools/truefoundry/breaker.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"
#include "tools/truefoundry/guarded_exchange.hpp"

namespace tfy::breaker_test {

using namespace tfy::examples;
using truefoundry::ApiResponse;
using truefoundry::Breaker;
using Pass = Breaker::Pass;

namespace {

struct Line {
    Breaker breaker;
    Breaker::Instant now{std::chrono::hours{1}};

    /// What the next one is told: "usual", "probe", or how long to wait.
    std::string asks() {
        const auto told = breaker.admit(now);
        if (const auto* refused = std::get_if<Breaker::Refusal>(&told))
            return std::to_string(refused->next_in.count()) + " ms";
        return std::get<Pass>(told) == Pass::probe ? "probe" : "usual";
    }
    void silent(Pass pass = Pass::usual) { breaker.silent(pass, now, "no answer"); }
    void opens() {
        for (int i = 0; i < Breaker::silences_to_open; ++i) silent();
    }
};

/// A guarded exchange on a script, with a clock that stands still until the test moves it.
struct Guarded {
    ScriptedExchange* script = nullptr;
    truefoundry::Timing::Instant now{std::chrono::hours{1}};
    std::unique_ptr<truefoundry::Exchange> exchange = make();

    std::unique_ptr<truefoundry::Exchange> make() {
        auto scripted = std::make_unique<ScriptedExchange>();
        script = scripted.get();
        return truefoundry::guard(std::move(scripted), {{}, [this] { return now; }, [] { return noon; }});
    }
    Result<ApiResponse> get() { return run(exchange->send({.method = "GET", .target = "/x"})); }
    Result<ApiResponse> post() { return run(exchange->send({.method = "POST", .target = base})); }
    void opens() {
        for (int i = 0; i < Breaker::silences_to_open; ++i) {
            script->expect("GET /x", lost());
            get();
        }
        script->sent.clear();
    }
};

const std::string probe = "GET " + base + "?limit=1&offset=0";

}  // namespace

TEST_CASE("five silences in a row open it, an answer between them does not count less") {
    Line line;
    for (int i = 0; i < 4; ++i) line.silent();
    line.breaker.answered();
    for (int i = 0; i < 4; ++i) line.silent();
    CHECK(line.asks() == "usual");
    line.silent();
    CHECK(line.asks() == "5000 ms");
}

TEST_CASE("while it is open nobody passes; then one does, and its answer lets everybody pass") {
    Line line;
    line.opens();
    line.now += 4999ms;
    CHECK(line.asks() == "1 ms");
    line.now += 1ms;
    CHECK(line.asks() == "probe");
    CHECK(line.asks() == "0 ms");  // one at a time
    line.breaker.answered();
    CHECK(line.asks() == "usual");
    for (int i = 0; i < 4; ++i) line.silent();
    CHECK(line.asks() == "usual");  // counted anew
}

TEST_CASE("a silent probe opens it for twice as long, a minute at the most") {
    Line line;
    line.opens();
    for (const auto pause : {10s, 20s, 40s, 60s, 60s}) {
        line.now += 60s;
        REQUIRE(line.asks() == "probe");
        line.silent(Pass::probe);
        CHECK(line.asks() == std::to_string(std::chrono::milliseconds{pause}.count()) + " ms");
    }
}

TEST_CASE("a probe whose sender leaves makes room for the next one") {
    Line line;
    line.opens();
    line.now += 5s;
    REQUIRE(line.asks() == "probe");
    line.breaker.left(Pass::probe);
    CHECK(line.asks() == "probe");
}

TEST_CASE("what was under way when it opened: an answer closes it, silence changes nothing") {
    Line line;
    line.opens();
    line.now += 2s;
    line.silent();
    CHECK(line.asks() == "3000 ms");
    line.breaker.answered();
    CHECK(line.asks() == "usual");
    line.silent(Pass::probe);  // the probe of before, late
    CHECK(line.asks() == "usual");
}

TEST_CASE("how long it has been silent counts from the first failure in a row") {
    Line line;
    line.silent();
    line.now += 30s;
    line.opens();
    const auto told = line.breaker.admit(line.now + 2s);
    CHECK(std::get<Breaker::Refusal>(told).silent_for == 32s);
    CHECK(std::get<Breaker::Refusal>(told).last == "no answer");
}

TEST_CASE("who is not let through is told since when, that nothing was sent, and when the next try is") {
    Guarded guarded;
    guarded.opens();
    guarded.now += 2s;
    const auto refused = guarded.get();
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::upstream);
    CHECK(refused.error().message ==
          "TrueFoundry has not been answering for 2 seconds. Nothing was sent. The next try is at "
          "2026-11-23T12:00:03.000Z, in 3 seconds. (The last try: the connection was cut)");
    CHECK(guarded.script->sent.empty());
}

TEST_CASE("what is an answer closes it, whatever it says; a proxy that speaks for it does not") {
    for (const int status : {200, 401, 404, 429, 500, 502, 503, 504}) {
        CAPTURE(status);
        Guarded guarded;
        guarded.opens();
        guarded.now += 5s;
        guarded.script->expect("GET /x", answer(status));
        CHECK(guarded.get().value().status == status);  // the caller has the answer in any case
        const bool closed = status < 502;
        if (closed) guarded.script->expect("GET /x", answer(200));
        CHECK(guarded.get().has_value() == closed);
        CHECK(guarded.script->finished());
    }
}

TEST_CASE(
    "what changes something is never the probe: a read goes first, and only its answer lets it through") {
    Guarded guarded;
    guarded.opens();
    CHECK(holds(guarded.post().error().message, "Nothing was sent"));
    CHECK(guarded.script->sent.empty());
    guarded.now += 5s;
    guarded.script->expect(probe, lost());
    const auto refused = guarded.post();
    CHECK(refused.error().code == Errc::upstream);
    CHECK(holds(refused.error().message,
                "A read was tried first, so the change was not sent. Nothing was done."));
    CHECK(guarded.script->sent == std::vector{probe});
    guarded.now += 10s;
    guarded.script->expect(probe, answer(200, page(Json::array()))).expect("POST " + base, answer(201, "{}"));
    CHECK(guarded.post().value().status == 201);
    CHECK(guarded.script->finished());
    guarded.script->expect("POST " + base, answer(201, "{}"));  // closed: no more reads before
    CHECK(guarded.post().has_value());
}

}  // namespace tfy::breaker_test
