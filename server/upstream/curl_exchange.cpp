// The upstream thread: it alone touches curl. Requests come in through a locked inbox, answers go back to the
// loop that asked.
#include "server/upstream/curl_exchange.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "server/upstream/transfer.hpp"
#include "server/upstream/url_parts.hpp"

namespace tfy::server {
namespace {

namespace asio = boost::asio;
using truefoundry::HttpRequest;
using truefoundry::HttpResponse;

using Answer = Result<HttpResponse>;
using Ticket = std::uint64_t;

struct Asked {
    Ticket ticket = 0;
    HttpRequest request;
    std::function<void(Answer)> reply;  // from any thread, once
};

/// Signals are for the thread that waits for them, and a dead connection must not raise SIGPIPE here.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

class UpstreamThread {
public:
    UpstreamThread(OriginServer upstream, policy::Secret api_key)
        : upstream_(std::move(upstream)), api_key_(std::move(api_key)), thread_([this] { run(); }) {}
    UpstreamThread(const UpstreamThread&) = delete;
    UpstreamThread& operator=(const UpstreamThread&) = delete;
    ~UpstreamThread() {
        {
            const std::lock_guard lock(inbox_mutex_);
            stopping_ = true;
        }
        curl_multi_wakeup(multi_.get());
        thread_.join();
    }

    Ticket next_ticket() { return ++tickets_; }

    void post(Asked asked) {
        {
            const std::lock_guard lock(inbox_mutex_);
            asked_.push_back(std::move(asked));
        }
        curl_multi_wakeup(multi_.get());
    }

    void abort(Ticket ticket) {
        {
            const std::lock_guard lock(inbox_mutex_);
            aborted_.push_back(ticket);
        }
        curl_multi_wakeup(multi_.get());
    }

private:
    struct Running {
        std::unique_ptr<Transfer> transfer;
        std::function<void(Answer)> reply;
    };
    struct CurlLibrary {
        CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
        ~CurlLibrary() { curl_global_cleanup(); }
        CurlLibrary(const CurlLibrary&) = delete;
        CurlLibrary& operator=(const CurlLibrary&) = delete;
    };
    struct FreeMulti {
        void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
    };

    void run() {
        block_signals();
        while (take_inbox()) {
            int open = 0;
            curl_multi_perform(multi_.get(), &open);
            finish_done();
            constexpr int at_least_every_second = 1000;
            curl_multi_poll(multi_.get(), nullptr, 0, at_least_every_second, nullptr);
        }
        while (!running_.empty()) give_up(running_.begin()->first);
    }

    /// False when it is time to stop.
    bool take_inbox() {
        std::vector<Asked> asked;
        std::vector<Ticket> aborted;
        bool stopping = false;
        {
            const std::lock_guard lock(inbox_mutex_);
            asked.swap(asked_);
            aborted.swap(aborted_);
            stopping = stopping_;
        }
        for (auto& one : asked) begin(std::move(one));
        for (const auto ticket : aborted) give_up(ticket);
        return !stopping;
    }

    void begin(Asked asked) {
        auto transfer = Transfer::prepare(upstream_, std::move(asked.request), authorization());
        if (!transfer) return asked.reply(transfer.error());
        if (curl_multi_add_handle(multi_.get(), (*transfer)->handle()) != CURLM_OK)
            return asked.reply((*transfer)->aborted());
        running_.emplace(asked.ticket, Running{std::move(*transfer), std::move(asked.reply)});
    }

    std::string authorization() const {
        std::string line("Authorization: Bearer ");
        line.reserve(line.size() + api_key_.size());  // so that no part of it is left behind by growing
        line.append(api_key_.reveal());
        return line;
    }

    void give_up(Ticket ticket) {
        const auto found = running_.find(ticket);
        if (found == running_.end()) return;  // its answer is on the way already
        end(found, found->second.transfer->aborted());
    }

    void finish_done() {
        int left = 0;
        while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
            if (message->msg != CURLMSG_DONE) continue;
            const auto code = message->data.result;
            const auto is_this = [easy = message->easy_handle](const auto& entry) {
                return entry.second.transfer->handle() == easy;
            };
            const auto found = std::ranges::find_if(running_, is_this);
            if (found != running_.end()) end(found, found->second.transfer->outcome(code));
        }
    }

    void end(std::map<Ticket, Running>::iterator entry, Answer answer) {
        curl_multi_remove_handle(multi_.get(), entry->second.transfer->handle());
        const auto reply = std::move(entry->second.reply);
        running_.erase(entry);
        reply(std::move(answer));
    }

    CurlLibrary library_;
    OriginServer upstream_;
    policy::Secret api_key_;
    std::unique_ptr<CURLM, FreeMulti> multi_{curl_multi_init()};
    std::map<Ticket, Running> running_;  // the thread's own

    std::mutex inbox_mutex_;
    std::vector<Asked> asked_;
    std::vector<Ticket> aborted_;
    bool stopping_ = false;
    std::atomic<Ticket> tickets_ = 0;
    std::thread thread_;  // last: it uses all of the above
};

class CurlExchange final : public truefoundry::Exchange {
public:
    CurlExchange(OriginServer upstream, policy::Secret api_key)
        : thread_(std::make_shared<UpstreamThread>(std::move(upstream), std::move(api_key))) {}

    Async<Answer> send(HttpRequest request) override {
        co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
            [this](auto handler, HttpRequest asked) { begin(std::move(handler), std::move(asked)); },
            asio::use_awaitable, std::move(request));
    }

private:
    template <class Handler>
    void begin(Handler handler, HttpRequest request) {
        const auto ticket = thread_->next_ticket();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(thread_), ticket](asio::cancellation_type) {
                if (const auto thread = weak.lock()) thread->abort(ticket);
            });
        auto loop =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto waiting = std::make_shared<Handler>(std::move(handler));
        auto reply = [loop, waiting, slot](Answer answer) {
            asio::post(loop, [waiting, slot, answer = std::move(answer)]() mutable {
                if (slot.is_connected()) slot.clear();
                auto resume = std::move(*waiting);
                std::move(resume)(std::move(answer));
            });
        };
        thread_->post({ticket, std::move(request), std::move(reply)});
    }

    std::shared_ptr<UpstreamThread> thread_;
};

}  // namespace

std::unique_ptr<truefoundry::Exchange> make_curl_exchange(UpstreamOptions options, policy::Secret api_key) {
    const auto url = UrlParts::read(options.base_url).value_or(UrlParts{});
    OriginServer upstream{.options = std::move(options),
                          .scheme = url.scheme == "http" && url.is_loopback() ? "http" : "https",
                          .host = url.host,
                          .loopback = url.is_loopback()};
    return std::make_unique<CurlExchange>(std::move(upstream), std::move(api_key));
}

}  // namespace tfy::server
