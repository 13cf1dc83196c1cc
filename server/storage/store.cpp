// The store thread: one, which runs what is posted in order, to its end.
#include "server/storage/store.hpp"

namespace tfy::storage {

Store::Store(std::shared_ptr<Ledger> ledger, Worker worker) : ledger_(std::move(ledger)) {
    if (worker == Worker::thread) thread_ = std::thread([this] { queue_.run(); });
}

Store::~Store() { close(); }

void Store::close() {
    guard_.reset();
    if (thread_.joinable()) thread_.join();
    queue_.abandon();
}

}  // namespace tfy::storage
