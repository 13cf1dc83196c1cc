// Each step is written by compare-and-set before it is taken; every DELETE comes after a fresh look at the
// token.
#include "server/rotations/rotation_desk.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "policy/sealed_state.hpp"
#include "server/rotations/rotation_records.hpp"
#include "server/storage/state_dir.hpp"
#include "tools/access_tokens/deletion.hpp"

namespace tfy::rotations {
namespace {

namespace asio = boost::asio;
using access_tokens::Rotation;
using truefoundry::TokenId;
using RotationState = Rotation::State;
using Kept = Rotation::Kept;

constexpr int most_tries = 3;
constexpr std::chrono::hours longest_outage{24};  // after which it is not tried any more
constexpr policy::Duration patience = std::chrono::minutes{1};
constexpr policy::Duration longest_retry_pause = std::chrono::hours{1};

}  // namespace

RotationDesk::RotationDesk(Rooms rooms, std::string instance, std::filesystem::path state_dir,
                           tools::BaseUrl base_url)
    : deps_(rooms),
      instance_(std::move(instance)),
      state_dir_(std::move(state_dir)),
      base_url_(std::move(base_url)) {}

// What this process has reserved and no longer knows of, since it could not be released, does not stand; nor
// does what a process reserved that ended.
Async<Result<void>> RotationDesk::reserve(std::string approval_id, std::string old_id) {
    reserving_.insert(approval_id);
    const auto stands = [me = instance_, mine = reserving_, state = state_dir_](const auto& other) {
        return other.instance == me ? mine.contains(other.approval_id)
                                    : storage::alive(state, other.instance);
    };
    const storage::RotationReservation wanted{base_url_.now(), std::move(old_id), approval_id, instance_};
    auto work = [wanted, stands, &seal = deps_.redaction](storage::Ledger& ledger) {
        return ledger.reserve_rotation(wanted, stands, seal);
    };
    auto reserved = co_await deps_.store.run(std::move(work));
    if (!reserved) reserving_.erase(approval_id);
    co_return reserved;
}

Async<void> RotationDesk::release(std::string approval_id) {
    reserving_.erase(approval_id);
    auto work = [approval_id](storage::Ledger& ledger) { return ledger.release_rotation(approval_id); };
    const auto released = co_await deps_.store.run(std::move(work));
    if (!released)
        deps_.log.warn("the end of a rotation's reservation could not be written down",
                       {{"approval", approval_id}, {"why", released.error().message}});
}

Async<Result<Rotation>> RotationDesk::begin(access_tokens::RotationOrder order,
                                            access_tokens::Successor made) {
    const storage::RotationStart start{"rot_" + policy::random_id(), std::move(made), instance_,
                                       deps_.clock.now()};
    const auto fresh = storage::first_row(order, start);
    auto entry = rotation_entry("rotation_begun", fresh, *deps_.redaction.now(), start.at);
    const auto shared = std::make_shared<const access_tokens::RotationOrder>(std::move(order));
    auto work = [shared, start, entry](storage::Ledger& ledger) {
        return ledger.begin_rotation(*shared, start, entry);
    };
    auto row = co_await deps_.store.run(std::move(work));
    reserving_.erase(fresh.rotation.approval_id);
    if (!row) co_return row.error();
    look_again();  // its value may have been claimed before the row was there
    co_return with_page(std::move(*row));
}

Rotation RotationDesk::with_page(storage::RotationRow row) const {
    row.rotation.page = page_();
    return std::move(row.rotation);
}

Async<Result<std::optional<Rotation>>> RotationDesk::under_way(std::string old_id) {
    auto rows = co_await deps_.store.run([](storage::Ledger& ledger) { return ledger.open_rotations(); });
    if (!rows) co_return rows.error();
    for (auto& row : *rows)
        if (row.is_of(base_url_.now(), old_id)) co_return std::optional(with_page(std::move(row)));
    co_return std::optional<Rotation>{};
}

Async<Result<std::optional<Rotation>>> RotationDesk::of(std::string approval_id) {
    auto work = [approval_id](storage::Ledger& ledger) { return ledger.find_rotation_of(approval_id); };
    auto row = co_await deps_.store.run(std::move(work));
    if (!row) co_return row.error();
    if (!*row) co_return std::optional<Rotation>{};
    co_return std::optional(with_page(std::move(**row)));
}

Async<Result<std::vector<Rotation>>> RotationDesk::list() {
    auto rows = co_await deps_.store.run([](storage::Ledger& ledger) { return ledger.open_rotations(); });
    if (!rows) co_return rows.error();
    std::vector<Rotation> all;
    for (auto& row : *rows) all.push_back(std::move(row.rotation));
    co_return all;
}

Async<Result<Rotation>> RotationDesk::keep(std::string id, policy::Human person) {
    auto work = [id, person, redactor = deps_.redaction.now(), now = deps_.clock.now()](
                    storage::Ledger& ledger) { return keep_rotation(ledger, id, person, *redactor, now); };
    auto kept = co_await deps_.store.run(std::move(work));
    if (kept) changed_();
    co_return kept;
}

void RotationDesk::start() { asio::co_spawn(deps_.loop, keep_looking(), asio::detached); }

// Whatever goes wrong with one look, the next one comes.
Async<void> RotationDesk::keep_looking() {
    for (auto woken = loop::Woken::changed; woken != loop::Woken::draining;) {
        const auto seen = again_.revision();
        auto pause = patience;
        try {
            co_await look();
            pause = co_await until_next();
        } catch (const std::exception& bug) {
            deps_.log.error("looking after rotations failed", {{"what", bug.what()}});
        }
        woken = co_await again_.wait(seen, pause);
    }
}

// What is due and could not be written down stays due: without a pause, TrueFoundry would be asked for the
// list as fast as it answers.
Async<policy::Duration> RotationDesk::until_next() {
    auto rows = co_await deps_.store.run([](storage::Ledger& ledger) { return ledger.open_rotations(); });
    const auto now = deps_.clock.now();
    auto pause = patience;
    if (!rows || unwritten_) co_return pause;
    for (const auto& row : *rows)
        if (row.rotation.state == RotationState::due && is_for_me(row))
            pause = std::min(pause, std::max(row.next - now, policy::Duration{1}));
    co_return pause;
}

Async<void> RotationDesk::look() {
    unwritten_ = false;
    auto rows = co_await deps_.store.run([](storage::Ledger& ledger) { return ledger.open_rotations(); });
    if (!rows) {
        deps_.log.warn("rotations could not be checked", {{"why", rows.error().message}});
        co_return;
    }
    for (auto& row : *rows)
        if (!again_.draining()) co_await attend(std::move(row));
}

bool RotationDesk::is_for_me(const storage::RotationRow& row) const {
    if (row.base_url != base_url_.now()) return false;
    return row.instance == instance_ || !storage::alive(state_dir_, row.instance);
}

// A process that lives looks after its own.
Async<void> RotationDesk::attend(storage::RotationRow row) {
    if (!is_for_me(row)) co_return;
    const bool mine = row.instance == instance_;
    switch (row.rotation.state) {
        case RotationState::waiting: co_return co_await end_reveal(std::move(row), mine);
        case RotationState::due:
            if (deps_.clock.now() < row.next) co_return;
            co_return co_await carry_out(std::move(row));
        case RotationState::deleting: co_return co_await carry_out(std::move(row));
        case RotationState::done:
        case RotationState::kept: break;
    }
}

// The value of a process that ended is lost; that of this one lapses, should its own timer not have said so.
// The rotation follows in the same transaction.
Async<void> RotationDesk::end_reveal(storage::RotationRow row, bool mine) {
    const auto now = deps_.clock.now();
    const auto kind = mine ? "reveal_lapsed" : "reveal_lost";
    const journal::JournalEntry entry{kind, row.reveal_id, deps_.redaction.seal(Json::object()), now};
    auto work = [id = row.reveal_id, mine, now, entry](storage::Ledger& ledger) -> Result<void> {
        const auto reveal = ledger.find_reveal(id);
        if (!reveal) return reveal.error();
        if (mine && *reveal && (*reveal)->until > now) return {};
        return ledger.end_reveal(
            id, mine ? storage::RevealRow::State::lapsed : storage::RevealRow::State::lost, entry);
    };
    const auto ended = co_await deps_.store.run(std::move(work));
    if (ended) changed_();
    if (!ended && ended.error().code != Errc::conflict) warn_unwritten(row.rotation, ended.error());
}

Async<void> RotationDesk::carry_out(storage::RotationRow row) {
    auto id = TokenId::read(row.rotation.plan.old_id());
    if (!id) co_return co_await leave(std::move(row), Kept::refused);
    const auto asker = co_await asker_of(row);
    if (!asker) co_return co_await put_off(std::move(row), asker.error());
    auto api = deps_.clients.of(*asker);
    const auto old = co_await api.find(*id);
    if (!old && old.error().code != Errc::not_found) co_return co_await put_off(std::move(row), old.error());
    if (!old) {
        const auto sees = co_await sees_its_tokens(row, *asker);
        if (!sees) co_return co_await put_off(std::move(row), sees.error());
        co_return co_await finish(std::move(row), *asker);
    }
    if (access_tokens::target_of(*old) != row.rotation.plan.old)
        co_return co_await leave(std::move(row), Kept::old_changed);
    if (row.tries >= most_tries) co_return co_await leave(std::move(row), Kept::refused);

    row.rotation.state = RotationState::deleting;
    row.instance = instance_;
    ++row.tries;
    auto begun = co_await write(std::move(row), "rotation_deleting");
    if (!begun) co_return;  // kept meanwhile, taken up elsewhere, or it cannot be written down
    const auto removed = co_await access_tokens::delete_once(api, *id);
    if (removed || removed.error().code == Errc::not_found)
        co_return co_await finish(std::move(*begun), *asker);
    co_await put_off(std::move(*begun), removed.error());
}

// A rotation runs under an approval, and with it is who asked, and by whose key it was begun.
Async<Result<policy::Caller>> RotationDesk::asker_of(storage::RotationRow row) {
    auto work = [id = row.rotation.approval_id](storage::Ledger& ledger) { return ledger.find(id); };
    auto approval = co_await deps_.store.run(std::move(work));
    if (!approval) co_return approval.error();
    if (!*approval) co_return policy::Caller{.principal = std::move(row.principal)};
    auto asker = std::move((*approval)->call.caller);
    asker.trace = {};
    co_return asker;
}

Async<Result<void>> RotationDesk::sees_its_tokens(storage::RotationRow row, policy::Caller asker) {
    if (!keys_) co_return Result<void>{};
    auto work = [id = row.rotation.approval_id](storage::Ledger& ledger) { return ledger.begun_with(id); };
    const auto begun = co_await deps_.store.run(std::move(work));
    if (!begun) co_return begun.error();
    if (!*begun) co_return Result<void>{};
    const auto holder = keys_(asker);
    auto sees = co_await holder->sees_tokens_of(**begun);
    if (!sees) sees = Error{Errc::upstream, "The old token is not listed, but " + sees.error().message};
    co_return sees;
}

// It stays due, and is looked at again: soon at first, then ever less often, for a day.
Async<void> RotationDesk::put_off(storage::RotationRow row, Error why) {
    const auto now = deps_.clock.now();
    const auto late = now - row.rotation.due.value_or(now);
    deps_.log.warn("an old token was not deleted yet", {{"rotation", row.rotation.id}, {"why", why.message}});
    if (late >= longest_outage) co_return co_await leave(std::move(row), Kept::unreachable);
    row.rotation.state = RotationState::due;
    row.instance = instance_;
    row.next = now + std::clamp(policy::Duration{late / 2}, patience, longest_retry_pause);
    co_await write(std::move(row), "rotation_put_off");
}

// Who never set out to delete it did not.
Async<void> RotationDesk::finish(storage::RotationRow row, policy::Caller asker) {
    if (row.tries == 0) row.rotation.because = Kept::gone_already;
    row.rotation.state = RotationState::done;
    const auto done = co_await write(std::move(row), "rotation_done");
    if (done) tell_(done->rotation.plan.old_id(), asker);
}

Async<void> RotationDesk::leave(storage::RotationRow row, Kept because) {
    row.rotation.state = RotationState::kept;
    row.rotation.because = because;
    co_await write(std::move(row), "rotation_kept");
}

Async<Result<storage::RotationRow>> RotationDesk::write(storage::RotationRow row, std::string kind) {
    const auto entry = rotation_entry(std::move(kind), row, *deps_.redaction.now(), deps_.clock.now());
    auto work = [row, entry](storage::Ledger& ledger) { return ledger.change_rotation(row, entry); };
    const auto written = co_await deps_.store.run(std::move(work));
    if (!written) {
        if (written.error().code != Errc::conflict) warn_unwritten(row.rotation, written.error());
        co_return written.error();
    }
    ++row.revision;
    changed_();
    co_return row;
}

void RotationDesk::warn_unwritten(const Rotation& rotation, const Error& why) {
    unwritten_ = true;
    deps_.log.warn("a step of a rotation could not be written down, so it was not taken",
                   {{"rotation", rotation.id}, {"why", why.message}});
}

}  // namespace tfy::rotations
