// The store thread runs what is posted, in order, and answers on the loop that asked.
#include "server/storage/store.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "server/storage/commit_stamp.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::store_test {

using namespace tfy::fakes;

namespace {

namespace asio = boost::asio;

Async<void> note_threads(storage::Store& store, std::thread::id& worked, std::thread::id& answered) {
    auto work = [](storage::Ledger&) { return Result<std::thread::id>(std::this_thread::get_id()); };
    worked = (co_await store.run(std::move(work))).value();
    answered = std::this_thread::get_id();
}

Async<void> append_and_read(storage::Store& store, std::size_t& count) {
    co_await store.run([](storage::Ledger& ledger) { return ledger.append(entry("step")); });
    const auto records = co_await store.run([](storage::Ledger& ledger) { return ledger.journal(); });
    if (records) count = records->size();
}

Async<void> append_after(storage::Store& store, std::shared_future<void> go) {
    auto work = [go](storage::Ledger& ledger) {
        go.wait();
        return ledger.append(entry("step"));
    };
    co_await store.run(std::move(work));
}

Async<void> append_twice(storage::Store& store) {
    const auto step = [](storage::Ledger& ledger) { return ledger.append(entry("step")); };
    for (int i = 0; i < 2; ++i) co_await store.run(step);
}

/// How many commits a database has seen.
class CommitCount {
public:
    explicit CommitCount(const std::filesystem::path& file) : database_(file.string()) {
        database_.execAndGet("SELECT count(*) FROM journal");  // so that it has the wal-index
    }
    std::uint32_t now() const { return stamps_.last().value()[2]; }

private:
    SQLite::Database database_;
    storage::CommitStamps stamps_{database_};
};

using Answer = std::optional<Result<void>>;

/// Asks for this piece of work; its answer is there once it was told.
template <class Work>
void ask(asio::io_context& loop, storage::Store& store, Work work, Answer& answer) {
    const auto asking = [](storage::Store& from, Work posted, Answer& told) -> Async<void> {
        told = co_await from.run(std::move(posted));
    };
    asio::co_spawn(loop, asking(store, std::move(work), answer), asio::detached);
    loop.restart();
    loop.poll();
}

auto record(const char* kind) {
    return [kind](storage::Ledger& ledger) { return ledger.append(entry(kind)); };
}

std::vector<std::string> kinds(storage::Ledger& ledger) {
    std::vector<std::string> all;
    for (const auto& each : ledger.journal().value()) all.push_back(each.kind);
    CHECK_FALSE(journal::broken(ledger.journal().value()).has_value());
    return all;
}

/// A database on the disk, a store on it that is stepped, and a second look at it.
struct Stepped {
    TempFolder folder;
    std::shared_ptr<storage::Ledger> ledger;
    std::unique_ptr<storage::Ledger> other = open_ledger(folder / "ledger.db");
    loop::Loop loop;
    storage::Store store;

    explicit Stepped(const storage::LedgerLimits& limits = {})
        : ledger(open_ledger(folder / "ledger.db", limits)), store(ledger, storage::Store::Worker::caller) {}
    ~Stepped() {
        store.close();
        loop.abandon();
    }
};

// SQLite checks a deferred reference when a transaction is committed: a record of this kind is written, and
// cannot be kept.
constexpr auto trap = R"sql(
CREATE TABLE absent (id INTEGER PRIMARY KEY);
CREATE TABLE trap (id INTEGER REFERENCES absent (id) DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER fall AFTER INSERT ON journal WHEN new.kind = 'trap' BEGIN INSERT INTO trap VALUES (1); END;
)sql";

void finish(asio::io_context& loop) {
    loop.run();
    loop.restart();
}

}  // namespace

TEST_CASE("work runs on the store thread, the answer comes back on the asking loop") {
    storage::Store store(open_ledger(":memory:"));
    asio::io_context loop{1};
    std::thread::id worked;
    std::thread::id answered;
    asio::co_spawn(loop, note_threads(store, worked, answered), asio::detached);
    finish(loop);
    CHECK(answered == std::this_thread::get_id());
    CHECK(worked != std::this_thread::get_id());
    CHECK(worked != std::thread::id{});
}

