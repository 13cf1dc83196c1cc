#include "server/app/journal_watch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/storage/journal_check.hpp"

namespace tfy::app {
namespace {

constexpr policy::Duration between_checks = std::chrono::hours{24};
constexpr policy::Duration after_no_check = std::chrono::minutes{10};  // the database was locked, say

}  // namespace

void JournalWatch::start() { boost::asio::co_spawn(loop_, run(), boost::asio::detached); }

Async<void> JournalWatch::run() {
    while (!desk_.draining()) {
        if (!next_ || *next_ <= clock_.now()) {
            const auto checked = co_await desk_.verify_journal();
            if (desk_.draining()) break;  // one that the stop of the server cut says nothing
            next_ = clock_.now() + note(checked);
        }
        const auto woken = co_await desk_.wait_revision(desk_.revision(), patience_);
        if (woken == approvals::Woken::draining) break;
    }
}

policy::Duration JournalWatch::note(const Result<std::string>& checked) {
    const bool changed = !checked && storage::says_changed(checked.error());
    if (checked || changed) broken_ = changed;
    if (changed)
        log_.error("the journal is not as it was written: what it says cannot be believed",
                   {{"why", checked.error().message}});
    else if (!checked)
        log_.warn("the journal could not be checked", {{"why", checked.error().message}});
    return checked || changed ? between_checks : after_no_check;
}

}  // namespace tfy::app
