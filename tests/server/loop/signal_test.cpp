#include "server/loop/signal.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "server/loop/loop.hpp"

namespace {

using namespace tfy;
using namespace std::chrono_literals;

/// Why a wait ended that was under way when `meanwhile` happened.
loop::Woken ended(loop::Loop& loop, Async<loop::Woken> wait, const std::function<void()>& meanwhile) {
    std::optional<loop::Woken> woken;
    boost::asio::co_spawn(loop, std::move(wait),
                          [&](const std::exception_ptr&, loop::Woken why) { woken = why; });
    loop.restart();
    loop.poll();
    meanwhile();
    loop.restart();
    loop.run();
    return woken.value();
}

}  // namespace

TEST_CASE("a signal ends each wait and says why; a pause goes on until its time or the drain") {
    loop::Loop loop;
    loop::Signal signal;
    const auto nothing = [] {};
    const auto notify = [&] { signal.notify(); };
    const auto drain = [&] { signal.drain(); };
    CHECK(ended(loop, signal.wait(signal.revision(), 1min), notify) == loop::Woken::changed);
    CHECK(ended(loop, signal.wait(signal.revision() - 1, 1min), nothing) == loop::Woken::changed);
    CHECK(ended(loop, signal.wait(signal.revision(), 10ms), nothing) == loop::Woken::timed_out);
    CHECK(ended(loop, signal.pause(10ms), notify) == loop::Woken::timed_out);
    CHECK(ended(loop, signal.pause(1min), drain) == loop::Woken::draining);
    CHECK(ended(loop, signal.wait(signal.revision(), 1min), nothing) == loop::Woken::draining);
    CHECK(ended(loop, signal.wait(signal.revision() - 1, 1min), nothing) == loop::Woken::draining);
    CHECK(ended(loop, signal.pause(1min), nothing) == loop::Woken::draining);
}

TEST_CASE("who still waits may outlive the signal") {
    loop::Loop loop;
    std::optional<loop::Signal> signal(std::in_place);
    bool woken = false;
    boost::asio::co_spawn(loop, signal->wait(signal->revision(), 1h),
                          [&](const std::exception_ptr&, loop::Woken) { woken = true; });
    loop.poll();
    signal.reset();
    loop.abandon();
    CHECK_FALSE(woken);
}
