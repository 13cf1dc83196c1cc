// The wal-index begins with two copies of its head, so that a reader sees whether it has read a whole one: a
// writer writes the second copy first (sqlite.org/walformat.html). SQLite gives its own mapping: the -shm
// file must not be opened beside it, since closing it would drop the locks that this process has on it.
#include "server/storage/commit_stamp.hpp"

#include <sqlite3.h>

#include <atomic>

namespace tfy::storage {
namespace {

constexpr int region_size = 32'768;     // of the wal-index, as SQLite maps it
constexpr std::size_t commits = 2;      // the word that counts them
constexpr std::size_t initialised = 3;  // the word that holds isInit

CommitStamp copy_from(std::uint32_t* words) {
    CommitStamp stamp;
    for (std::size_t i = 0; i < stamp.size(); ++i)
        stamp[i] = std::atomic_ref(words[i]).load(std::memory_order_acquire);
    return stamp;
}

}  // namespace

CommitStamps::CommitStamps(SQLite::Database& database) {
    sqlite3_file* file = nullptr;
    const int asked = sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (asked == SQLITE_OK) file_ = file;
}

std::optional<CommitStamp> CommitStamps::last() const {
    if (file_ == nullptr || file_->pMethods == nullptr) return std::nullopt;
    if (file_->pMethods->iVersion < 2 || file_->pMethods->xShmMap == nullptr) return std::nullopt;
    void volatile* region = nullptr;
    if (file_->pMethods->xShmMap(file_, 0, region_size, 0, &region) != SQLITE_OK || region == nullptr)
        return std::nullopt;
    auto* words = static_cast<std::uint32_t*>(const_cast<void*>(region));
    const auto first = copy_from(words);
    const auto second = copy_from(words + first.size());
    if (first != second || (first[initialised] & 0xffU) == 0) return std::nullopt;
    return first;
}

bool follows(const CommitStamp& later, const CommitStamp& earlier) {
    return later[commits] == earlier[commits] + 1;
}

}  // namespace tfy::storage
