// Time, processes and the order of events; and what must hold when all is over.
#include "tests/model/world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>

#include "server/storage/passkey_proof.hpp"

namespace tfy::model {
namespace {

/// As App::start does it, one after the other.
Async<void> settle_orphans(calls::Recovery& recovery) {
    auto found = co_await recovery.find();
    if (!found) co_return;
    for (auto& orphan : *found) co_await recovery.settle(std::move(orphan));
}

}  // namespace

using namespace std::chrono_literals;

World::World(Kept kept, std::uint64_t seed, Tally& tally)
    : kept_(kept), tally_(tally), upstream_((seed_randomness(seed), time_)), reference_(time_, upstream_) {
    auto ledger = fakes::open_ledger(kept == Kept::in_memory ? ":memory:" : folder_ / "ledger.db");
    observer_ = std::move(ledger);
    begin_with_people();
    start(static_cast<std::uint32_t>(std::mt19937_64(seed)()) | 1U, false);
}

World::~World() { stop_all(); }

std::string World::play(const Schedule& schedule) {
    for (const auto& step : schedule.steps) {
        take(step);
        happen(step.events, step.order);
        ++tally_.steps;
        if (!reference_.complaints().empty()) return reference_.complaints().front();
    }
    close();
    return reference_.complaints().empty() ? std::string{} : reference_.complaints().front();
}

void World::take(const Step& step) {
    using Kind = Step::Kind;
    const auto& draws = step.draws;
    switch (step.kind) {
        case Kind::call: return call(draws);
        case Kind::retry: return retry(draws);
        case Kind::cancel: return cancel(draws);
        case Kind::get_task: return get_task(draws);
        case Kind::cancel_task: return cancel_task(draws);
        case Kind::approve: return decide(draws, Wish::Kind::approve);
        case Kind::deny: return decide(draws, Wish::Kind::deny);
        case Kind::withdraw: return decide(draws, Wish::Kind::withdraw);
        case Kind::narrow: return narrow(draws);
        case Kind::race: return race(draws);
        case Kind::give: return give(draws);
        case Kind::revoke: return revoke(draws);
        case Kind::show_on_page: return show_on_page(draws);
        case Kind::advance: return advance(draws);
        case Kind::reload: return reload(draws);
        case Kind::crash: return crash(draws);
        case Kind::second: return second(draws);
        case Kind::fault: return fault(draws);
        case Kind::overtake: return overtake(draws);
        case Kind::again: return again(draws);
        case Kind::remove_outside: return remove_outside(draws);
        case Kind::enrol: return enrol(draws);
        case Kind::confirm: return confirm(draws);
        case Kind::suspend: return suspend(draws);
        case Kind::sign_in: return sign_in(draws);
        case Kind::sign_out: return sign_out(draws);
    }
}

// Events ----------------------------------------------------------------------------------------------------

bool World::event(Process* only) {
    const auto sources = processes_.size() * 2 + 1;
    const auto begin = order_() % sources;
    for (std::size_t i = 0; i < sources; ++i) {
        const auto source = (begin + i) % sources;
        if (source == sources - 1) {
            if (upstream_.deliver()) return true;
            continue;
        }
        auto& process = *processes_[source / 2];
        if (only != nullptr && &process != only) continue;
        if (source % 2 == 0 && process.loop.poll_one() > 0) return true;
        if (source % 2 == 1 && step(process)) return true;
    }
    return false;
}

// Some that wait share a commit. Each leaves its record and its row, and the next may change the row.
bool World::step(Process& process) {
    std::map<std::int64_t, std::optional<policy::Approval>> rows;
    const auto look = [&](storage::Ledger& ledger) {
        const auto first = seen_ + 1 + static_cast<std::int64_t>(rows.size());
        for (const auto& record : ledger.journal(first).value())
            rows.emplace(record.sequence, ledger.find(record.approval_id).value());
    };
    if (!process.store.step(1 + order_() % 3, look)) return false;
    observe(rows);
    return true;
}

void World::happen(std::uint32_t events, std::uint32_t order) {
    order_.seed(order);
    constexpr std::uint32_t most = 100'000;
    const auto limit = events == 0xffff ? most : events;
    std::uint32_t count = 0;
    while (count < limit && event(nullptr)) ++count;
    tally_.events += count;
    if (count == most) reference_.complain("it does not come to rest");
    const bool idle = std::ranges::all_of(requests_, &Request::over);
    if (events != 0xffff || !idle) return;
    recent_.clear();  // no one is judged by rules of before any more
    for (const auto& process : processes_) recent_.push_back(process->book);
    reference_.in_force(recent_);
}

void World::rest() { happen(0xffff, 1); }

void World::observe(const std::map<std::int64_t, std::optional<policy::Approval>>& rows) {
    const auto records = observer_->journal(seen_ + 1);
    if (!records) return reference_.complain("the journal cannot be read: " + records.error().message);
    for (const auto& record : *records) {
        ++seen_;
        if (record.sequence != seen_) reference_.complain("the journal has a gap");
        const auto left = rows.find(record.sequence);
        const auto row = left != rows.end() ? left->second : observer_->find(record.approval_id).value();
        reference_.sees(record, row ? &*row : nullptr);
        tally_.approvals +=
            record.kind == "requested" || record.kind == "permitted" || record.kind == "follows";
        tally_.executions += record.kind == "executing";
        tally_.permitted += record.kind == "permitted";
        tally_.superseded += record.kind == "superseded";
        tally_.enrolled += record.kind == "person_enrolled";
        tally_.suspended += record.kind == "person_suspended";
    }
    reference_.committed();
}

// By a length, or to the very moment at which something ends, or to just before it.
void World::advance(const Draws& draws) {
    constexpr policy::Duration lengths[] = {1s, 1s, 1s, 5s, 5s, 20s, 40s, 2min, 6min, 16min};
    auto by = lengths[draws[0] % std::size(lengths)];
    std::vector<policy::Time> ends;
    for (const auto& [id, row] : reference_.rows()) {
        const bool open = row.state == "approved" || row.state == "pending";
        if (open && row.expires > time_.now()) ends.push_back(row.expires);
        const auto over = answers_until(row, row.first_told);
        if (!row.open() && over > time_.now() && over < policy::Time::max()) ends.push_back(over);
    }
    if (!ends.empty() && draws[1] % 2 == 0)
        by = ends[(draws[1] >> 1) % ends.size()] - time_.now() - policy::Duration{draws[2] % 3 == 0 ? 1 : 0};
    time_.advance(by);
}

// Processes -------------------------------------------------------------------------------------------------

void World::start(std::uint32_t draw, bool small) {
    std::shared_ptr<storage::Ledger> ledger = observer_;
    if (kept_ == Kept::in_file) ledger = fakes::open_ledger(folder_ / "ledger.db", {.pages = small ? 1 : 0});
    const auto& books = rulebooks();
    const auto* book = recent_.empty() || draw % 2 == 1 ? &books[(draw >> 8) % books.size()] : recent_.back();
    recent_.push_back(book);
    reference_.in_force(recent_);
    Process::Birth birth{.instance = "ins_" + std::to_string(++instances_),
                         .base_url = draw % 6 == 5 ? "https://other.example" : "https://acme.example",
                         .key = (draw >> 12) % 5 == 4 ? "k2" : "k1",
                         .state_dir = folder_.path(),
                         .hold = (draw >> 4) % 4 == 0 ? 0s : 45s,
                         .book = book,
                         .small = small};
    reference_.born(birth.instance, birth.key);
    reference_.settling(birth.instance);
    auto heard = [this](std::string_view text) { reference_.shows(std::string(text), false); };
    processes_.push_back(
        std::make_unique<Process>(std::move(birth), std::move(ledger), upstream_, time_.clock(), heard));
    auto& process = *processes_.back();
    bool settled = false;
    boost::asio::co_spawn(process.loop, settle_orphans(process.recovery),
                          [&](const std::exception_ptr&) { settled = true; });
    for (int i = 0; i < 10'000 && !settled; ++i)
        if (!event(&process)) time_.advance(1s);
    if (!settled) reference_.complain("what the dead left behind is never settled");
    reference_.settling("");
}

void World::end(std::size_t at, bool arrives, bool politely) {
    auto& process = *processes_[at];
    if (politely) {
        process.desk.drain();
        happen(60, 7);
    }
    const auto instance = process.born.instance;
    upstream_.cut_off(instance, arrives);
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(at));
    reference_.died(instance);
    for (auto& request : requests_)
        if (request.server == instance && !std::exchange(request.over, true)) reference_.cut(request.trace);
}

void World::stop_all() {
    while (!processes_.empty()) end(0, true, false);
}

void World::crash(const Draws& draws) {
    ++tally_.crashes;
    end(draws[0] % processes_.size(), draws[1] % 2 == 0, draws[1] % 8 == 0);
    if (processes_.empty() || draws[3] % 3 > 0) start(draws[2], draws[3] % 16 == 0);
}

void World::second(const Draws& draws) {
    if (kept_ == Kept::in_memory) return;  // one connection has no second process
    if (processes_.size() < 2) return start(draws[0], false);
    ++tally_.crashes;
    end(draws[0] % processes_.size(), draws[1] % 2 == 0, false);
}

void World::reload(const Draws& draws) {
    auto& process = *some_process(draws[0]);
    process.book = &rulebooks()[draws[1] % rulebooks().size()];
    process.gate.replace(rules_of(*process.book));
    recent_.push_back(process.book);
    reference_.in_force(recent_);
}

void World::fault(const Draws& draws) {
    constexpr Fault kinds[] = {Fault::lost_before, Fault::lost_after,     Fault::refused,
                               Fault::http_500,    Fault::http_500_after, Fault::http_404,
                               Fault::http_409,    Fault::garbage,        Fault::slow};
    const bool lists = draws[0] % 3 == 0;
    for (std::uint32_t i = 0; i <= draws[2] % 4; ++i) {
        upstream_.plan(kinds[draws[1] % std::size(kinds)], lists);
        if (!lists) return;
    }
}

Process* World::some_process(std::uint32_t draw) { return processes_[draw % processes_.size()].get(); }

// The end ---------------------------------------------------------------------------------------------------

void World::close() {
    upstream_.heal();
    rest();
    ask_for_outcomes();
    for (const auto length : std::vector<policy::Duration>{1s, 1s, 2s, 10s, 1min, 20min, 2h}) {
        time_.advance(length);
        rest();
    }
    for (const auto& request : requests_)
        if (!request.over) reference_.complain("nobody answers " + request.trace + ", " + request.asked.tool);
    stop_all();
    recent_ = {rulebooks().data()};
    start(0, false);
    rest();
    stop_all();
    check_everything();
}

void World::check_everything() {
    if (kept_ == Kept::in_file) observer_ = fakes::open_ledger(folder_ / "ledger.db");
    const auto records = observer_->journal(1, 1'000'000).value();
    if (journal::broken(records)) reference_.complain("the journal is broken: " + *journal::broken(records));
    if (static_cast<std::int64_t>(records.size()) != seen_) reference_.complain("the journal lost records");
    storage::PasskeyProof proof;
    for (const auto& record : records)
        if (const auto held = proof.take(record); !held) reference_.complain(held.error().message);
    tally_.signed_decisions += proof.signed_decisions();
    const auto stored = observer_->list(false, 1'000'000).value();
    if (stored.size() != reference_.rows().size()) reference_.complain("approvals were lost");
    for (const auto& approval : stored) {
        const auto known = reference_.rows().find(approval.id);
        const bool same = known != reference_.rows().end() &&
                          known->second.state == policy::to_string(approval.state()) &&
                          known->second.digest == approval.digest() &&
                          known->second.votes.size() == approval.votes().size();
        if (!same) reference_.complain(approval.id + " changed without a record");
        if (approval.state() == policy::Approval::State::executing)
            reference_.complain(approval.id + " is executed by nobody, and nobody says so");
    }
}

}  // namespace tfy::model
