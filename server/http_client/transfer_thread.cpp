#include "server/http_client/transfer_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <stdexcept>

namespace tfy::http_client {
namespace {

namespace asio = boost::asio;

/// Signals are for the thread that waits for them, and a dead connection must not raise SIGPIPE here.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

Error too_late() { return {Errc::upstream, "This server is stopping. Nothing was sent."}; }

template <class Handler>
void begin_carrying(Handler handler, const std::weak_ptr<TransferThread>& thread,
                    TransferThread::Prepare prepare) {
    const auto alive = thread.lock();
    const auto ticket = alive ? alive->next_ticket() : TransferThread::Ticket{};
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected())
        slot.assign([thread, ticket](asio::cancellation_type) {
            if (const auto still = thread.lock()) still->abort(ticket);
        });
    auto loop =
        asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
    auto waiting = std::make_shared<Handler>(std::move(handler));
    auto reply = [loop, waiting, slot](TransferThread::Answer answer) {
        asio::post(loop, [waiting, slot, answer = std::move(answer)]() mutable {
            if (slot.is_connected()) slot.clear();
            auto resume = std::move(*waiting);
            std::move(resume)(std::move(answer));
        });
    };
    if (!alive) return reply(too_late());
    alive->post({ticket, std::move(prepare), std::move(reply)});
}

}  // namespace

// With the inbox locked.
void TransferThread::start() {
    multi_.reset(curl().multi_init());
    thread_ = std::thread([this] { run(); });
}

// With the inbox locked.
void TransferThread::wake() {
    if (multi_) curl().multi_wakeup(multi_.get());
}

void TransferThread::stop() {
    {
        const std::lock_guard lock(inbox_mutex_);
        stopping_ = true;
        wake();
    }
    if (thread_.joinable()) thread_.join();
}

bool TransferThread::stopping() {
    const std::lock_guard lock(inbox_mutex_);
    return stopping_;
}

void TransferThread::post(Asked asked) {
    std::unique_lock lock(inbox_mutex_);
    try {
        if (!stopping_ && !thread_.joinable()) start();
    } catch (const std::runtime_error& missing) {
        lock.unlock();
        return asked.reply(Error{Errc::upstream, missing.what()});
    }
    if (stopping_) {
        lock.unlock();
        return asked.reply(too_late());
    }
    asked_.push_back(std::move(asked));
    wake();
}

void TransferThread::abort(Ticket ticket) {
    const std::lock_guard lock(inbox_mutex_);
    aborted_.push_back(ticket);
    wake();
}

void TransferThread::run() {
    block_signals();
    while (take_inbox()) {
        int open = 0;
        curl().multi_perform(multi_.get(), &open);
        finish_done();
        constexpr int at_least_every_second = 1000;
        curl().multi_poll(multi_.get(), nullptr, 0, at_least_every_second, nullptr);
    }
    while (!running_.empty()) give_up(running_.begin()->first);
}

/// False when it is time to stop.
bool TransferThread::take_inbox() {
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

void TransferThread::begin(Asked asked) {
    auto transfer = asked.prepare();
    if (!transfer) return asked.reply(transfer.error());
    if (curl().multi_add_handle(multi_.get(), (*transfer)->handle()) != CURLM_OK)
        return asked.reply((*transfer)->aborted());
    running_.emplace(asked.ticket,
                     Running{std::move(asked.prepare), std::move(*transfer), std::move(asked.reply)});
}

void TransferThread::give_up(Ticket ticket) {
    const auto found = running_.find(ticket);
    if (found == running_.end()) return;  // its answer is on the way already
    end(found, found->second.transfer->aborted());
}

void TransferThread::finish_done() {
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto code = message->data.result;
        const auto is_this = [easy = message->easy_handle](const auto& entry) {
            return entry.second.transfer->handle() == easy;
        };
        const auto found = std::ranges::find_if(running_, is_this);
        if (found != running_.end()) end(found, found->second.transfer->outcome(code));
    }
}

void TransferThread::end(std::map<Ticket, Running>::iterator entry, Answer answer) {
    curl().multi_remove_handle(multi_.get(), entry->second.transfer->handle());
    const auto reply = std::move(entry->second.reply);
    running_.erase(entry);
    reply(std::move(answer));
}

Async<TransferThread::Answer> carry(std::weak_ptr<TransferThread> thread, TransferThread::Prepare prepare) {
    auto initiate = [thread = std::move(thread)](auto handler, TransferThread::Prepare asked) {
        begin_carrying(std::move(handler), thread, std::move(asked));
    };
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(TransferThread::Answer)>(
        std::move(initiate), asio::use_awaitable, std::move(prepare));
}

}  // namespace tfy::http_client
