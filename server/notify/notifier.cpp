#include "server/notify/notifier.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <set>
#include <utility>

#include "policy/notice/retry.hpp"

namespace tfy::notify {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using journal::JournalRecord;
using policy::Approval;
using policy::Channel;

constexpr int status_gone = 410;
constexpr std::chrono::hours longest_pause{24};  // that a receiver may ask for

/// Whether this channel is told of that: of its tools; of an escalation those that the terms name, and of
/// what ends an alert that this made.
bool covers(const Channel& channel, Channel::Event event, const Approval& approval) {
    const auto& names = approval.terms().escalate_to;
    const bool named = std::ranges::find(names, channel.name) != names.end();
    if (event == Channel::Event::escalated) return named;
    if (named && channel.format == Channel::Format::pagerduty && !policy::asks_for_decision(event))
        return true;
    return std::ranges::any_of(channel.tools, [&approval](const std::string& pattern) {
        return policy::glob(pattern, approval.call.tool);
    });
}

/// The state of the approval when the record was written.
Approval::State state_then(const JournalRecord& record, const Approval& now) {
    const auto state = record.body.is_object() ? record.body.find("state") : record.body.end();
    if (state == record.body.end() || !state->is_string()) return now.state();
    return policy::read_state(state->get<std::string>()).value_or(now.state());
}

/// An error's advice is about the control plane; its first sentence says what happened.
std::string why_not(const Result<http_client::WebResponse>& answer) {
    if (answer) return "it answered " + std::to_string(answer->status);
    const auto& message = answer.error().message;
    return message.substr(0, message.find(". "));
}

std::string id_of(const JournalRecord& record) { return "evt_" + record.hash.substr(0, 32); }

}  // namespace

struct Notifier::Sender {
    /// How it ends with a record that this process has claimed.
    struct Settlement {
        std::int64_t sequence = 0;
        std::optional<policy::Time> due = {};  // again then; nullopt: it is over with it
    };

    ChannelPost post;
    ChannelHealth health = {};
    std::optional<Settlement> unsettled = {};  // not yet in the store
    std::set<std::int64_t> unanswered = {};    // mails that may have been taken, and are sent once more
    bool subscribed = false;
    bool retired = false;   // others came in its place
    bool troubled = false;  // the store's trouble was logged, and is not over
};

Notifier::Notifier(Rooms rooms, Settings settings)
    : deps_(rooms), settings_(std::move(settings)), network_(settings_.ca_file) {}

Notifier::~Notifier() = default;

void Notifier::close() { network_.close(); }

bool Notifier::has(std::string_view name) const {
    return std::ranges::any_of(
        senders_, [name](const auto& sender) { return sender->post.target().wanted.name == name; });
}

std::vector<ChannelHealth> Notifier::health() const {
    std::vector<ChannelHealth> all;
    for (const auto& sender : senders_) all.push_back(sender->health);
    return all;
}

std::shared_ptr<Notifier::Sender> Notifier::add(ChannelTarget target) {
    auto carrier = settings_.connect ? settings_.connect(target) : network_.connect(target);
    auto sender = std::make_shared<Sender>(Sender{ChannelPost(std::move(target), std::move(carrier))});
    sender->health.called = sender->post.target().wanted.called();
    return senders_.emplace_back(std::move(sender));
}

Async<Result<void>> Notifier::start(std::vector<ChannelTarget> targets) {
    for (const auto& target : targets)
        if (auto subscribed = co_await subscribe(target.id); !subscribed) co_return subscribed;
    if (!replaced_) employ(std::move(targets));
    co_return Result<void>{};
}

void Notifier::replace(std::vector<ChannelTarget> targets) {
    replaced_ = true;
    employ(std::move(targets));
}

