#include "server/loop/signal.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

namespace tfy::loop {

namespace asio = boost::asio;

void Signal::notify() {
    ++state_->revision;
    for (auto* timer : state_->waiting) timer->cancel();
}

void Signal::drain() {
    state_->draining = true;
    notify();
}

Async<Woken> Signal::wait_at(Shared state, std::uint64_t seen, std::chrono::milliseconds limit) {
    if (state->draining) co_return Woken::draining;
    if (state->revision != seen) co_return Woken::changed;
    asio::steady_timer timer(co_await asio::this_coro::executor, limit);
    state->waiting.push_back(&timer);
    const std::unique_ptr<asio::steady_timer, std::function<void(asio::steady_timer*)>> forget(
        &timer, [state](asio::steady_timer* mine) { std::erase(state->waiting, mine); });
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    if ((co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
    if (state->draining) co_return Woken::draining;
    co_return state->revision != seen ? Woken::changed : Woken::timed_out;
}

Async<Woken> Signal::pause_at(Shared state, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (!state->draining && left.count() <= 0) co_return Woken::timed_out;
        const auto woken = co_await wait_at(state, state->revision, left);
        if (woken != Woken::changed) co_return woken;
    }
}

}  // namespace tfy::loop
