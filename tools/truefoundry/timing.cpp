#include "tools/truefoundry/timing.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>

namespace tfy::truefoundry {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

Async<void> wait_on_timer(milliseconds time) {
    asio::steady_timer timer(co_await asio::this_coro::executor, time);
    co_await timer.async_wait(asio::use_awaitable);
}

policy::Time today() { return std::chrono::floor<milliseconds>(std::chrono::system_clock::now()); }

Async<void> wait_and_count(Wait wait, std::shared_ptr<milliseconds> waited, milliseconds time) {
    co_await wait(time);
    *waited += time;
}

}  // namespace

Timing Timing::real() { return {wait_on_timer, std::chrono::steady_clock::now, ::tfy::truefoundry::today}; }

Timing Timing::of(Wait wait) {
    const auto waited = std::make_shared<milliseconds>(0);
    return {
        [wait = std::move(wait), waited](milliseconds time) { return wait_and_count(wait, waited, time); },
        [waited] { return Instant{*waited}; }, ::tfy::truefoundry::today};
}

}  // namespace tfy::truefoundry
