// The thread that waits for transfers: it alone touches curl. Requests come in through a locked inbox,
// answers go out by a call of their own.
#pragma once

#include <curl/curl.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/http_client/transfer.hpp"
#include "server/http_client/wiping_memory.hpp"

namespace tfy::http_client {

class TransferThread {
public:
    using Answer = Result<WebResponse>;
    using Ticket = std::uint64_t;

    struct Asked {
        Ticket ticket = 0;
        std::shared_ptr<const OriginServer> origin;
        WebRequest request;
        SecretHeader secret_header;
        std::function<void(Answer)> reply;  // on the thread, once
    };

    TransferThread() : thread_([this] { run(); }) {}
    TransferThread(const TransferThread&) = delete;
    TransferThread& operator=(const TransferThread&) = delete;
    ~TransferThread() { stop(); }

    /// Open transfers end with Errc::ambiguous, or Errc::upstream if nothing was sent, and so does what is
    /// posted afterwards. Not from the thread itself.
    void stop();

    Ticket next_ticket() { return ++tickets_; }
    void post(Asked asked);
    void abort(Ticket ticket);

private:
    struct Running {
        std::shared_ptr<const OriginServer> origin;
        std::unique_ptr<Transfer> transfer;
        std::function<void(Answer)> reply;
    };
    struct CurlLibrary {
        CurlLibrary() { init_wiping_curl(); }
        ~CurlLibrary() { curl_global_cleanup(); }
        CurlLibrary(const CurlLibrary&) = delete;
        CurlLibrary& operator=(const CurlLibrary&) = delete;
    };
    struct FreeMulti {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };

    void run();
    bool take_inbox();
    void begin(Asked asked);
    void give_up(Ticket ticket);
    void finish_done();
    void end(std::map<Ticket, Running>::iterator entry, Answer answer);

    CurlLibrary library_;
    std::unique_ptr<CURLM, FreeMulti> multi_{curl_multi_init()};
    std::map<Ticket, Running> running_;  // the thread's own

    std::mutex inbox_mutex_;
    std::vector<Asked> asked_;
    std::vector<Ticket> aborted_;
    bool stopping_ = false;
    std::atomic<Ticket> tickets_ = 0;
    std::thread thread_;  // last: it uses all of the above
};

}  // namespace tfy::http_client
