// Coroutines of this house run on a loop: an asio executor with one thread.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy {

template <class T>
using Async = boost::asio::awaitable<T>;

/// The seam for time of day.
class Clock {
public:
    virtual ~Clock() = default;
    virtual policy::Time now() const = 0;
};

}  // namespace tfy
