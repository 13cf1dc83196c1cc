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

// What the loop has ready comes first, with all that it posts: it shares the commit.
void Store::post(std::unique_ptr<Step> step) {
    const auto loop = step->loop();
    {
        const std::scoped_lock lock(queue_->mutex);
        queue_->waiting.push_back(std::move(step));
    }
    if (thread_.joinable()) boost::asio::post(loop, [queue = queue_] { queue->wake(); });
}

void Store::Queue::wake() {
    const std::scoped_lock lock(mutex);
    if (waiting.empty() || ready) return;
    ready = true;
    woken.notify_one();
}

Store::Steps Store::Queue::next(std::size_t at_most) {
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(std::min(at_most, waiting.size()));
    Steps steps(std::move_iterator(waiting.begin()), std::move_iterator(end));
    waiting.erase(waiting.begin(), end);
    ready = ready && !waiting.empty();
    return steps;
}

void Store::work() {
    for (;;) {
        std::unique_lock lock(queue_->mutex);
        queue_->woken.wait(lock, [this] { return queue_->closed || queue_->ready; });
        if (queue_->waiting.empty()) return;
        auto steps = queue_->next(most_together);
        lock.unlock();
        take(std::move(steps));
    }
}

bool Store::step(std::size_t at_most, const Look& after_each) {
    std::unique_lock lock(queue_->mutex);
    auto steps = queue_->next(at_most);
    lock.unlock();
    const bool any = !steps.empty();
    if (any) take(std::move(steps), after_each);
    return any;
}

// What was answered before anything was written, or after it was lost, is so whatever becomes of the commit.
void Store::take(Steps steps, const Look& after_each) {
    std::size_t unsure = 0;
    std::vector<bool> waits(steps.size());
    ledger_->begin_group();
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i]->take(*ledger_);
        waits[i] = ledger_->group_waits();
        unsure += waits[i] ? 1 : 0;
        if (after_each) after_each(*ledger_);
    }
    if (unsure > 1) TFY_FAILPOINT("group.commit");
    const auto kept = ledger_->end_group();
    if (unsure > 1) TFY_FAILPOINT("group.committed");
    for (std::size_t i = 0; i < steps.size(); ++i)
        if (!kept && waits[i]) steps[i]->lose(kept.error());
    tell(std::move(steps));
}

// Each loop at once, so that what its calls do next comes together again.
void Store::tell(Steps steps) {
    while (!steps.empty()) {
        const auto loop = steps.front()->loop();
        const auto others =
            std::ranges::stable_partition(steps, [&](const auto& step) { return step->loop() == loop; });
        Steps rest(std::move_iterator(others.begin()), std::move_iterator(others.end()));
        steps.erase(others.begin(), others.end());
        boost::asio::post(loop, [told = std::move(steps)] {
            for (const auto& step : told) step->tell();
        });
        steps = std::move(rest);
    }
}

void Store::close() {
    {
        const std::scoped_lock lock(queue_->mutex);
        queue_->closed = true;
    }
    queue_->woken.notify_one();
    if (thread_.joinable()) thread_.join();
    Steps dropped;
    const std::scoped_lock lock(queue_->mutex);
    dropped.swap(queue_->waiting);
}

}  // namespace tfy::storage
