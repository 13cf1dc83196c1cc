// The thread that waits for transfers: it alone touches curl, and begins with the first one. Requests come in
// through a locked inbox, answers go out by a call of their own.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "server/http_client/transfer.hpp"
#include "server/http_client/wiping_memory.hpp"

namespace tfy::http_client {

class TransferThread {
public:
    using Answer = Result<WebResponse>;
    using Ticket = std::uint64_t;
    using Prepare = std::function<Result<std::unique_ptr<Transfer>>()>;

    struct Asked {
        Ticket ticket = 0;
        Prepare prepare;                    // on the thread, when it is sent
        std::function<void(Answer)> reply;  // on the thread, once; at once if there is no thread
    };

    TransferThread() = default;
    TransferThread(const TransferThread&) = delete;
    TransferThread& operator=(const TransferThread&) = delete;
    ~TransferThread() { stop(); }

    /// Open transfers end with Errc::ambiguous, or Errc::upstream if nothing was sent, and so does what is
    /// posted afterwards. Not from the thread itself.
    void stop();
    /// For transfers that curl does not return from before they are over.
    bool stopping();

    Ticket next_ticket() { return ++tickets_; }
    void post(Asked asked);
    void abort(Ticket ticket);

private:
    struct Running {
        Prepare prepare;  // which may own what the transfer refers to
        std::unique_ptr<Transfer> transfer;
        std::function<void(Answer)> reply;
    };
    struct FreeMulti {
        void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
    };

    void start();
    void wake();
    void run();
    bool take_inbox();
    void begin(Asked asked);
    void give_up(Ticket ticket);
    void finish_done();
    void end(std::map<Ticket, Running>::iterator entry, Answer answer);

    std::unique_ptr<CURLM, FreeMulti> multi_;  // made before the thread begins
    std::map<Ticket, Running> running_;        // the thread's own

    std::mutex inbox_mutex_;
    std::vector<Asked> asked_;
    std::vector<Ticket> aborted_;
    bool stopping_ = false;
    std::atomic<Ticket> tickets_ = 0;
    std::thread thread_;  // last: it uses all of the above
};

/// Waits for the answer, on the loop that asks. Cancelling the coroutine aborts the transfer. Who waits does
/// not keep the thread: its owner ends it, and the transfer with it.
Async<TransferThread::Answer> carry(std::weak_ptr<TransferThread> thread, TransferThread::Prepare prepare);

}  // namespace tfy::http_client
