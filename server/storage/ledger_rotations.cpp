// Rotations: an old token is reserved before its successor is made; a row may only come from an order, moves
// with the reveal of its value in one transaction, and is changed by compare-and-set.
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

using Lent = sqlite::Statements::Lent;
using access_tokens::Rotation;

/// `which`: the clauses after FROM.
std::string rotations(const char* which) {
    return std::string(
               "SELECT id, approval_id, state, because, plan, new_id, due, reveal_id, principal, instance, "
               "tries, next, created, revision, base_url FROM rotations ") +
           which;
}

const char* const where_id = "WHERE id = ?";
const char* const by_approval = "WHERE approval_id = ?";
const char* const by_reveal = "WHERE reveal_id = ? AND state = 'waiting'";
const char* const open_ones = "WHERE state IN ('waiting', 'due', 'deleting') ORDER BY created, id";

constexpr const char* find_reserved =
    "SELECT approval_id, instance FROM rotation_reservations WHERE base_url = ? AND old_id = ?";
constexpr const char* free_reserved = "DELETE FROM rotation_reservations WHERE approval_id = ?";

constexpr const char* compare_and_set =
    "UPDATE rotations SET state = ?, because = ?, due = CASE ? WHEN 1 THEN ? END, instance = ?, tries = ?, "
    "next = ?, revision = revision + 1 WHERE id = ? AND revision = ?";

Result<RotationRow> read_rotation(SQLite::Statement& row) {
    const auto id = row.getColumn(0).getString();
    const auto stored = protocol::parse(row.getColumn(4).getString());
    const auto state = access_tokens::read_rotation_state(row.getColumn(2).getString());
    const auto because = access_tokens::read_kept(row.getColumn(3).getString());
    auto plan = access_tokens::RotationPlan::read(stored ? *stored : Json(nullptr));
    if (!plan || !state || !because) return sqlite::damaged("a rotation (" + id + ")");
    RotationRow read{.rotation = {.id = id,
                                  .approval_id = row.getColumn(1).getString(),
                                  .state = *state,
                                  .because = *because,
                                  .plan = std::move(*plan),
                                  .new_id = row.getColumn(5).getString()},
                     .reveal_id = row.getColumn(7).getString(),
                     .principal = row.getColumn(8).getString(),
                     .base_url = row.getColumn(14).getString(),
                     .instance = row.getColumn(9).getString(),
                     .tries = row.getColumn(10).getInt(),
                     .next = sqlite::read_time(row.getColumn(11)),
                     .created = sqlite::read_time(row.getColumn(12)),
                     .revision = row.getColumn(13).getInt64()};
    if (!row.getColumn(6).isNull()) read.rotation.due = sqlite::read_time(row.getColumn(6));
    return read;
}

Result<std::optional<RotationRow>> read_one(Lent row, const std::string& key) {
    SQLite::bind(row, key);
    return sqlite::first(row, read_rotation);
}

Result<std::vector<RotationRow>> read_all(Lent rows) { return sqlite::all(rows, read_rotation); }

Result<void> insert(SQLite::Statement& row, const RotationRow& fresh) {
    const auto& rotation = fresh.rotation;
    SQLite::bind(row, rotation.id, rotation.approval_id, fresh.base_url, rotation.plan.json().dump(),
                 rotation.new_id, fresh.reveal_id, fresh.principal, fresh.instance,
                 sqlite::stored(fresh.created));
    if (row.exec() == 1) return {};
    return Error{Errc::conflict, "This approval has its rotation already; nothing was changed."};
}

Result<void> update(Lent row, const RotationRow& next) {
    const auto& rotation = next.rotation;
    const auto due = rotation.due.value_or(policy::Time{});
    SQLite::bind(row, std::string(access_tokens::to_string(rotation.state)),
                 std::string(access_tokens::to_string(rotation.because)), rotation.due ? 1 : 0,
                 sqlite::stored(due), next.instance, next.tries, sqlite::stored(next.next), rotation.id,
                 next.revision);
    if (row.exec() == 1) return {};
    return Error{Errc::conflict, "This rotation has changed in the meantime. Nothing was changed."};
}

void release(Lent row, const std::string& approval_id) {
    SQLite::bind(row, approval_id);
    row.exec();
}

std::optional<RotationReservation> reserved(Lent row, const RotationReservation& wanted) {
    SQLite::bind(row, wanted.base_url, wanted.old_id);
    if (!row.executeStep()) return std::nullopt;
    return RotationReservation{.base_url = wanted.base_url,
                               .old_id = wanted.old_id,
                               .approval_id = row.getColumn(0).getString(),
                               .instance = row.getColumn(1).getString()};
}

Error taken(const std::string& how) {
    return {Errc::conflict,
            "This token is being rotated already. " + how + " Nothing was created or deleted by this call."};
}

