// Runs a coroutine to its end on a loop of its own.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "tools/async.hpp"

namespace tfy::fakes {

template <class T>
Async<void> keep(Async<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
}

/// Rethrows what the coroutine throws; throws where it waits for something that never comes.
template <class T>
T run(Async<T> work) {
    boost::asio::io_context loop;
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(loop, keep(std::move(work), result),
                          [&](std::exception_ptr failure) { thrown = failure; });
    loop.run();
    if (thrown) std::rethrow_exception(thrown);
    if (!result) throw std::logic_error("the coroutine did not come to its end");
    return std::move(*result);
}

}  // namespace tfy::fakes
