#include "server/notify/expiry_watch.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "server/storage/told_once.hpp"

namespace tfy::notify {
namespace {

constexpr std::chrono::hours between_looks{6};
constexpr std::chrono::minutes after_failed_look{10};

/// When the own key ends it says itself: the list has the last end of a token's keys, and other fractions of
/// a second, and another end would be told of anew.
void take_in(std::vector<notice::TokenEnd>& ends, const std::optional<notice::TokenEnd>& own) {
    if (!own) return;
    const auto listed = std::ranges::find_if(ends, &notice::TokenEnd::own_key);
    if (listed == ends.end())
        ends.push_back(*own);
    else
        listed->expires = own->expires;
}

}  // namespace

ExpiryWatch::ExpiryWatch(Rooms rooms, Sources sources, std::chrono::milliseconds patience)
    : deps_(rooms), sources_(std::move(sources)), patience_(patience) {}

void ExpiryWatch::start() {
    if (running_ || !sources_.wanted()) return;
    running_ = true;
    boost::asio::co_spawn(deps_.loop, run(), boost::asio::detached);
}

Async<void> ExpiryWatch::run() {
    while (!deps_.desk.draining() && sources_.wanted()) {
        if (!next_ || *next_ <= deps_.clock.now()) {
            const auto looked = co_await look_safely();
            if (!looked)
                deps_.log.warn("it is not known which tokens end soon", {{"why", looked.error().message}});
            next_ = deps_.clock.now() +
                    (looked ? policy::Duration{between_looks} : policy::Duration{after_failed_look});
        }
        const auto woken = co_await deps_.desk.wait_revision(deps_.desk.revision(), patience_);
        if (woken == approvals::Woken::draining) break;
    }
    running_ = false;
    next_.reset();
}

// Whatever goes wrong with one look, the next one comes.
Async<Result<void>> ExpiryWatch::look_safely() {
    try {
        co_return co_await look();
    } catch (const std::exception& bug) {
        co_return Error{Errc::internal, bug.what()};
    }
}

Async<Result<void>> ExpiryWatch::look() {
    const auto now = deps_.clock.now();
    auto listed = co_await sources_.listed(now, now + notice::longest_notice);
    std::vector<notice::TokenEnd> ends;
    if (listed) ends = *listed;
    take_in(ends, sources_.own_key());
    for (auto& end : ends) {
        const auto days = notice::days_threshold(end.expires, now);
        if (!days) continue;
        end.days = *days;
        if (auto told = co_await tell(end); !told) co_return told;
    }
    if (!listed) co_return listed.error();
    co_return Result<void>{};
}

Async<Result<void>> ExpiryWatch::tell(notice::TokenEnd end) {
    const auto redactor = deps_.redaction.fresh();
    if (!redactor) co_return redactor.error();
    const auto event = policy::to_string(policy::Channel::Event::token_expiring);
    journal::JournalEntry entry{std::string(event), "", notice::journal_body(end, **redactor),
                                deps_.clock.now()};
    auto work = [end, entry = std::move(entry)](storage::Ledger& ledger) -> Result<bool> {
        storage::ToldOnce told(ledger);
        const auto kinds = told.kinds(end.subject());
        if (!kinds) return kinds.error();
        if (std::ranges::find(*kinds, end.kind()) != kinds->end())
            return false;  // mostly; no one's write is held up
        return told.first(end.subject(), end.kind(), entry);
    };
    const auto first = co_await deps_.store.run(std::move(work));
    if (!first) co_return first.error();
    if (*first) deps_.desk.ring();
    co_return Result<void>{};
}

}  // namespace tfy::notify
