// Reveals: which process holds which value, and that each one is claimed once at the most.
#include <array>

#include "server/storage/ledger_impl.hpp"
#include "server/storage/state_dir.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/offer.hpp"

namespace tfy::storage {
namespace {

using State = RevealRow::State;

constexpr std::array<std::pair<State, const char*>, 4> names = {
    {{State::held, "held"}, {State::claimed, "claimed"}, {State::lapsed, "lapsed"}, {State::lost, "lost"}}};

std::string name_of(State state) {
    for (const auto& [each, name] : names)
        if (each == state) return name;
    return "lost";
}

State state_of(const std::string& text) {
    for (const auto& [state, name] : names)
        if (text == name) return state;
    return State::lost;  // the table's CHECK lets nothing else in
}

const char* why_none_is_shown(State ended) {
    switch (ended) {
        case State::lost: return "The server that held its value has ended, so the value is lost.";
        case State::lapsed: return "No one viewed its value in time, so it is lost.";
        case State::held:
        case State::claimed: break;
    }
    return "Its value was shown, and is shown once.";
}

/// What is to be done when the value of this token was asked for and cannot be shown any more.
std::string without_value(State ended, const std::optional<RevealRow>& row) {
    const auto token = row ? "the token \"" + row->token_name + "\"" : std::string("the token");
    const auto anew =
        " " + token + tools::by_tool_or_there(access_tokens::delete_tool) + " and create a new one.";
    return ended == State::claimed ? "If it was not saved, delete" + anew : "Delete" + anew;
}

constexpr const char* by_id =
    "SELECT id, token_name, token_id, principal, instance, state, created, until FROM reveals WHERE id = ?";
constexpr const char* by_state =
    "SELECT id, token_name, token_id, principal, instance, state, created, until FROM reveals WHERE state = "
    "? ORDER BY created, id";

RevealRow read_row(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getString(),
            .token_name = row.getColumn(1).getString(),
            .token_id = row.getColumn(2).getString(),
            .principal = row.getColumn(3).getString(),
            .instance = row.getColumn(4).getString(),
            .state = state_of(row.getColumn(5).getString()),
            .created = sqlite::read_time(row.getColumn(6)),
            .until = sqlite::read_time(row.getColumn(7))};
}

}  // namespace

void Ledger::Impl::add_reveal(const RevealRow& row) {
    run("INSERT INTO reveals (id, state, token_name, token_id, principal, instance, created, until) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        row.id, name_of(row.state), row.token_name, row.token_id, row.principal, row.instance,
        sqlite::stored(row.created), sqlite::stored(row.until));
}

Result<void> Ledger::add_reveal(const RevealRow& row) {
    return impl_->write([&]() -> Result<void> {
        impl_->add_reveal(row);
        return {};
    });
}

Result<void> Ledger::hold_value(const redaction::TokenFingerprints& token, const RevealRow& row) {
    return impl_->write([&]() -> Result<void> {
        impl_->add_fingerprints(token);
        impl_->add_reveal(row);
        return {};
    });
}

Result<std::optional<RevealRow>> Ledger::find_reveal(const std::string& id) {
    return sqlite::read([&]() -> Result<std::optional<RevealRow>> { return impl_->find_reveal(id); });
}

std::optional<RevealRow> Ledger::Impl::find_reveal(const std::string& id) {
    auto row = prepare(by_id);
    row.bind(1, id);
    if (!row.executeStep()) return std::nullopt;
    return read_row(row);
}

Result<void> Ledger::end_reveal(const std::string& id, RevealRow::State next,
                                const journal::JournalEntry& entry) {
    return impl_->write([&]() -> Result<void> {
        if (impl_->run("UPDATE reveals SET state = ? WHERE id = ? AND state = 'held'", name_of(next), id) !=
            1)
            return Error{Errc::conflict,
                         "This value is no longer held: it was shown, or its time is over. Nothing was "
                         "shown by this."};
        if (auto told = impl_->append(entry); !told) return told;
        return impl_->end_what_needs_value(id, next, entry.at);
    });
}

Result<void> Ledger::Impl::end_what_needs_value(const std::string& reveal_id, State ended, policy::Time at) {
    if (auto followed = follow_reveal(reveal_id, ended, at); !followed) return followed;
    const auto cannot_run = [&](const policy::Approval& open) {
        return policy::waits_for(open, policy::value_key(reveal_id));
    };
    return supersede_where({policy::value_key(reveal_id)}, cannot_run, why_none_is_shown(ended), reveal_id,
                           at, without_value(ended, find_reveal(reveal_id)));
}

// The row of a process that ended stays "held". A database in memory has no other process.
Result<bool> Ledger::lose_value_of(const policy::Approval& open, const std::string& instance,
                                   policy::Time now) {
    const auto prefix = policy::value_key("");
    if (impl_->file.empty()) return false;
    bool lost = false;
    for (const auto& need : open.facts.needs) {
        if (!need.starts_with(prefix) || !policy::waits_for(open, need)) continue;
        const auto row = find_reveal(need.substr(prefix.size()));
        if (!row) return row.error();
        if (!*row || (*row)->state != State::held) continue;
        if ((*row)->instance == instance || alive(state_dir(), (*row)->instance)) continue;
        const auto& id = (*row)->id;
        const auto written = impl_->write([&]() -> Result<void> {
            if (impl_->run("UPDATE reveals SET state = 'lost' WHERE id = ? AND state = 'held'", id) != 1)
                return {};
            ++impl_->gone_with;
            if (auto told = impl_->append(now, "reveal_lost", id, Json::object()); !told) return told;
            return impl_->end_what_needs_value(id, State::lost, now);
        });
        if (!written) return written.error();
        lost = true;
    }
    return lost;
}

Result<void> Ledger::lose_values_asked_for(const std::string& instance, policy::Time now) {
    const auto open = all_open(now);
    if (!open) return open.error();
    for (const auto& each : *open)
        if (const auto lost = lose_value_of(each, instance, now); !lost) return lost.error();
    return {};
}

Result<std::vector<RevealRow>> Ledger::reveals(RevealRow::State state) {
    return sqlite::read([&]() -> Result<std::vector<RevealRow>> {
        auto rows = impl_->prepare(by_state);
        rows.bind(1, name_of(state));
        std::vector<RevealRow> found;
        while (rows.executeStep()) found.push_back(read_row(rows));
        return found;
    });
}

}  // namespace tfy::storage
