// A loop that a test steps until something is so: work may wait for other threads, and never for ever.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>

#include "server/loop/loop.hpp"
#include "tests/fakes/run.hpp"

namespace tfy::fakes {

template <class Condition>
void step_until(loop::Loop& loop, Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("waited in vain");
        loop.restart();
        loop.run_one_for(std::chrono::milliseconds{100});
    }
}

template <class T>
T run_on(loop::Loop& loop, Async<T> work) {
    std::optional<T> result;
    boost::asio::co_spawn(loop, keep(std::move(work), result), [](const std::exception_ptr& bug) {
        if (bug) std::rethrow_exception(bug);
    });
    step_until(loop, [&] { return result.has_value(); });
    return std::move(*result);
}

}  // namespace tfy::fakes
