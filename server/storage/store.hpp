// The store thread: work for the ledger is posted in, its answer posted back to the loop that asked.
#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <thread>

#include "server/storage/ledger.hpp"
#include "tools/async.hpp"

namespace tfy::server {

class Store {
public:
    explicit Store(std::unique_ptr<Ledger> ledger);
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Runs `work(Ledger&)` on the store thread. The work runs to its end even where the asking coroutine is
    /// cancelled meanwhile; take everything by value. An exception in it is a bug and ends the process.
    template <class Work>
    auto run(Work work) -> Async<std::invoke_result_t<Work, Ledger&>>;

    /// Finishes what was posted and ends the thread; nothing may be posted after it.
    void close();

private:
    std::unique_ptr<Ledger> ledger_;
    boost::asio::io_context queue_{1};
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

}  // namespace tfy::server
