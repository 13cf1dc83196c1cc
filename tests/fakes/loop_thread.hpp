// A loop on a thread of its own, and waiting from a test for what runs there.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <future>
#include <stdexcept>
#include <thread>

#include "tools/async.hpp"

namespace tfy::tests {

/// Rather than hang: a test that waits in vain fails.
template <class T>
T await(std::future<T> future) {
    if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
        throw std::runtime_error("waited in vain");
    return future.get();
}

class LoopThread {
public:
    LoopThread() : work_(loop_.get_executor()), thread_([this] { loop_.run(); }) {}
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;
    ~LoopThread() {
        loop_.stop();
        thread_.join();
    }

    boost::asio::io_context& context() { return loop_; }

    template <class T>
    std::future<T> begin(Async<T> work) {
        return boost::asio::co_spawn(loop_, std::move(work), boost::asio::use_future);
    }
    template <class T>
    T run(Async<T> work) {
        return await(begin(std::move(work)));
    }

    /// Ends what lives on the loop where it lives: on its thread.
    template <class T>
    void drop(T owned) {
        await(boost::asio::post(
            loop_, std::packaged_task<void()>([owned = std::move(owned)]() mutable { owned.reset(); })));
    }

private:
    boost::asio::io_context loop_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::thread thread_;
};

}  // namespace tfy::tests
