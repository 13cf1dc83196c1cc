// Every change of an approval: made as a value by policy/approval, written by compare-and-set with its
// journal record, then announced.
#include "server/approvals/approvals.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <tuple>

#include "policy/journal/journal_entry.hpp"
#include "policy/journal/without_values.hpp"
#include "policy/permission_reach.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/parse.hpp"
#include "protocol/text_in.hpp"
#include "server/loop/failpoint.hpp"

namespace tfy::approvals {
namespace {

namespace asio = boost::asio;
using policy::Approval;
using State = policy::Approval::State;

constexpr std::chrono::milliseconds poll_interval{250};

constexpr auto contested =
    "Another caller's open request would change this token, too. What runs first ends the other request.";

Error no_such_approval() { return {Errc::not_found, "No approval request has this id. Nothing was done."}; }

std::optional<storage::PasskeyUse> use_of(const std::optional<policy::Signature>& signature) {
    if (!signature) return std::nullopt;
    return storage::PasskeyUse{policy::challenge_of(signature->statement), signature->credential,
                               signature->sign_count};
}

/// Of the decision that it has just got.
std::string reason_of(const Approval& decided) {
    if (decided.decision()) return decided.decision()->reason;
    return decided.votes().empty() ? std::string{} : decided.votes().back().reason;
}

/// A value that was registered since the reason was typed is not in the record: a signature over the reason
/// could never be proven.
bool tells(const journal::JournalEntry& record, const std::string& reason) {
    const auto body = protocol::parse(record.body.text());
    return body && (!body->contains("reason") || protocol::text_in(*body, "reason") == reason);
}

Error holds_a_value() {
    return {
        Errc::refused,
        "The reason holds the value of an access token, so what the passkey signed cannot be kept. Nothing "
        "was decided. Give another reason."};
}

using StoredAndEnded = std::pair<std::optional<Approval>, bool>;

/// And whether its caller has ended before it began: see Ledger::caller_has_ended(). A value that it waits
/// for and that is lost ends it here: see Ledger::lose_value_of().
Result<StoredAndEnded> look_at(storage::Ledger& ledger, const std::string& id, const std::string& instance,
                               policy::Time now) {
    auto found = ledger.find(id);
    if (!found) return found.error();
    if (*found) {
        const auto lost = ledger.lose_value_of(**found, instance, now);
        if (!lost) return lost.error();
        if (*lost) found = ledger.find(id);
        if (!found) return found.error();
    }
    const auto& stored = *found;
    const bool may_begin =
        stored && (stored->state() == State::pending || stored->state() == State::approved);
    const auto ended =
        may_begin ? ledger.caller_has_ended(stored->call.caller.principal, now) : Result<bool>(false);
    if (!ended) return ended.error();
    return StoredAndEnded{std::move(*found), *ended};
}

storage::RequestLimits limits_of(const policy::Rules& rules) {
    return {rules.open_requests, rules.requests_per_minute};
}

}  // namespace

Approvals::Approvals(asio::io_context& loop, storage::Store& store, const CurrentGate& gate,
                     const sealing::Sealer& redaction, const Clock& clock, std::string instance)
    : loop_(loop),
      store_(store),
      gate_(gate),
      redaction_(redaction),
      clock_(clock),
      instance_(std::move(instance)) {}

void Approvals::drain() { signal_.drain(); }

Async<Result<Approvals::Opened>> Approvals::open(policy::Ask ask, policy::Facts facts,
                                                 std::string agent_reason) {
    auto fresh = gate_.now()->request(std::move(ask), std::move(facts), "apr_" + policy::random_id(),
                                      std::move(agent_reason), clock_.now());
    fresh.holder = key_in_use(fresh.call.caller);
    if (auto told = co_await tell_of_rivals(fresh); !told) co_return told.error();
    auto permissions = co_await permissions_for(fresh);
    if (!permissions) co_return permissions.error();
    auto permitted = co_await open_permitted(fresh, *permissions);
    if (!permitted) co_return permitted.error();
    if (*permitted) co_return std::move(**permitted);
    policy::tell_near_permissions(fresh, *permissions, key_in_use(fresh.call.caller), clock_.now(),
                                  redaction_);
    co_return co_await write_new(std::move(fresh), "requested");
}

Async<Result<void>> Approvals::tell_of_rivals(Approval& fresh) {
    if (!policy::same_target(fresh, fresh)) co_return Result<void>{};  // it changes no token that is there
    auto look = [now = clock_.now()](storage::Ledger& ledger) { return ledger.all_open(now); };
    auto open = co_await store_.run(std::move(look));
    if (!open) co_return open.error();
    for (const auto& each : *open) {
        const bool other = each.call.caller.principal != fresh.call.caller.principal;
        if (!other || !policy::same_target(fresh, each)) continue;
        fresh.facts.contested = true;
        fresh.facts.warnings.emplace_back(contested);
        break;
    }
    co_return Result<void>{};
}

Async<Result<Approvals::Opened>> Approvals::open_approved(Approval approval) {
    approval.holder = key_in_use(approval.call.caller);
    co_return co_await write_new(std::move(approval), "follows");
}

Async<Result<Approvals::Opened>> Approvals::write_new(Approval fresh, std::string kind) {
    auto step = storable(std::move(fresh), std::move(kind));
    if (!step) co_return step.error();
    auto work = [step = std::move(*step), limits = limits_of(gate_.now()->rules())](storage::Ledger& ledger) {
        return ledger.open_request(step.next, limits, step.record);
    };
    TFY_FAILPOINT("request.write");
    auto opened = co_await store_.run(std::move(work));
    TFY_FAILPOINT("request.written");
    if (!opened) co_return opened.error();
    ring();
    co_return Opened{std::move(opened->approval), opened->attached};
}

Async<Result<Approval>> Approvals::find(std::string id) {
    const auto now = clock_.now();
    auto work = [id, now, me = instance_](storage::Ledger& ledger) { return look_at(ledger, id, me, now); };
    auto seen = co_await store_.run(std::move(work));
    if (!seen) co_return seen.error();
    if (!seen->first) co_return no_such_approval();
    const auto stored = std::move(*seen->first);
    Result<Approval> next = policy::lapse(stored, now);
    const bool lapsed = next->state() != stored.state();
    if (!lapsed && !seen->second) co_return next;
    if (!lapsed)
        next = policy::withdraw(stored, now, std::string(storage::Ledger::its_caller_ended),
                                std::string(storage::Ledger::after_its_caller_ended));
    auto written = co_await write(stored.state(), std::move(next),
                                  lapsed ? "expired" : "withdrawn with its caller's credential");
    if (written || written.error().code != Errc::conflict) co_return written;
    co_return co_await find(stored.id);  // another viewer wrote it first
}

Async<Result<Approval>> Approvals::write(State expected, Result<Approval> next, std::string kind,
                                         std::optional<policy::Signature> signature) {
    Change change = [expected, use = use_of(signature), reason = next ? reason_of(*next) : std::string{}](
                        storage::Ledger& ledger, const policy::StoredApproval& approval,
                        const journal::JournalEntry& record) -> Result<void> {
        if (!use) return ledger.change(expected, approval, record);
        if (!tells(record, reason)) return holds_a_value();
        return ledger.change_signed(expected, approval, record, *use);
    };
    co_return co_await write(std::move(next), std::move(kind), std::move(change));
}

Async<Result<Approval>> Approvals::write(Result<Approval> next, std::string kind, Change change) {
    auto step = storable(std::move(next), std::move(kind));
    if (!step) co_return step.error();
    auto work = [change = std::move(change), step = *step](storage::Ledger& ledger) {
        return change(ledger, step.next, step.record);
    };
    const auto done = co_await store_.run(std::move(work));
    ring();
    if (!done) co_return done.error();
    ++step->next.approval.revision;
    co_return std::move(step->next.approval);
}

Result<Approvals::Step> Approvals::storable(Result<Approval> next, std::string kind) const {
    if (!next) return next.error();
    const auto redactor = redaction_.fresh();
    if (!redactor) return redactor.error();
    auto clean = journal::without_values(*next, **redactor);
    if (!clean) return clean.error();
    auto record = journal::journal_entry(std::move(kind), clean->approval, **redactor, clock_.now());
    return Step{std::move(*clean), std::move(record)};
}

Async<Result<Approval>> Approvals::approve(std::string id, policy::Human person,
                                           policy::DecisionInput choice) {
    auto current = co_await find(id);
    if (!current) co_return current.error();
    const auto seen = current->state();
    auto next = policy::approve(std::move(*current), person, choice, clock_.now(),
                                gate_.now()->rules().claim_window, redaction_);
    if (!next) co_return next.error();
    auto kind = journal::kind_of_yes(*next);
    TFY_FAILPOINT("decision.write");
    auto written = co_await write(seen, std::move(next), std::move(kind), person.signature());
    TFY_FAILPOINT("decision.written");
    co_return written;
}

Async<Result<Approval>> Approvals::deny(std::string id, policy::Human person, std::string reason) {
    auto current = co_await find(id);
    if (!current) co_return current.error();
    const auto seen = current->state();
    co_return co_await write(
        seen, policy::deny(std::move(*current), person, std::move(reason), clock_.now(), redaction_),
        "denied", person.signature());
}

Async<Result<Approval>> Approvals::narrow(std::string id, policy::Human person, std::string shown_digest,
                                          Json arguments, policy::Facts facts) {
    auto current = co_await find(id);
    if (!current) co_return current.error();
    const auto seen = current->state();
    auto planned = policy::narrow(*current, person, shown_digest, arguments, facts, clock_.now(), redaction_);
    if (!planned) co_return planned.error();
    if (auto alone = co_await asked_by_no_other(std::move(*planned)); !alone) co_return alone.error();
    // Its time may have ended during the look at the others.
    auto next = policy::narrow(std::move(*current), person, shown_digest, std::move(arguments),
                               std::move(facts), clock_.now(), redaction_);
    co_return co_await write(seen, std::move(next), "narrowed");
}

// One call is asked for by one open request: approving two would be approving it twice.
Async<Result<void>> Approvals::asked_by_no_other(Approval narrowed) {
    auto look = [now = clock_.now()](storage::Ledger& ledger) { return ledger.all_open(now); };
    auto open = co_await store_.run(std::move(look));
    if (!open) co_return open.error();
    for (const auto& each : *open) {
        if (each.id == narrowed.id || each.digest() != narrowed.digest()) continue;
        co_return Error{Errc::conflict,
                        "Another open request already asks for exactly that. Nothing was changed. Decide on "
                        "that one, or choose another change."};
    }
    co_return Result<void>{};
}

Async<Result<Approval>> Approvals::extend(std::string id, policy::Human person) {
    auto current = co_await find(id);
    if (!current) co_return current.error();
    const auto seen = current->state();
    co_return co_await write(seen, policy::extend(std::move(*current), person, clock_.now(), redaction_),
                             "extended");
}

Async<Result<Approval>> Approvals::withdraw(std::string id, std::string by) {
    auto current = co_await find(id);
    if (!current) co_return current.error();
    const auto seen = current->state();
    co_return co_await write(seen, policy::withdraw(std::move(*current), clock_.now()), "withdrawn by " + by);
}

// The key may have been replaced since a permission approved the call, or another server runs it, or its
// caller's own key is over: that is looked at in the same turn of the store.
Async<Result<std::optional<policy::Claim>>> Approvals::begin(Result<Approval> next) {
    using Begun = std::optional<policy::Claim>;
    auto step = storable(std::move(next), "executing");
    if (!step) co_return step.error();
    const auto now = key_in_use(step->next.approval.call.caller);
    const auto with = key_ ? std::optional(now) : std::nullopt;
    const auto& decision = step->next.approval.decision();
    auto work = [with, permission = decision ? decision->permission : std::string{}, now,
                 step = std::move(*step), at = clock_.now()](storage::Ledger& ledger) -> Result<Begun> {
        const auto ended = ledger.caller_has_ended(step.next.approval.call.caller.principal, at);
        if (!ended) return ended.error();
        if (*ended)
            return Error{Errc::withdrawn,
                         std::string(storage::Ledger::its_caller_ended),
                         {{"next", storage::Ledger::after_its_caller_ended}}};
        if (!permission.empty()) {
            const auto given = ledger.find_permission(permission);
            if (!given) return given.error();
            const bool same = *given && policy::same_user((*given)->holder, now) == policy::SameUser::yes;
            if (!same) return Begun{};
        }
        auto begun = ledger.begin(step.next, with, step.record);
        if (!begun) return begun.error();
        return Begun(std::move(*begun));
    };
    auto claim = co_await store_.run(std::move(work));
    ring();
    co_return claim;
}

Async<Result<std::optional<policy::KeyIdentity>>> Approvals::begun_with(std::string approval_id) {
    auto work = [approval_id](storage::Ledger& ledger) { return ledger.begun_with(approval_id); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<policy::ApprovedPermit>> Approvals::claim(Approval approval, policy::Call call) {
    if (policy::digest(call) != approval.digest())
        co_return Error{Errc::superseded,
                        "The call has changed since it was approved. Nothing was done. Call the tool again."};
    if (is_for_another_key(approval)) co_return co_await for_another_key(std::move(approval));
    TFY_FAILPOINT("claim.write");
    auto claim = co_await begin(policy::begin(approval, instance_, clock_.now()));
    TFY_FAILPOINT("claim.written");
    if (!claim) {
        if (claim.error().code == Errc::withdrawn) std::ignore = co_await find(approval.id);  // it is, now
        co_return claim.error();
    }
    if (!*claim) co_return co_await for_another_key(std::move(approval));
    const auto id = (*claim)->approval().id;
    running_.insert_or_assign(id, (*claim)->approval());
    auto permit = gate_.now()->redeem(std::move(**claim), std::move(call), clock_.now());
    if (!permit) co_await fail(id, permit.error());
    co_return permit;
}

Async<Result<Approval>> Approvals::fail(std::string id, Error why) {
    Json outcome = {{"text", why.message},
                    {"structured", {{"status", protocol::name(why.code)}, {"approval_id", id}}},
                    {"isError", true}};
    co_return co_await finish(std::move(id), State::failed, std::move(outcome));
}

Async<Result<Approvals::Waited>> Approvals::wait(std::string id, State seen, policy::Time until) {
    auto woken = Woken::changed;
    for (;;) {
        const auto seen_revision = revision();
        // However it was woken, the row is read again: a decision counts also when the server stops.
        auto current = co_await find(id);
        if (!current) co_return current.error();
        if (current->state() != seen) co_return Waited{std::move(*current), Woken::changed};
        const auto now = clock_.now();
        if (woken == Woken::draining) co_return Waited{std::move(*current), Woken::draining};
        if (now >= until) co_return Waited{std::move(*current), Woken::timed_out};
        const bool may_lapse = seen == State::pending || seen == State::approved;
        const auto end = may_lapse ? std::min(until, current->expires) : until;
        woken = co_await wait_revision(seen_revision, std::max(end - now, policy::Duration{1}));
    }
}

Async<Woken> Approvals::wait_revision(std::uint64_t seen, std::chrono::milliseconds limit) {
    ++waiting_;
    const std::unique_ptr<std::size_t, void (*)(std::size_t*)> leave(&waiting_,
                                                                     [](std::size_t* count) { --*count; });
    const bool waits = !draining() && revision() == seen;
    if (waits && !watching_) {
        watching_ = true;
        asio::co_spawn(loop_, watch_ledger(), asio::detached);
    }
    co_return co_await signal_.wait(seen, limit);
}

// Another process (the command line, a second server) writes to the same file, or a request goes with the
// grant or the key that it rested on; the ledger's version tells both. What was seen stays when no one waits
// for a moment.
Async<void> Approvals::watch_ledger() {
    auto woken = Woken::timed_out;
    while (waiting_ > 0 && woken != Woken::draining) {
        const auto version =
            co_await store_.run([](storage::Ledger& ledger) { return ledger.data_version(); });
        if (version && seen_ && *version != *seen_) ring();
        if (version) seen_ = *version;
        woken = co_await signal_.pause(poll_interval);
    }
    watching_ = false;
}

}  // namespace tfy::approvals