// What an old one is sending it brings to its end; all else waits in the store for the next one. A reload
// does not make a channel well: what is known of one that stays, stays.
void Notifier::employ(std::vector<ChannelTarget> targets) {
    const auto old = std::exchange(senders_, {});
    for (const auto& sender : old) sender->retired = true;
    for (auto& target : targets) {
        const auto same = std::ranges::find(
            old, target.id, [](const auto& sender) -> const auto& { return sender->post.target().id; });
        auto sender = add(std::move(target));
        if (same != old.end()) {
            const auto called = std::exchange(sender->health, (*same)->health).called;
            sender->health.called = called;
            sender->unanswered = (*same)->unanswered;
        }
        ++running_;
        asio::co_spawn(deps_.loop, run(std::move(sender)), [this](const std::exception_ptr&) { --running_; });
    }
}

Async<void> Notifier::idle(std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    asio::steady_timer timer(deps_.loop);
    while (running_ > 0 && std::chrono::steady_clock::now() < end) {
        timer.expires_after(20ms);
        co_await timer.async_wait(asio::use_awaitable);
    }
}

Async<Result<void>> Notifier::subscribe(std::string channel) {
    auto work = [channel = std::move(channel)](storage::Ledger& ledger) {
        return storage::Deliveries(ledger).subscribe(channel);
    };
    co_return co_await deps_.store.run(std::move(work));
}

bool Notifier::over(const Sender& sender) const {
    return sender.retired || deps_.desk.draining() || gone_.contains(sender.post.target().id);
}

// Whatever goes wrong with one look, the next one comes.
Async<void> Notifier::run(std::shared_ptr<Sender> sender) {
    while (!over(*sender)) {
        auto seen = deps_.desk.revision();
        try {
            co_await look(sender);
        } catch (const std::exception& bug) {
            deps_.log.error("telling a channel failed",
                            {{"host", sender->post.target().url.host}, {"what", bug.what()}});
            seen = deps_.desk.revision();
        }
        if (over(*sender)) break;
        const auto woken = co_await deps_.desk.wait_revision(seen, settings_.patience);
        if (woken == approvals::Woken::draining) break;
    }
    co_await leave(std::move(sender));
}

Async<void> Notifier::look(std::shared_ptr<Sender> sender) {
    co_await introduce(sender);  // if it fails, so does the next question to the store, which says so
    if (policy::hears(sender->post.target().wanted, Channel::Event::expired)) co_await let_lapse();
    co_await send_all_due(sender);
}

// Before anything else: what is journalled from then on waits for it.
Async<Result<void>> Notifier::introduce(std::shared_ptr<Sender> sender) {
    if (sender->subscribed) co_return Result<void>{};
    auto subscribed = co_await subscribe(sender->post.target().id);
    sender->subscribed = subscribed.has_value();
    co_return subscribed;
}

// A claim that stayed behind would be this instance's, which lives: no one would send that notice again.
Async<void> Notifier::leave(std::shared_ptr<Sender> sender) {
    while (sender->unsettled) {
        if (const auto settled = co_await settle(sender); settled) co_return;
        const auto woken = co_await deps_.desk.wait_revision(deps_.desk.revision(), settings_.patience);
        if (woken == approvals::Woken::draining) co_return;
    }
}

// A request expires when someone looks at it; who wants to hear of it cannot wait for that.
Async<void> Notifier::let_lapse() {
    auto work = [now = deps_.clock.now()](storage::Ledger& ledger) {
        return storage::Deliveries(ledger).overdue(now);
    };
    const auto ids = co_await deps_.store.run(std::move(work));
    if (!ids) co_return;
    for (const auto& id : *ids) co_await deps_.desk.find(id);
}

Async<void> Notifier::send_all_due(std::shared_ptr<Sender> sender) {
    for (bool more = true; more && !over(*sender);) {
        const auto sent = co_await send_one(sender);
        if (!sent && !sender->troubled)
            deps_.log.warn("notices wait for the store", {{"why", sent.error().message}});
        sender->troubled = !sent;
        more = sent && *sent;
    }
}

// A claim that cannot be settled now is settled before anything else is claimed.
Async<Result<bool>> Notifier::send_one(std::shared_ptr<Sender> sender) {
    if (auto settled = co_await settle(sender); !settled) co_return settled.error();
    auto delivery = co_await next(sender);
    if (!delivery) co_return delivery.error();
    if (!*delivery) co_return false;
    sender->unsettled = Sender::Settlement{(**delivery).record.sequence, deps_.clock.now()};
    if (auto delivered = co_await deliver(sender, std::move(**delivery)); !delivered)
        co_return delivered.error();
    if (auto settled = co_await settle(sender); !settled) co_return settled.error();
    co_return true;
}

