#include "server/key_file_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tfy::server {

namespace asio = boost::asio;

KeyFileWatch::KeyFileWatch(Uses uses, std::string file, std::shared_ptr<OwnKey> key)
    : uses_(uses), file_(std::move(file)), key_(std::move(key)) {}

void KeyFileWatch::start() {
    if (!file_.empty()) asio::co_spawn(uses_.loop, keep_looking(), asio::detached);
}

// The first looks read the file once more: it may have changed since the start read it.
Async<void> KeyFileWatch::keep_looking() {
    asio::steady_timer timer(uses_.loop);
    for (;;) {
        co_await look();
        timer.expires_after(std::chrono::seconds{1});
        co_await timer.async_wait(asio::use_awaitable);
    }
}

Async<void> KeyFileWatch::look() {
    const auto mark = KeyFileMark::of(file_);
    const bool settled = mark == seen_;
    seen_ = mark;
    if (!settled || mark == taken_) co_return;
    const bool taken = co_await take();
    if (taken) taken_ = mark;
}

Async<bool> KeyFileWatch::take() {
    auto value = read_key_file(file_);
    if (!value) {
        uses_.log.warn("the key file cannot be used: the key stays as it is",
                       {{"why", value.error().message}});
        key_->report(value.error());
        co_return true;
    }
    if (key_->is(*value)) {
        key_->warn(open_to_others(file_));  // the file is whole again
        co_return true;
    }
    auto prints = prints_of(*value, uses_.redaction.key());
    auto work = [prints](Ledger& ledger) { return ledger.add_fingerprints(prints); };
    const auto kept = co_await uses_.store.run(std::move(work));
    if (!kept) {
        uses_.log.error("the new key is not used yet: it could not be made known to the redactor",
                        {{"why", kept.error().message}});
        co_return false;
    }
    uses_.redaction.add(std::move(prints));
    key_->replace(std::move(*value));
    key_->warn(open_to_others(file_));
    uses_.log.info("the key was replaced: requests have the one that is in the file now", {{"file", file_}});
    co_return true;
}

}  // namespace tfy::server
