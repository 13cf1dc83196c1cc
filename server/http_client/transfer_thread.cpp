#include "server/http_client/transfer_thread.hpp"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace tfy::http_client {
namespace {

/// Signals are for the thread that waits for them, and a dead connection must not raise SIGPIPE here.
void block_signals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

Error too_late() { return {Errc::upstream, "This server is stopping. Nothing was sent."}; }

}  // namespace

// With the inbox locked.
void TransferThread::start() {
    library_.emplace();
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
    auto transfer = Transfer::prepare(*asked.origin, std::move(asked.request),
                                      asked.secret_header ? asked.secret_header() : std::string{});
    if (!transfer) return asked.reply(transfer.error());
    if (curl().multi_add_handle(multi_.get(), (*transfer)->handle()) != CURLM_OK)
        return asked.reply((*transfer)->aborted());
    running_.emplace(asked.ticket,
                     Running{std::move(asked.origin), std::move(*transfer), std::move(asked.reply)});
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

}  // namespace tfy::http_client
