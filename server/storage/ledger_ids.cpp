// Finding an id by its beginning, as people type it.
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

// All characters of an id sort before '~'.
const char* query_for(std::string_view beginning) {
    if (beginning.starts_with("rot_"))
        return "SELECT id FROM rotations WHERE id >= ?1 AND id < ?1 || '~' ORDER BY created DESC, id LIMIT "
               "?2";
    if (beginning.starts_with("per_"))
        return "SELECT id FROM standing_permissions WHERE id >= ?1 AND id < ?1 || '~' ORDER BY number DESC "
               "LIMIT ?2";
    return "SELECT id FROM approvals WHERE id >= ?1 AND id < ?1 || '~' ORDER BY created DESC, number DESC "
           "LIMIT ?2";
}

}  // namespace

Result<std::vector<std::string>> Ledger::ids_beginning(const std::string& beginning, std::size_t limit) {
    return sqlite::read([&]() -> Result<std::vector<std::string>> {
        auto rows = impl_->prepare(query_for(beginning));
        SQLite::bind(rows, beginning, static_cast<std::int64_t>(limit));
        return sqlite::all(
            rows, [](SQLite::Statement& row) -> Result<std::string> { return row.getColumn(0).getString(); });
    });
}

}  // namespace tfy::storage
