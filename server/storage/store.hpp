// The store thread: work for the ledger is posted in, its answer posted back to the loop that asked.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/loop/loop.hpp"
#include "server/storage/ledger.hpp"
#include "tools/async.hpp"

namespace tfy::storage {

/// What waits when the thread comes to it shares one commit, and so one wait for the disk. The thread is
/// woken once a loop has done all that was ready when the work was posted: what that brings goes along, and
/// if nothing else is ready no time passes. No answer leaves before the commit: if it fails, all that
/// it would have kept is told so.
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

    /// Runs `work(Ledger&)`, which returns a Result, on the store thread. The work runs to its end even where
    /// the asking coroutine is cancelled meanwhile; take everything by value. What it does beside the ledger
    /// stays done if the commit fails. An exception in it is a bug and ends the process.
    template <class Work>
    auto run(Work work) -> Async<std::invoke_result_t<Work, Ledger&>>;

    /// Worker::caller: does the oldest work that was posted, or so many of them with one commit, and lets
    /// `after_each` look at what each of them left. False if there is none.
    using Look = std::function<void(Ledger&)>;
    bool step(std::size_t at_most = 1, const Look& after_each = nullptr);

    /// Finishes what was posted and ends the thread; nothing may be posted after it. Without a thread, what
    /// no one stepped through is dropped, as when a process is killed.
    void close();

private:
    /// One piece of work and who waits for its answer.
    class Step {
    public:
        explicit Step(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
        virtual ~Step() = default;
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;
        /// Where it was asked for; it has work for as long as this is there.
        const boost::asio::any_io_executor& loop() const { return loop_; }
        virtual void take(Ledger& ledger) = 0;
        /// What it wrote is not there.
        virtual void lose(const Error& why) = 0;
        /// On its loop.
        virtual void tell() = 0;

    private:
        boost::asio::any_io_executor loop_;
    };
    template <class Work, class Handler>
    class StepOf;
    using Steps = std::vector<std::unique_ptr<Step>>;

    /// Shared with the loops, which may wake the thread when there is no store any more.
    struct Queue {
        std::mutex mutex;
        std::condition_variable woken;
        // By mutex:
        Steps waiting;
        bool ready = false;  // the thread may take what waits
        bool closed = false;

        Steps next(std::size_t at_most);
        void wake();
    };

    void post(std::unique_ptr<Step> step);
    void take(Steps steps, const Look& after_each = nullptr);
    static void tell(Steps steps);
    void work();

    std::shared_ptr<Ledger> ledger_;
    std::shared_ptr<Queue> queue_ = std::make_shared<Queue>();
    std::thread thread_;
};

template <class Work, class Handler>
class Store::StepOf final : public Store::Step {
    using Answer = std::invoke_result_t<Work, Ledger&>;
    static_assert(std::is_constructible_v<Answer, Error>, "what could not be kept must be told");

public:
    StepOf(Work work, Handler handler)
        : Step(boost::asio::prefer(boost::asio::get_associated_executor(handler),
                                   boost::asio::execution::outstanding_work.tracked)),
          handler_(std::move(handler)),
          work_(std::move(work)) {}

    void take(Ledger& ledger) override { answer_.emplace((*work_)(ledger)); }
    void lose(const Error& why) override { answer_.emplace(why); }
    void tell() override { std::move(handler_)(std::move(*answer_)); }

private:
    Handler handler_;
    std::optional<Work> work_;
    std::optional<Answer> answer_;
};

template <class Work>
auto Store::run(Work work) -> Async<std::invoke_result_t<Work, Ledger&>> {
    namespace asio = boost::asio;
    using Answer = std::invoke_result_t<Work, Ledger&>;
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
        [this](auto handler, Work posted) {
            using Made = StepOf<Work, decltype(handler)>;
            post(std::make_unique<Made>(std::move(posted), std::move(handler)));
        },
        asio::use_awaitable, std::move(work));
}

}  // namespace tfy::storage
