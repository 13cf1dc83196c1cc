// The store thread: one, which runs what is posted in order, to its end.
#include "server/storage/store.hpp"

#include <algorithm>
#include <iterator>

#include "server/loop/failpoint.hpp"

namespace tfy::storage {
namespace {

// So that other processes' writers come in between.
constexpr std::size_t most_together = 256;

}  // namespace

Store::Store(std::shared_ptr<Ledger> ledger, Worker worker) : ledger_(std::move(ledger)) {
    if (worker == Worker::thread) thread_ = std::thread([this] { work(); });
}

Store::~Store() { close(); }

void Store::post(std::unique_ptr<Step> step) {
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(std::move(step));
    }
    posted_.notify_one();
}

Store::Steps Store::next(std::size_t at_most) {
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(at_most, waiting_.size()));
    Steps steps(std::move_iterator(waiting_.begin()), std::move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    return steps;
}

void Store::work() {
    for (;;) {
        std::unique_lock lock(mutex_);
        posted_.wait(lock, [this] { return closed_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        auto steps = next(most_together);
        lock.unlock();
        take(std::move(steps));
    }
}

bool Store::step(std::size_t at_most) {
    std::unique_lock lock(mutex_);
    auto steps = next(at_most);
    lock.unlock();
    const bool any = !steps.empty();
    if (any) take(std::move(steps));
    return any;
}

// What was answered before anything was written, or after it was lost, is so whatever becomes of the commit.
void Store::take(Steps steps) {
    std::size_t unsure = 0;
    std::vector<bool> waits(steps.size());
    ledger_->begin_group();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i]->take(*ledger_);
        waits[i] = ledger_->group_waits();
        unsure += waits[i] ? 1 : 0;
    }
    if (unsure > 1) TFY_FAILPOINT("group.commit");
    const auto kept = ledger_->end_group();
    if (unsure > 1) TFY_FAILPOINT("group.committed");
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (!kept && waits[i]) steps[i]->lose(kept.error());
        steps[i]->tell();
    }
}

void Store::close() {
    {
        const std::scoped_lock lock(mutex_);
        closed_ = true;
    }
    posted_.notify_one();
    if (thread_.joinable()) thread_.join();
    Steps dropped;
    const std::scoped_lock lock(mutex_);
    dropped.swap(waiting_);
}

}  // namespace tfy::storage
