// What people do.
#include <algorithm>

#include "tests/model/world.hpp"

namespace tfy::model {
namespace {

using namespace std::chrono_literals;
using policy::Approval;

// Some are enrolled, some come later, some never.
const char* const people[] = {"grace",   "heidi",         "ivan",  "grace", "heidi", "ivan",
                              "bob",     "grace",         "heidi", "ivan",  "alice", "stdio:alice",
                              "mallory", "http:loopback", "judy",  "grace", "heidi", "ivan"};

}  // namespace

const Row* World::some_row(std::uint32_t draw) const {
    std::vector<const Row*> open;
    std::vector<const Row*> all;
    for (const auto& [id, row] : reference_.rows()) {
        all.push_back(&row);
        if (row.state == "pending" || (row.state == "approved" && draw % 4 == 0)) open.push_back(&row);
    }
    const auto& from = open.empty() || draw % 16 == 0 ? all : open;
    return from.empty() ? nullptr : from[(draw >> 8) % from.size()];
}

Wish World::wish_about(const Row& row, const Draws& draws, Wish::Kind kind, Process& process) {
    constexpr int assurances[] = {0, 1, 2, 2, 2, 2, 3, 3};
    const auto luck = draws[2];
    const auto& values = upstream_.values();
    Wish wish{.kind = kind,
              .approval = row.id,
              .person = people[draws[1] % std::size(people)],
              .assurance = assurances[(draws[1] >> 8) % 8],
              .digest = row.digest,
              .typed = luck % 14 == 0 ? "wrong" : row.subject,
              .reason = (luck >> 4) % 6 == 0 ? "" : "fine",
              .server = process.born.instance};
    if ((luck >> 8) % 12 == 0) wish.digest = row.digests.front();
    if ((luck >> 8) % 12 == 1) wish.digest = some_row(luck)->digest;
    if ((luck >> 12) % 24 == 0 && !values.empty()) wish.reason = values.back();
    if ((luck >> 16) % 4 == 0) wish.destination = policy::Destination::page;
    if ((luck >> 16) % 4 == 1) wish.destination = policy::Destination::agent;
    if (wish.assurance == 3 && kind != Wish::Kind::narrow && (luck >> 20) % 6 == 0)
        wish.forgery = 1 + static_cast<int>((luck >> 23) % (Forgery::how_many - 1));
    return wish;
}

void World::set_out(Process& process, Wish wanted) {
    const auto wish = reference_.begins(std::move(wanted));
    tally_.forged += wish->forgery != 0;
    auto done = [this, wish](const Result<Approval>& next) {
        reference_.ends(wish, next.has_value());
        if (!next) reference_.shows(next.error().message, false);
    };
    if (wish->kind == Wish::Kind::withdraw)
        return run(process, process.desk.withdraw(wish->approval, wish->person), done);
    run(process, carry_out(process, wish), done);
}

void World::decide(const Draws& draws, Wish::Kind kind) {
    const auto* row = some_row(draws[0]);
    if (row == nullptr) return;
    auto& process = *some_process(draws[3]);
    set_out(process, wish_about(*row, draws, kind, process));
}

void World::narrow(const Draws& draws) {
    const auto* row = some_row(draws[0]);
    if (row == nullptr) return;
    auto& process = *some_process(draws[3]);
    auto wish = wish_about(*row, draws, Wish::Kind::narrow, process);
    const char* const names[] = {"", "ci-b", "ci-z", "app-y"};
    wish.new_name = names[draws[3] / 4 % 4];
    if (draws[3] / 16 % 3 > 0) wish.new_expiry = expiries[draws[3] / 16 % 3];
    set_out(process, std::move(wish));
}

// Several who may decide, at the same time.
void World::race(const Draws& draws) {
    const auto* row = some_row(draws[0]);
    if (row == nullptr) return;
    ++tally_.races;
    const auto rivals = 2 + draws[1] % 3;
    for (std::uint32_t i = 0; i < rivals; ++i) {
        auto& process = *some_process(draws[3] + i);
        auto wish = wish_about(*row, {0, 0, 0xfffff1, 0}, Wish::Kind::approve, process);
        wish.digest = row->digest;
        wish.typed = row->subject;
        wish.reason = "fine";
        wish.person = people[(draws[1] + i) % 3];
        wish.assurance = 3;
        if (i == 0 && draws[2] % 10 == 0) wish.kind = Wish::Kind::deny;
        set_out(process, std::move(wish));
    }
}

void World::permission(Process& process, policy::StandingPermission permission, bool revokes) {
    const auto kind = revokes ? "permission revoked" : "permission given";
    const journal::JournalEntry entry{kind, permission.id, process.redaction.seal(Json::object()),
                                      time_.now()};
    auto work = [permission, entry, revokes](storage::Ledger& ledger) {
        return revokes ? ledger.revoke_permission(permission, entry)
                       : ledger.add_permission(permission, entry);
    };
    run(process, process.store.run(std::move(work)), [](const Result<void>&) {});
}

void World::give(const Draws& draws) {
    constexpr policy::Duration lasts[] = {1min, 2h, 12h};
    const char* const names[] = {"ci-*", "ci-*", "app-*"};
    policy::StandingWish wish{
        .principal = agents[draws[0] % 3].principal,
        .base_url = draws[1] / 32 % 6 == 5 ? "https://other.example" : "https://acme.example",
        .holder = {.print = draws[1] / 1024 % 5 == 4 ? "k2" : "k1"},
        .names = names[draws[1] % 3],
        .kind = {.team = draws[1] / 192 % 4 == 3 ? "platform" : ""},
        .uses = 1 + draws[1] / 4 % 4 / 3,
        .longest_life = std::chrono::days{draws[1] / 16 % 2 == 0 ? 8 : 60},
        .lasts = lasts[draws[2] % 3],
        .destination = draws[2] / 4 % 2 == 0 ? policy::Destination::page : policy::Destination::agent,
        .reason = "routine"};
    const auto* name = people[draws[2] / 8 % std::size(people)];
    if (!reference_.decides(name)) return;
    const auto giver =
        policy::HumanForTests::make(name, static_cast<policy::Assurance>(1 + draws[2] / 256 % 3));
    auto given = policy::give(giver, std::move(wish), "per_" + policy::random_id(), time_.now());
    if (!given) return;
    reference_.gives(*given);
    permission(*some_process(draws[3]), std::move(*given), false);
}

// Half of them from the command line: another process, whose writing is done at once.
void World::revoke(const Draws& draws) {
    const auto all = reference_.given();
    if (all.empty()) return;
    const auto found = observer_->find_permission(all[draws[0] % all.size()]->id).value();
    auto revoked = policy::revoke(*found, policy::HumanForTests::make("grace"));
    if (!revoked) return;
    if (draws[1] % 2 == 0) return permission(*some_process(draws[3]), std::move(*revoked), true);
    const auto& redaction = some_process(draws[3])->redaction;
    const journal::JournalEntry entry{"permission revoked", revoked->id, redaction.seal(Json::object()),
                                      time_.now()};
    if (observer_->revoke_permission(*revoked, entry)) observe();
}

// Something was seen to be allowed, and a moment later it is over: its time, or the permission.
void World::overtake(const Draws& draws) {
    const auto moment = draws[2] % 12;
    if (draws[0] % 3 == 0) {
        call({draws[0], 0, draws[1], draws[3]});
        happen(moment, draws[2]);
        return revoke({draws[1], 1, 0, draws[3]});
    }
    if (draws[0] % 3 == 1)
        get_task({draws[1], 1, 0, draws[3]});
    else
        retry({draws[1] | 1U, 0, 0, draws[3]});
    happen(moment, draws[2]);
    for (const auto& [id, row] : reference_.rows())
        if (row.state == "approved" && row.expires > time_.now())
            return time_.advance(row.expires - time_.now());
}

// In TrueFoundry itself, one of those that were made here and said to be there.
void World::remove_outside(const Draws& draws) {
    std::vector<std::string> made;
    for (const auto& [id, row] : reference_.rows())
        if (row.state == "succeeded" && !row.token.empty() && upstream_.lists(row.token))
            made.push_back(row.token);
    if (!made.empty()) upstream_.remove(made[draws[0] % made.size()]);
}

void World::show_on_page(const Draws& draws) {
    const auto& ids = reference_.reveal_ids();
    if (ids.empty()) return;
    auto& process = *some_process(draws[3]);
    auto done = [this, &process](Result<redaction::Reveal> value) {
        if (!value) return;
        const Json message = {{"value", value->placeholder()}};
        const auto sealed = process.redaction.now()->seal_reveal(message, std::move(*value));
        reference_.shows(std::string(sealed.text()), true);
        ++tally_.shown;
    };
    // A Result of a Reveal cannot be made empty, as co_spawn's handlers want it.
    struct Taken {
        static Async<void> by(reveals::LockedEscrow& desk, std::string id, std::string person,
                              std::function<void(Result<redaction::Reveal>)> then) {
            then(co_await desk.claim_for(std::move(id), policy::HumanForTests::make(person)));
        }
    };
    boost::asio::co_spawn(process.loop,
                          Taken::by(process.reveals, ids[draws[0] % ids.size()],
                                    people[draws[1] % std::size(people)], std::move(done)),
                          [](const std::exception_ptr&) {});
}

}  // namespace tfy::model