Async<Result<void>> Notifier::take_over() {
    const auto holders = co_await deps_.store.run(
        [](storage::Ledger& ledger) { return storage::Deliveries(ledger).holders(); });
    if (!holders) co_return holders.error();
    for (const auto& holder : *holders) {
        if (holder == settings_.instance || settings_.alive(holder)) continue;
        deps_.log.info("notices of a process that ended are taken over", {{"instance", holder}});
        auto work = [holder](storage::Ledger& ledger) {
            return storage::Deliveries(ledger).take_over(holder);
        };
        if (auto taken = co_await deps_.store.run(std::move(work)); !taken) co_return taken;
    }
    co_return Result<void>{};
}

Async<Result<std::optional<storage::Deliveries::Delivery>>> Notifier::next(std::shared_ptr<Sender> sender) {
    const auto& target = sender->post.target();
    if (auto known = co_await introduce(sender); !known) co_return known.error();
    if (auto taken = co_await take_over(); !taken) co_return taken.error();
    const auto wanted = [channel = target.wanted](const JournalRecord& record) {
        const auto event = policy::event_of(record.kind);
        return event && policy::hears(channel, *event);
    };
    using Claimed = Result<std::pair<std::optional<storage::Deliveries::Delivery>, std::size_t>>;
    const auto now = deps_.clock.now();
    auto work = [id = target.id, wanted, me = settings_.instance, now](storage::Ledger& ledger) -> Claimed {
        storage::Deliveries deliveries(ledger);
        const auto collected = deliveries.collect(id, wanted, now);
        if (!collected) return collected.error();
        auto claimed = deliveries.claim(id, me, now);
        if (!claimed) return claimed.error();
        return std::pair{std::move(*claimed), *collected};
    };
    auto claimed = co_await deps_.store.run(std::move(work));
    if (!claimed) co_return claimed.error();
    dropped(*sender, claimed->second, "too many wait");
    co_return std::move(claimed->first);
}

void Notifier::dropped(Sender& sender, std::size_t count, const char* why) {
    if (count == 0) return;
    sender.health.dropped += count;
    counts_.dropped += count;
    deps_.log.warn("notices were dropped",
                   {{"channel", sender.health.called}, {"count", count}, {"why", why}});
}

/// Nothing if the record is not for this channel.
std::optional<notice::Notice> Notifier::notice_of(const Sender& sender,
                                                  const storage::Deliveries::Delivery& delivery) const {
    const auto& record = delivery.record;
    const auto event = policy::event_of(record.kind);
    if (!event) return std::nullopt;
    notice::Notice notice{.id = id_of(record), .event = *event, .at = record.at};
    if (*event == Channel::Event::token_expiring) {
        notice.token = notice::read_token_end(record.body);
        return notice.token ? std::optional(std::move(notice)) : std::nullopt;
    }
    const auto& approval = delivery.approval;
    if (!approval || !covers(sender.post.target().wanted, *event, *approval)) return std::nullopt;
    notice.approval = approval;
    notice.state = state_then(record, *approval);
    notice.decision = approval->decision();
    return notice;
}

Async<Result<void>> Notifier::deliver(std::shared_ptr<Sender> sender,
                                      storage::Deliveries::Delivery delivery) {
    auto notice = notice_of(*sender, delivery);
    const bool old = notice && notice::is_old_news(*notice, deps_.clock.now());
    if (old) dropped(*sender, 1, "it is too old");
    if (!notice || old) {
        sender->unsettled->due.reset();
        co_return Result<void>{};
    }
    notice->page_url = co_await address(delivery.record.approval_id);
    co_return co_await post(std::move(sender), std::move(*notice), delivery.attempts);
}

