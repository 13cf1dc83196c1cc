// The store thread runs what is posted, in order, and answers on the loop that asked.
#include "server/storage/store.hpp"

#include <doctest/doctest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>

#include "tests/fakes/state.hpp"

namespace tfy::store_test {

using namespace tfy::fakes;

namespace {

namespace asio = boost::asio;

Async<void> note_threads(storage::Store& store, std::thread::id& worked, std::thread::id& answered) {
    worked = co_await store.run([](storage::Ledger&) { return std::this_thread::get_id(); });
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

}  // namespace tfy::store_test
