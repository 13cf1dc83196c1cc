#include "server/app/journal_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tfy::app {
namespace {

constexpr std::chrono::hours between_checks{24};

}  // namespace

void JournalWatch::start() { boost::asio::co_spawn(loop_, run(), boost::asio::detached); }

Async<void> JournalWatch::run() {
    while (!desk_.draining()) {
        if (!next_ || *next_ <= clock_.now()) {
            co_await check();
            next_ = clock_.now() + between_checks;
        }
        const auto woken = co_await desk_.wait_revision(desk_.revision(), patience_);
        if (woken == approvals::Woken::draining) break;
    }
}

// One that was cut by the stop of the server says nothing of the journal.
Async<void> JournalWatch::check() {
    const auto checked = co_await desk_.verify_journal();
    if (desk_.draining()) co_return;
    broken_ = !checked;
    if (broken_)
        log_.error("the journal is not as it was written: what it says cannot be believed",
                   {{"why", checked.error().message}});
}

}  // namespace tfy::app