Async<Result<void>> Notifier::post(std::shared_ptr<Sender> sender, notice::Notice notice, int attempts) {
    const auto& target = sender->post.target();
    const Json told = {{"channel", sender->health.called},
                       {"host", target.url.host},
                       {"event", policy::to_string(notice.event)},
                       {"approval", notice.approval ? notice.approval->id : ""},
                       {"attempt", attempts}};
    const auto redactor = deps_.redaction.fresh();
    if (!redactor) co_return redactor.error();
    auto message = notice::message_of(notice, target.wanted.format, **redactor);
    const auto answer = co_await sender->post.send(std::move(message), deps_.clock.now());
    if (!answer || !is_taken(*answer)) {
        refused(*sender, answer, told, attempts);
        co_return Result<void>{};
    }
    taken(*sender, *answer, told);
    co_return Result<void>{};
}

void Notifier::trouble(Sender& sender, std::string why) {
    if (sender.health.trouble.empty()) sender.health.since = deps_.clock.now();
    sender.health.trouble = std::move(why);
}

// A mail that some of its recipients got is over: sent again, it would come twice to those.
void Notifier::taken(Sender& sender, const http_client::WebResponse& answer, Json told) {
    ++sender.health.delivered;
    ++counts_.delivered;
    sender.unanswered.erase(sender.unsettled->sequence);
    sender.unsettled->due.reset();
    if (answer.refused.empty()) {
        sender.health.trouble.clear();
        sender.health.since.reset();
        return deps_.log.info("a channel was told", told);
    }
    trouble(sender, "it refused " + std::to_string(answer.refused.size()) + " of " +
                        std::to_string(sender.post.target().wanted.to.size()) + " recipients (" +
                        std::to_string(answer.refused.front().status) + ")");
    told["why"] = sender.health.trouble;
    deps_.log.warn("a mail went to some of its recipients only; the others are not told", told);
}

void Notifier::refused(Sender& sender, const Result<http_client::WebResponse>& answer, Json told,
                       int attempts) {
    const auto now = deps_.clock.now();
    ++sender.health.failed;
    ++counts_.failed;
    trouble(sender, why_not(answer));
    told["why"] = sender.health.trouble;
    const bool unanswered = !answer && answer.error().code == Errc::ambiguous &&
                            sender.post.target().wanted.format == Channel::Format::email;
    // A person would get each try, and nothing tells them that these are one mail.
    if (unanswered && !sender.unanswered.insert(sender.unsettled->sequence).second) {
        sender.unanswered.erase(sender.unsettled->sequence);
        sender.unsettled->due.reset();
        return deps_.log.warn("a mail was sent twice without an answer; it is not sent again", told);
    }
    if (answer && answer->status == status_gone) {
        gone_.insert(sender.post.target().id);
        deps_.log.error("a channel is gone (410); it gets nothing more until the next start", told);
    } else {
        deps_.log.warn("a notice was not delivered; it will be sent again", told);
    }
    const auto wanted = answer ? answer->retry_after.value_or(0s) : 0s;
    const auto pause = std::min<policy::Duration>(wanted, longest_pause);
    std::uint64_t random = 0;
    randombytes_buf(&random, sizeof random);
    sender.unsettled->due = notice::next_attempt(attempts, random, pause, now);
}

Async<Result<void>> Notifier::settle(std::shared_ptr<Sender> sender) {
    if (!sender->unsettled) co_return Result<void>{};
    const auto end = *sender->unsettled;
    auto work = [id = sender->post.target().id, end, me = settings_.instance](storage::Ledger& ledger) {
        storage::Deliveries deliveries(ledger);
        return end.due ? deliveries.postpone(id, end.sequence, me, *end.due)
                       : deliveries.done(id, end.sequence, me);
    };
    auto settled = co_await deps_.store.run(std::move(work));
    if (settled) sender->unsettled.reset();
    co_return settled;
}

// Where the server is reached from elsewhere is for the operator to say; a stdio server's page is opened
// here.
Async<std::string> Notifier::address(std::string approval_id) {
    const auto& url = settings_.public_url;
    if (approval_id.empty()) co_return url.empty() ? deps_.page.home() : url + "/approvals";
    if (!url.empty()) co_return url + "/approvals/" + approval_id;
    co_return co_await deps_.page.address(std::move(approval_id), false);
}

}  // namespace tfy::notify
