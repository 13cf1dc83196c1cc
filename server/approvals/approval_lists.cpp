// Several requests at once: what is open is there whole, whatever else there is.
#include "server/approvals/approvals.hpp"
#include "server/storage/journal_check.hpp"

namespace tfy::approvals {
namespace {

using policy::Approval;
using State = policy::Approval::State;

constexpr std::size_t most_ended = 200;  // that are listed beside the open ones

Result<void> add_ended(storage::Ledger& ledger, policy::Time now, std::size_t most,
                       std::vector<Approval>& to) {
    if (most == 0) return {};
    auto ended = ledger.over(now, most);
    if (!ended) return ended.error();
    for (auto& each : *ended) to.push_back(policy::lapse(std::move(each), now));
    return {};
}

}  // namespace

Async<Result<std::vector<Approval>>> Approvals::list(bool open_only) {
    auto work = [open_only, now = clock_.now()](storage::Ledger& ledger) -> Result<std::vector<Approval>> {
        auto all = ledger.all_open(now);
        if (!all || open_only) return all;
        if (auto added = add_ended(ledger, now, most_ended, *all); !added) return added.error();
        return all;
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<Approvals::Board>> Approvals::board(std::string after, std::size_t page_size,
                                                 std::size_t decided) {
    auto work = [after = std::move(after), page_size, decided,
                 now = clock_.now()](storage::Ledger& ledger) -> Result<Board> {
        auto waiting = ledger.waiting(now, after, page_size);
        if (!waiting) return waiting.error();
        Board board{std::move(waiting->page), waiting->more, waiting->all};
        if (!after.empty()) return board;
        auto open = ledger.all_open(now);
        if (!open) return open.error();
        for (auto& each : *open)
            if (each.state() != State::pending) board.approvals.push_back(std::move(each));
        if (auto added = add_ended(ledger, now, decided, board.approvals); !added) return added.error();
        return board;
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<Approvals::Board>> Approvals::waiting_page(std::string after, std::size_t page_size) {
    auto work = [after = std::move(after), page_size,
                 now = clock_.now()](storage::Ledger& ledger) -> Result<Board> {
        auto waiting = ledger.waiting(now, after, page_size);
        if (!waiting) return waiting.error();
        return Board{std::move(waiting->page), waiting->more, waiting->all};
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<Approvals::Board>> Approvals::history_page(std::string before, std::size_t page_size) {
    auto work = [before = std::move(before), page_size,
                 now = clock_.now()](storage::Ledger& ledger) -> Result<Board> {
        Board board;
        if (before.empty()) {
            auto open = ledger.all_open(now);
            if (!open) return open.error();
            for (auto& each : *open)
                if (each.state() != State::pending) board.approvals.push_back(std::move(each));
        }
        auto ended = ledger.over(now, page_size + 1, before);
        if (!ended) return ended.error();
        board.more = ended->size() > page_size ? 1 : 0;
        if (board.more > 0) ended->pop_back();
        for (auto& each : *ended) board.approvals.push_back(policy::lapse(std::move(each), now));
        return board;
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<std::vector<journal::JournalRecord>>> Approvals::journal_page(std::int64_t first,
                                                                           std::size_t limit) {
    auto work = [first, limit](storage::Ledger& ledger) { return ledger.journal(first, limit); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<std::string>> Approvals::verify_journal() {
    constexpr std::size_t at_once = 1000;
    const auto end = co_await store_.run([](storage::Ledger& ledger) { return ledger.journal_end(); });
    if (!end) co_return end.error();
    storage::JournalProof proof;
    for (std::int64_t next = 1; next > 0;) {
        // The thread of the store checks: signatures take their time.
        auto work = [&proof, next](storage::Ledger& ledger) -> Result<std::int64_t> {
            const auto page = ledger.journal(next, at_once);
            if (!page) return page.error();
            if (auto held = proof.take(*page); !held) return held.error();
            return page->size() < at_once ? 0 : page->back().sequence + 1;
        };
        const auto taken = co_await store_.run(std::move(work));
        if (!taken) co_return taken.error();
        next = *taken;
    }
    if (end->wrong) co_return proof.result(*end, {}, redaction_);
    const auto by_hand = co_await store_.run(
        [](storage::Ledger& ledger) { return ledger.people_the_journal_does_not_know(); });
    if (!by_hand) co_return by_hand.error();
    co_return proof.result(*end, *by_hand, redaction_);
}

Async<Result<std::vector<Approval>>> Approvals::list_of(std::string principal, std::string before,
                                                        std::size_t limit) {
    auto work = [principal = std::move(principal), before = std::move(before),
                 limit](storage::Ledger& ledger) { return ledger.list_of(principal, before, limit); };
    auto found = co_await store_.run(std::move(work));
    if (!found) co_return found.error();
    for (auto& approval : *found) approval = policy::lapse(std::move(approval), clock_.now());
    co_return found;
}

}  // namespace tfy::approvals
