// The store thread: work for the ledger is posted in, its answer posted back to the loop that asked.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <thread>

#include "server/loop/loop.hpp"
#include "server/storage/ledger.hpp"
#include "tools/async.hpp"

namespace tfy::storage {

class Store {
public:
    /// Who does the work: a thread of the store's own, or the caller of step(). With the latter everything
    /// happens on one thread, in an order that a test chooses and can play again.
    enum class Worker { thread, caller };
    /// The ledger may be shared by stores that follow one another, or that one thread steps.
    explicit Store(std::shared_ptr<Ledger> ledger, Worker worker = Worker::thread);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Runs `work(Ledger&)` on the store thread. The work runs to its end even where the asking coroutine is
    /// cancelled meanwhile; take everything by value. An exception in it is a bug and ends the process.
    template <class Work>
    auto run(Work work) -> Async<std::invoke_result_t<Work, Ledger&>>;

    /// Worker::caller: does the oldest work that was posted. False if there is none.
    bool step() { return queue_.poll_one() > 0; }

    /// Finishes what was posted and ends the thread; nothing may be posted after it. Without a thread, what
    /// no one stepped through is dropped, as where a process is killed.
    void close();

private:
    std::shared_ptr<Ledger> ledger_;
    loop::Loop queue_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{queue_.get_executor()};
    std::thread thread_;
};

template <class Work>
auto Store::run(Work work) -> Async<std::invoke_result_t<Work, Ledger&>> {
    namespace asio = boost::asio;
    using Answer = std::invoke_result_t<Work, Ledger&>;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
        [this](auto handler, Work posted) {
            auto loop = asio::prefer(asio::get_associated_executor(handler),
                                     asio::execution::outstanding_work.tracked);
            asio::post(
                queue_, [this, loop, handler = std::move(handler), posted = std::move(posted)]() mutable {
                    asio::post(loop, [handler = std::move(handler), answer = posted(*ledger_)]() mutable {
                        std::move(handler)(std::move(answer));
                    });
                });
        },
        asio::use_awaitable, std::move(work));
}

}  // namespace tfy::storage