TEST_CASE("loops on several threads share one store") {
    storage::Store store(open_ledger(":memory:"));
    std::atomic<int> done = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            asio::io_context loop{1};
            std::array<std::size_t, 25> counts{};
            for (auto& count : counts) asio::co_spawn(loop, append_and_read(store, count), asio::detached);
            loop.run();
            for (const auto count : counts) done += count > 0 ? 1 : 0;
        });
    for (auto& thread : threads) thread.join();
    CHECK(done == 100);
    asio::io_context loop{1};
    std::size_t count = 0;
    asio::co_spawn(loop, append_and_read(store, count), asio::detached);
    finish(loop);
    CHECK(count == 101);
}

TEST_CASE("what was posted before the end is done at the end") {
    const TempFolder folder;
    std::promise<void> go;
    {
        asio::io_context loop{1};
        {
            storage::Store store(open_ledger(folder / "ledger.db"));
            const auto gate = go.get_future().share();
            for (int i = 0; i < 3; ++i) asio::co_spawn(loop, append_after(store, gate), asio::detached);
            loop.poll();
            go.set_value();
        }
    }
    CHECK(open_ledger(folder / "ledger.db")->journal()->size() == 3);
}

TEST_CASE(
    "without a thread, work is done when somebody steps, piece by piece, and what nobody stepped is "
    "dropped") {
    loop::Loop loop;
    const std::shared_ptr<storage::Ledger> ledger = open_ledger(":memory:");
    {
        storage::Store store(ledger, storage::Store::Worker::caller);
        std::size_t count = 0;
        asio::co_spawn(loop, append_and_read(store, count), asio::detached);
        CHECK_FALSE(store.step());
        loop.poll();
        CHECK(ledger->journal()->empty());
        CHECK(store.step());
        CHECK(ledger->journal()->size() == 1);
        CHECK_FALSE(store.step());
        loop.poll();
        CHECK(store.step());
        loop.poll();
        CHECK(count == 1);
        asio::co_spawn(loop, append_and_read(store, count), asio::detached);
        loop.poll();
        store.close();
        loop.abandon();
    }
    CHECK(ledger->journal()->size() == 1);
}

TEST_CASE("what waits together shares one commit, and no answer leaves before it") {
    Stepped at;
    std::array<Answer, 3> answers;
    ask(at.loop, at.store, record("one"), answers[0]);
    ask(at.loop, at.store, record("two"), answers[1]);
    const auto look = [&](storage::Ledger& ledger) -> Result<void> {
        CHECK(kinds(ledger).size() == 2);
        CHECK(kinds(*at.other).empty());
        at.loop.poll();
        CHECK_FALSE(answers[0].has_value());
        return {};
    };
    ask(at.loop, at.store, look, answers[2]);
    const auto before = at.other->data_version().value();
    CHECK(at.store.step(3));
    CHECK(at.other->data_version().value() != before);
    CHECK(kinds(*at.other) == std::vector<std::string>{"one", "two"});
    at.loop.poll();
    for (const auto& answer : answers) CHECK((answer && answer->has_value()));
    CHECK_FALSE(at.store.step());
}

TEST_CASE("what a loop has ready shares a commit, and so does what comes of that") {
    const TempFolder folder;
    storage::Store store(open_ledger(folder / "ledger.db"));
    const CommitCount commits(folder / "ledger.db");
    const auto before = commits.now();
    asio::io_context loop{1};
    for (int i = 0; i < 20; ++i) asio::co_spawn(loop, append_twice(store), asio::detached);
    finish(loop);
    CHECK(commits.now() - before == 2);
    CHECK(open_ledger(folder / "ledger.db")->journal()->size() == 40);
}

