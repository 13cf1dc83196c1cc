// ceiling_sqlite DIR SECONDS GROUP: what SQLite and the disk allow. A create is five steps, as the server
// takes them: each writes a row of 2.5 kB, a journal record of 400 bytes and the journal's head. GROUP
// creates go through each step in one commit, synchronous=FULL, statements kept. Prints JSON: creates a
// second, and how long the disk takes for an fdatasync of 8 kB (median).
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int steps = 5;
constexpr auto tables = R"sql(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
CREATE TABLE approvals (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT, record TEXT);
CREATE TABLE journal (sequence INTEGER PRIMARY KEY, kind TEXT, body TEXT, hash TEXT);
CREATE TABLE head (one INTEGER PRIMARY KEY, sequence INTEGER, hash TEXT);
)sql";

[[noreturn]] void fail(const char* what) {
    std::fprintf(stderr, "ceiling_sqlite: %s\n", what);
    std::exit(1);
}

class Database {
public:
    explicit Database(const std::string& file) {
        constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
        if (sqlite3_open_v2(file.c_str(), &database_, flags, nullptr) != SQLITE_OK) fail("no database");
        run(tables);
        insert_ = prepare("INSERT INTO approvals (id, state, record) VALUES (?1, ?2, ?3)");
        update_ = prepare("UPDATE approvals SET state = ?2, record = ?3 WHERE id = ?1");
        append_ = prepare("INSERT INTO journal (kind, body, hash) VALUES (?2, ?3, ?1)");
        move_ = prepare("INSERT OR REPLACE INTO head VALUES (1, ?1, ?2)");
        begin_ = prepare("BEGIN IMMEDIATE");
        commit_ = prepare("COMMIT");
    }
    ~Database() {
        for (auto* each : {insert_, update_, append_, move_, begin_, commit_}) sqlite3_finalize(each);
        sqlite3_close(database_);
    }
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    void create_group(int group, int round) {
        for (int step = 0; step < steps; ++step) {
            run(begin_);
            for (int each = 0; each < group; ++each)
                take(step, "apr_" + std::to_string(round * group + each));
            run(commit_);
        }
    }

private:
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* made = nullptr;
        if (sqlite3_prepare_v2(database_, sql, -1, &made, nullptr) != SQLITE_OK) fail(sql);
        return made;
    }
    void run(const char* sql) {
        if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
    }
    template <class... Texts>
    void run(sqlite3_stmt* statement, const Texts&... texts) {
        int at = 0;
        (sqlite3_bind_text(statement, ++at, texts.data(), static_cast<int>(texts.size()), SQLITE_STATIC),
         ...);
        if (sqlite3_step(statement) != SQLITE_DONE) fail(sqlite3_errmsg(database_));
        sqlite3_reset(statement);
    }
    void take(int step, const std::string& id) {
        run(step == 0 ? insert_ : update_, id, std::to_string(step), record_);
        run(append_, hash_, id, body_);
        run(move_, id, hash_);
    }

    const std::string record_ = std::string(2'500, 'r'), body_ = std::string(400, 'b'),
                      hash_ = std::string(64, 'h');
    sqlite3* database_ = nullptr;
    sqlite3_stmt *insert_ = nullptr, *update_ = nullptr, *append_ = nullptr, *move_ = nullptr,
                 *begin_ = nullptr, *commit_ = nullptr;
};

double median_sync_us(const std::string& file) {
    const int disk = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (disk < 0) fail("no file to sync");
    const std::string bytes(8'192, 'x');
    std::vector<double> times;
    for (int i = 0; i < 201; ++i) {
        if (::write(disk, bytes.data(), bytes.size()) < 0) fail("the disk is full");
        const auto begin = Clock::now();
        ::fdatasync(disk);
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begin).count());
    }
    ::close(disk);
    std::ranges::nth_element(times, times.begin() + 100);
    return times[100];
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) fail("DIR SECONDS GROUP");
    const std::string folder = arguments[1];
    const std::chrono::duration<double> limit(std::atof(arguments[2]));
    const int group = std::atoi(arguments[3]);
    Database database(folder + "/ceiling.db");
    int rounds = 0;
    const auto begin = Clock::now();
    while (Clock::now() - begin < limit) database.create_group(group, rounds++);
    const std::chrono::duration<double> took = Clock::now() - begin;
    std::printf("{\"per_second\": %.1f, \"sync_us\": %.1f}\n", rounds * group / took.count(),
                median_sync_us(folder + "/ceiling.sync"));
}
