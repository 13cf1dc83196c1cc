// A second hand in a database: what a test needs in order to damage it.
#pragma once

#include <sqlite3.h>

#include <filesystem>

namespace tfy::fakes {

/// Runs the statements on a connection of its own; SQLite's primary result code.
inline int run_sql(const std::filesystem::path& file, const char* sql) {
    sqlite3* database = nullptr;
    int code = sqlite3_open_v2(file.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr);
    if (code == SQLITE_OK) code = sqlite3_exec(database, sql, nullptr, nullptr, nullptr);
    sqlite3_close(database);
    return code & 0xff;
}

}  // namespace tfy::fakes
