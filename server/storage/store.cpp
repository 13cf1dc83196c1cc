// The store thread: one, which runs what is posted in order, to its end.
#include "server/storage/store.hpp"

namespace tfy::server {

Store::Store(std::unique_ptr<Ledger> ledger)
    : ledger_(std::move(ledger)), thread_([this] { queue_.run(); }) {}

Store::~Store() { close(); }

void Store::close() {
    guard_.reset();
    if (thread_.joinable()) thread_.join();
}

}  // namespace tfy::server