TEST_CASE("of those that share a commit, one that fails leaves nothing of itself, and the others stay") {
    const auto half = [](storage::Ledger& ledger) -> Result<void> {
        const journal::JournalEntry broken{"requested", "apr_1", redaction::RedactedForTests::make("no JSON"),
                                           noon};
        const auto opened = ledger.open_request(approval("apr_1"), {100, 100}, broken);
        if (!opened) return opened.error();
        return {};
    };
    for (const std::size_t place : {0U, 1U, 2U}) {
        CAPTURE(place);
        Stepped at;
        std::array<Answer, 3> answers;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (i == place)
                ask(at.loop, at.store, half, answers[i]);
            else
                ask(at.loop, at.store, record("kept"), answers[i]);
        }
        CHECK(at.store.step(3));
        at.loop.poll();
        for (std::size_t i = 0; i < answers.size(); ++i)
            CHECK((answers[i] && answers[i]->has_value()) == (i != place));
        CHECK(kinds(*at.other) == std::vector<std::string>{"kept", "kept"});
        CHECK_FALSE(at.other->find("apr_1").value().has_value());
    }
}

TEST_CASE(
    "where the commit fails, all that it would have kept is told so, and what was so before it is not") {
    Stepped at;
    REQUIRE(run_sql(at.folder / "ledger.db", trap) == SQLITE_OK);
    std::array<Answer, 4> answers;
    const auto look = [](storage::Ledger& ledger) -> Result<void> {
        const auto seen = ledger.journal();
        if (!seen) return seen.error();
        return {};
    };
    ask(at.loop, at.store, look, answers[0]);
    ask(at.loop, at.store, record("one"), answers[1]);
    ask(at.loop, at.store, record("trap"), answers[2]);
    ask(at.loop, at.store, look, answers[3]);  // it saw what is not there
    CHECK(at.store.step(4));
    at.loop.poll();
    CHECK((answers[0] && answers[0]->has_value()));
    for (const auto* answer : {&answers[1], &answers[2], &answers[3]}) {
        REQUIRE((*answer && !(*answer)->has_value()));
        CHECK((**answer).error().code == Errc::storage);
        CHECK((**answer).error().message.find("Nothing was run.") != std::string::npos);
    }
    CHECK(kinds(*at.other).empty());
    ask(at.loop, at.store, record("after"), answers[0]);
    CHECK(at.store.step(4));
    CHECK(kinds(*at.other) == std::vector<std::string>{"after"});
}

TEST_CASE("on a full disk each of those that share a commit is told what became of it") {
    const auto huge = [](storage::Ledger& ledger) {
        return ledger.append(entry("huge", "", {{"text", std::string(400'000, 'x')}}));
    };
    for (const std::size_t place : {0U, 1U, 2U}) {
        CAPTURE(place);
        Stepped at({.pages = 90});
        std::array<Answer, 3> answers;
        for (std::size_t i = 0; i < answers.size(); ++i) {
            if (i == place)
                ask(at.loop, at.store, huge, answers[i]);
            else
                ask(at.loop, at.store, record("kept"), answers[i]);
        }
        CHECK(at.store.step(3));
        at.loop.poll();
        std::size_t kept = 0;
        for (const auto& answer : answers) {
            REQUIRE(answer.has_value());
            kept += answer->has_value() ? 1 : 0;
            if (!*answer) CHECK(answer->error().message.find("full") != std::string::npos);
        }
        CHECK_FALSE(answers[place]->has_value());
        CHECK(kinds(*at.other).size() == kept);
        ask(at.loop, at.store, record("after"), answers[0]);
        CHECK(at.store.step());
        CHECK(kinds(*at.other).size() == kept + 1);
    }
}

TEST_CASE("where another process keeps the lock, those that share a commit wait for it once, and are told") {
    Stepped at({.lock_wait = std::chrono::milliseconds{300}});
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open((at.folder / "ledger.db").c_str(), &other) == SQLITE_OK);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    std::array<Answer, 8> answers;
    for (auto& answer : answers) ask(at.loop, at.store, record("step"), answer);
    const auto begin = std::chrono::steady_clock::now();
    CHECK(at.store.step(answers.size()));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::milliseconds{8 * 300});
    at.loop.poll();
    for (const auto& answer : answers) {
        REQUIRE((answer && !answer->has_value()));
        CHECK(answer->error().message.find("locked") != std::string::npos);
    }
    sqlite3_close(other);
    ask(at.loop, at.store, record("step"), answers[0]);
    CHECK(at.store.step());
    CHECK(kinds(*at.other).size() == 1);
}

}  // namespace tfy::store_test
