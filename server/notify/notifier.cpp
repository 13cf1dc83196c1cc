#include "server/notify/notifier.hpp"

#include <sodium.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "policy/notice/retry.hpp"
#include "server/notify/retry_after.hpp"
#include "server/upstream/curl_exchange.hpp"
#include "server/upstream/transfer_thread.hpp"

namespace tfy::server {
namespace {

namespace asio = boost::asio;
using policy::Approval;
using policy::JournalRecord;
using policy::Webhook;

constexpr int status_gone = 410;
constexpr std::size_t most_of_answer = 64 * 1024;

bool covers(const Webhook& webhook, const Approval& approval) {
    return std::ranges::any_of(webhook.tools, [&approval](const std::string& pattern) {
        return policy::glob(pattern, approval.call.tool);
    });
}

/// The approval as it stood when the record was written, as far as that matters to who reads of it.
Approval as_of(const JournalRecord& record, Approval now) {
    const auto state = record.body.is_object() ? record.body.find("state") : record.body.end();
    if (state == record.body.end() || !state->is_string()) return now;
    now.state = policy::read_state(state->get<std::string>()).value_or(now.state);
    return now;
}

std::string id_of(const JournalRecord& record) { return "evt_" + record.hash.substr(0, 32); }

}  // namespace

struct Notifier::Sender {
    WebhookPost post;
    bool retired = false;   // others came in its place
    bool troubled = false;  // the store's trouble was logged, and is not over
};

Notifier::Notifier(Rooms rooms, Settings settings) : rooms_(rooms), settings_(std::move(settings)) {}

Notifier::~Notifier() = default;

void Notifier::close() {
    if (thread_) thread_->stop();
}

std::unique_ptr<truefoundry::Exchange> Notifier::connect(const WebhookTarget& target) {
    if (settings_.connect) return settings_.connect(target);
    if (!thread_) thread_ = start_transfers();
    return make_keyless_exchange(thread_, {.base_url = target.url.origin,
                                           .ca_file = settings_.ca_file,
                                           .connect_timeout = std::chrono::seconds{5},
                                           .body_limit = most_of_answer,
                                           .ignore_body = true});
}

std::shared_ptr<Notifier::Sender> Notifier::add(WebhookTarget target) {
    auto exchange = connect(target);
    return senders_.emplace_back(
        std::make_shared<Sender>(Sender{WebhookPost(std::move(target), std::move(exchange))}));
}

Async<Result<void>> Notifier::start(std::vector<WebhookTarget> targets) {
    for (const auto& target : targets)
        if (auto subscribed = co_await subscribe(target.id); !subscribed) co_return subscribed;
    replace(std::move(targets));
    co_return Result<void>{};
}

// What an old one is sending it brings to its end; all else waits in the store for whoever comes.
void Notifier::replace(std::vector<WebhookTarget> targets) {
    for (const auto& sender : senders_) sender->retired = true;
    senders_.clear();
    for (auto& target : targets) asio::co_spawn(rooms_.loop, run(add(std::move(target))), asio::detached);
}

Async<Result<void>> Notifier::subscribe(std::string webhook) {
    auto work = [webhook = std::move(webhook)](Ledger& ledger) {
        return Deliveries(ledger).subscribe(webhook);
    };
    co_return co_await rooms_.store.run(std::move(work));
}

bool Notifier::over(const Sender& sender) const {
    return sender.retired || rooms_.desk.draining() || gone_.contains(sender.post.target().id);
}

Async<void> Notifier::run(std::shared_ptr<Sender> sender) {
    const auto& wanted = sender->post.target().wanted;
    const bool lapses = std::ranges::find(wanted.events, Webhook::Event::expired) != wanted.events.end();
    while (!over(*sender)) {
        const auto seen = rooms_.desk.revision();
        if (lapses) co_await let_lapse();
        co_await send_all_due(sender);
        if (!over(*sender)) co_await rooms_.desk.wait_revision(seen, settings_.patience);
    }
}

// A request expires when somebody looks at it; who wants to hear of it cannot wait for that.
Async<void> Notifier::let_lapse() {
    auto work = [now = rooms_.clock.now()](Ledger& ledger) { return Deliveries(ledger).overdue(now); };
    const auto ids = co_await rooms_.store.run(std::move(work));
    if (!ids) co_return;
    for (const auto& id : *ids) co_await rooms_.desk.find(id);
}

Async<void> Notifier::send_all_due(std::shared_ptr<Sender> sender) {
    while (!over(*sender)) {
        auto delivery = co_await next(sender);
        if (delivery && !*delivery) break;
        Result<void> sent;
        if (delivery)
            sent = co_await deliver(sender, std::move(**delivery));
        else
            sent = delivery.error();
        if (!sent && !sender->troubled)
            rooms_.log.warn("webhooks wait for the store", {{"why", sent.error().message}});
        sender->troubled = !sent;
        if (!sent) co_return;
    }
}

Async<Result<void>> Notifier::take_over() {
    const auto holders =
        co_await rooms_.store.run([](Ledger& ledger) { return Deliveries(ledger).holders(); });
    if (!holders) co_return holders.error();
    for (const auto& holder : *holders) {
        if (holder == settings_.instance || settings_.alive(holder)) continue;
        rooms_.log.info("notices of a process that ended are taken over", {{"instance", holder}});
        auto work = [holder](Ledger& ledger) { return Deliveries(ledger).take_over(holder); };
        if (auto taken = co_await rooms_.store.run(std::move(work)); !taken) co_return taken;
    }
    co_return Result<void>{};
}

Async<Result<std::optional<Deliveries::Delivery>>> Notifier::next(std::shared_ptr<Sender> sender) {
    const auto& target = sender->post.target();
    if (auto taken = co_await take_over(); !taken) co_return taken.error();
    auto wanted = [events = target.wanted.events](const JournalRecord& record) {
        const auto event = policy::event_of(record.kind);
        return event && std::ranges::find(events, *event) != events.end();
    };
    auto work = [id = target.id, wanted = std::move(wanted), instance = settings_.instance,
                 now = rooms_.clock.now()](Ledger& ledger) -> Result<std::optional<Deliveries::Delivery>> {
        Deliveries deliveries(ledger);
        if (auto known = deliveries.subscribe(id); !known) return known.error();
        if (auto collected = deliveries.collect(id, wanted, now); !collected) return collected.error();
        return deliveries.claim(id, instance, now);
    };
    co_return co_await rooms_.store.run(std::move(work));
}

Async<Result<void>> Notifier::deliver(std::shared_ptr<Sender> sender, Deliveries::Delivery delivery) {
    const auto& target = sender->post.target();
    const auto& record = delivery.record;
    const auto event = policy::event_of(record.kind);
    if (!event || !delivery.approval || !covers(target.wanted, *delivery.approval))
        co_return co_await done(target.id, record.sequence);
    if (policy::is_old_news(*event, record.at, *delivery.approval, rooms_.clock.now())) {
        rooms_.log.info("a webhook is no longer told: it is old news",
                        {{"host", target.url.host}, {"approval", record.approval_id}});
        co_return co_await done(target.id, record.sequence);
    }
    policy::Notice notice{
        .id = id_of(record), .event = *event, .at = record.at, .approval = as_of(record, *delivery.approval)};
    notice.page_url = co_await address(record.approval_id);
    co_return co_await post(std::move(sender), std::move(delivery), std::move(notice));
}

Async<Result<void>> Notifier::post(std::shared_ptr<Sender> sender, Deliveries::Delivery delivery,
                                   policy::Notice notice) {
    const auto& target = sender->post.target();
    const auto sequence = delivery.record.sequence;
    Json told = {{"host", target.url.host},
                 {"event", policy::to_string(notice.event)},
                 {"approval", notice.approval.id},
                 {"attempt", delivery.attempts}};
    // Tokens that another process has made are known before anything is sealed.
    if (auto known = co_await rooms_.desk.learn(); !known) co_return known;
    auto body = rooms_.redaction.seal(policy::body_of(notice, target.wanted.format));
    const auto answer = co_await sender->post.send(std::move(body), notice.id, rooms_.clock.now());
    if (answer && answer->status / 100 == 2) {
        rooms_.log.info("a webhook was told", told);
        co_return co_await done(target.id, sequence);
    }
    told["why"] = answer ? "it answered " + std::to_string(answer->status)
                         : std::string("it gave no answer in time, or took no connection");
    if (answer && answer->status == status_gone) {
        gone_.insert(target.id);
        rooms_.log.error("a webhook is gone, and is not called again until the next start", told);
    } else {
        rooms_.log.warn("a webhook was not told, and will be called again", told);
    }
    const auto now = rooms_.clock.now();
    const auto pause = answer ? retry_after(answer->retry_after, now) : policy::Duration{0};
    std::uint64_t random = 0;
    randombytes_buf(&random, sizeof random);
    co_return co_await postpone(target.id, sequence,
                                policy::next_attempt(delivery.attempts, random, pause, now));
}

Async<Result<void>> Notifier::done(std::string webhook, std::int64_t sequence) {
    auto work = [webhook = std::move(webhook), sequence, instance = settings_.instance](Ledger& ledger) {
        return Deliveries(ledger).done(webhook, sequence, instance);
    };
    co_return co_await rooms_.store.run(std::move(work));
}

Async<Result<void>> Notifier::postpone(std::string webhook, std::int64_t sequence, policy::Time due) {
    auto work = [webhook = std::move(webhook), sequence, instance = settings_.instance, due](Ledger& ledger) {
        return Deliveries(ledger).postpone(webhook, sequence, instance, due);
    };
    co_return co_await rooms_.store.run(std::move(work));
}

// Where the server is reached from elsewhere is for the operator to say; a stdio server's page is opened
// here.
Async<std::string> Notifier::address(std::string approval_id) {
    if (!settings_.public_url.empty()) co_return settings_.public_url + "/approvals/" + approval_id;
    co_return co_await rooms_.page.address(std::move(approval_id), false);
}

}  // namespace tfy::server