/// If it is after its value left (or never will).
RotationRow after_reveal(RotationRow row, RevealRow::State ended, policy::Time at) {
    using Kept = Rotation::Kept;
    if (ended == RevealRow::State::claimed) {
        row.rotation.state = Rotation::State::due;
        row.rotation.due = at + row.rotation.plan.grace();
        row.next = *row.rotation.due;
        return row;
    }
    row.rotation.state = Rotation::State::kept;
    row.rotation.because = ended == RevealRow::State::lapsed ? Kept::value_lapsed : Kept::value_lost;
    return row;
}

}  // namespace

Result<void> Ledger::Impl::follow_reveal(const std::string& reveal_id, RevealRow::State ended,
                                         policy::Time at) {
    auto waiting = read_one(prepare(rotations(by_reveal).c_str()), reveal_id);
    if (!waiting) return waiting.error();
    if (!*waiting) return {};
    const auto next = after_reveal(std::move(**waiting), ended, at);
    if (auto written = update(prepare(compare_and_set), next); !written) return written;
    const auto& rotation = next.rotation;
    const bool kept = rotation.state == Rotation::State::kept;
    Json body = {{"rotation_id", rotation.id}};
    if (kept)
        body["because"] = access_tokens::to_string(rotation.because);
    else
        body["due"] = policy::format_time(*rotation.due);
    return append(at, kept ? "rotation_kept" : "rotation_due", rotation.approval_id, std::move(body));
}

Result<void> Ledger::reserve_rotation(const RotationReservation& wanted, const StillStands& stands,
                                      const policy::Seals& seal) {
    return impl_->write([&]() -> Result<void> {
        const auto open = read_all(impl_->prepare(rotations(open_ones).c_str()));
        if (!open) return open.error();
        for (const auto& row : *open)
            if (row.is_of(wanted.base_url, wanted.old_id))
                return taken(access_tokens::describe(row.rotation, seal));
        const auto other = reserved(impl_->prepare(find_reserved), wanted);
        if (other && other->approval_id != wanted.approval_id && stands(*other))
            return taken("Its successor is being made under the approval " + other->approval_id + ".");
        impl_->run(
            "INSERT OR REPLACE INTO rotation_reservations (base_url, old_id, approval_id, instance) VALUES "
            "(?, ?, ?, ?)",
            wanted.base_url, wanted.old_id, wanted.approval_id, wanted.instance);
        return {};
    });
}

Result<void> Ledger::release_rotation(const std::string& approval_id) {
    return impl_->write([&]() -> Result<void> {
        release(impl_->prepare(free_reserved), approval_id);
        return {};
    });
}

// The value may have been claimed, or its time may have run out, before the row was there.
Result<RotationRow> Ledger::begin_rotation(const access_tokens::RotationOrder& order,
                                           const RotationStart& start, const journal::JournalEntry& entry) {
    const auto fresh = first_row(order, start);
    return impl_->write([&]() -> Result<RotationRow> {
        auto statement = impl_->prepare(
            "INSERT INTO rotations (id, approval_id, state, because, base_url, plan, new_id, reveal_id, "
            "principal, instance, tries, next, created, revision) VALUES (?, ?, 'waiting', '', ?, ?, ?, ?, "
            "?, ?, 0, 0, ?, 0) ON CONFLICT DO NOTHING");
        if (auto written = insert(statement, fresh); !written) return written.error();
        release(impl_->prepare(free_reserved), order.approval_id());
        if (auto written = impl_->append(entry); !written) return written.error();
        const auto reveal = find_reveal(fresh.reveal_id);
        if (!reveal) return reveal.error();
        if (*reveal && (*reveal)->state != RevealRow::State::held)
            if (auto gone = impl_->follow_reveal(fresh.reveal_id, (*reveal)->state, start.at); !gone)
                return gone.error();
        auto written = read_one(impl_->prepare(rotations(where_id).c_str()), start.id);
        if (!written) return written.error();
        return std::move(written->value());
    });
}

Result<std::optional<RotationRow>> Ledger::find_rotation(const std::string& id) {
    return sqlite::read([&] { return read_one(impl_->prepare(rotations(where_id).c_str()), id); });
}

Result<std::optional<RotationRow>> Ledger::find_rotation_of(const std::string& approval_id) {
    return sqlite::read(
        [&] { return read_one(impl_->prepare(rotations(by_approval).c_str()), approval_id); });
}

Result<std::vector<RotationRow>> Ledger::open_rotations() {
    return sqlite::read([&] { return read_all(impl_->prepare(rotations(open_ones).c_str())); });
}

Result<void> Ledger::change_rotation(const RotationRow& next, const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        if (auto written = update(impl_->prepare(compare_and_set), next); !written) return written;
        if (auto told = impl_->append(entry); !told) return told;
        if (next.rotation.state != Rotation::State::done) return {};
        const auto old = policy::token_key(next.rotation.plan.old_id());
        const auto cannot_run = [&](const policy::Approval& open) {
            return open.call.base_url == next.base_url && policy::waits_for(open, old);
        };
        return impl_->supersede_where({old}, cannot_run, "Its token was deleted at the end of a rotation.",
                                      next.rotation.id, entry.at);
    });
}

}  // namespace tfy::storage
