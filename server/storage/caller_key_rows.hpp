// How a caller's key is read from its row: by the ledger, and by a reader beside it.
#pragma once

#include "server/storage/caller_key.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {

constexpr auto all_caller_keys =
    "SELECT id, hash, person, label, may_request, created, until, revoked, used FROM caller_keys "
    "ORDER BY created, id";
constexpr auto caller_key_by_id =
    "SELECT id, hash, person, label, may_request, created, until, revoked, used FROM caller_keys "
    "WHERE id = ?";

inline Result<CallerKey> read_caller_key(SQLite::Statement& row) {
    return CallerKey{.id = row.getColumn(0).getString(),
                     .hash = row.getColumn(1).getString(),
                     .person = row.getColumn(2).getString(),
                     .label = row.getColumn(3).getString(),
                     .may_request = row.getColumn(4).getInt() == 1,
                     .created = sqlite::read_time(row.getColumn(5)),
                     .until = sqlite::read_time(row.getColumn(6)),
                     .revoked = sqlite::read_time_or_none(row.getColumn(7)),
                     .used = sqlite::read_time_or_none(row.getColumn(8))};
}

}  // namespace tfy::storage
