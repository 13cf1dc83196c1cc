// One state folder, one control plane, and the processes that look after rotations between them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <stdexcept>

#include "server/loop/loop.hpp"
#include "server/reveals/locked_escrow.hpp"
#include "server/rotations/rotation_desk.hpp"
#include "server/storage/state_dir.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/run.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/steps.hpp"

namespace tfy::fakes {

/// A control plane with tokens that can be deleted, and the ways in which that goes wrong.
class TokensUpstream final : public truefoundry::Exchange {
public:
    enum class Delete { works, lost_but_done, lost, refused, never_answers };

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        if (request.method == "GET") co_return list();
        if (request.method != "DELETE") throw std::logic_error("never sent here: " + request.method);
        ++deletes;
        if (deleting == Delete::never_answers) {
            boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max());
            co_await never.async_wait(boost::asio::use_awaitable);
        }
        const auto id = request.target.substr(request.target.rfind('/') + 1);
        if (deleting == Delete::works || deleting == Delete::lost_but_done) tokens.erase(id);
        if (deleting == Delete::refused) co_return answer(403, "{}");
        if (deleting != Delete::works) co_return Error{Errc::ambiguous, "the connection was cut"};
        co_return answer(200, "{}");
    }

    std::map<std::string, std::string> tokens = {{"old1", "ci-bot"}, {"new2", "ci-bot-2"}};
    std::string created = "2026-08-25T09:30:00.000Z";
    Delete deleting = Delete::works;
    bool reachable = true;
    int looks = 0;
    int deletes = 0;
    std::function<void()> on_look = [] {};

private:
    static truefoundry::ApiResponse answer(int status, std::string body) {
        return {.status = status, .content_type = "application/json", .body = std::move(body)};
    }
    Result<truefoundry::ApiResponse> list() {
        ++looks;
        if (!reachable) return Error{Errc::upstream, "cannot be reached"};
        auto data = Json::array();
        for (const auto& [id, name] : tokens)
            data.push_back({{"id", id}, {"manifest", {{"name", name}}}, {"createdAt", created}});
        on_look();  // what happens while this answer is on its way
        return answer(200, Json{{"data", data}, {"pagination", {{"total", data.size()}}}}.dump());
    }
};

inline access_tokens::RotationPlan plan(std::string grace = "15m") {
    return {.old = {{"id", "old1"},
                    {"name", "ci-bot"},
                    {"created", "2026-08-25T09:30:00.000Z"},
                    {"expires", nullptr}},
            .new_name = "ci-bot-2",
            .grace_period = std::move(grace)};
}

inline const std::string production = "https://tfy.example.com";

inline access_tokens::RotationOrder order(std::string grace = "15m", std::string approval_id = "apr_1",
                                          std::string base_url = production) {
    policy::Call call{.tool = std::string(access_tokens::rotate_tool), .arguments = {{"id", "old1"}}};
    call.base_url = std::move(base_url);
    call.caller.principal = "stdio:alice";
    policy::ApprovedPermit::Grant grant{.approval_id = std::move(approval_id),
                                        .facts = {.target = plan(std::move(grace)).json()}};
    grant.decision.approved = true;
    return std::move(
        access_tokens::RotationOrder::of(policy::PermitForTests::approved(std::move(call), std::move(grant)))
            .value());
}

/// What outlives a process.
struct RotationHouse {
    RotationHouse() {  // as the first start of a server does
        storage::Ledger::open(state.ledger()).value();
        state.fingerprint_key_for(false).value();
    }

    TempFolder folder;
    storage::StateDir state = storage::StateDir::open(folder / "state").value();
    ManualClock clock{noon};
    TokensUpstream upstream;
};

/// From its start until it is killed: no one is told.
class RotationProcess {
public:
    RotationProcess(RotationHouse& house, const std::string& instance)
        : RotationProcess(house, instance, house.upstream, production) {}
    /// Of the same state folder, with another control plane.
    RotationProcess(RotationHouse& house, const std::string& instance, TokensUpstream& upstream,
                    const std::string& base_url)
        : house_(house),
          upstream_(upstream),
          lock_(storage::Instance::hold(house.state, instance).value()),
          store(open_ledger(house.state.ledger(), {.lock_wait = std::chrono::milliseconds{50}})),
          reveals(loop, store, redaction, house.clock, instance, house.state.root()),
          desk({loop, store, client, redaction, house.clock, log}, instance, house.state.root(), base_url) {
        reveals.on_end([this] { desk.look_again(); });
    }
    ~RotationProcess() {
        store.close();
        loop.abandon();
    }
    RotationProcess(const RotationProcess&) = delete;
    RotationProcess& operator=(const RotationProcess&) = delete;

    template <class Condition>
    void until(Condition condition) {
        step_until(loop, std::move(condition));
    }
    template <class T>
    T run(Async<T> work) {
        return run_on(loop, std::move(work));
    }
    /// A look that is begun and comes to its end only if it can.
    std::shared_ptr<bool> begin_look() {
        auto done = std::make_shared<bool>(false);
        boost::asio::co_spawn(loop, desk.look(), [done](const std::exception_ptr& bug) {
            if (bug) std::rethrow_exception(bug);
            *done = true;
        });
        return done;
    }
    void look() {
        const auto done = begin_look();
        until([&] { return *done; });
    }

    tools::Deposit hold(std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz") {
        return run(reveals.hold(policy::Secret(std::move(value)), "ci-bot-2",
                                {.principal = "stdio:alice", .anyone = true}))
            .value();
    }
    /// A successor whose value is held here, and the second half written down.
    access_tokens::Rotation begin(std::string grace = "15m", std::string approval_id = "apr_1") {
        held = hold();
        return run(desk.begin(order(std::move(grace), std::move(approval_id)), {"new2", held.reveal_id}))
            .value();
    }
    bool claim() { return run(reveals.claim(held.reveal_id, "stdio:alice", "agent")).has_value(); }
    access_tokens::Rotation now(const std::string& approval_id = "apr_1") {
        return run(desk.of(approval_id)).value().value();
    }
    std::vector<std::string> journal() {
        auto work = [](storage::Ledger& ledger) { return ledger.journal(); };
        std::vector<std::string> kinds;
        for (const auto& record : run(store.run(std::move(work))).value()) kinds.push_back(record.kind);
        return kinds;
    }

private:
    RotationHouse& house_;
    TokensUpstream& upstream_;
    storage::Instance lock_;

public:
    loop::Loop loop;
    storage::Store store;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    truefoundry::Client client{upstream_, redaction,
                               [](std::chrono::milliseconds) -> Async<void> { co_return; }};
    reveals::LockedEscrow reveals;
    rotations::RotationDesk desk;
    tools::Deposit held;
};

}  // namespace tfy::fakes
