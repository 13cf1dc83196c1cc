// The tools behind the gate, without a transport, and the people and clients around them.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <functional>
#include <stdexcept>
#include <utility>

#include "server/calls/approval_tasks.hpp"
#include "server/calls/call_tool.hpp"
#include "server/features/change_watch.hpp"
#include "server/loop/loop.hpp"
#include "tests/fakes/every_tool.hpp"
#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/pipe_transport.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/steps.hpp"

namespace tfy::fakes {

/// One token, "ci-pipeline" with the id "pat-a", until it is deleted.
class OneToken final : public truefoundry::Exchange {
public:
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        sent.push_back(request);
        if (auto first = std::exchange(meanwhile, {})) co_await first();
        if (down) co_return Error{Errc::upstream, "TrueFoundry cannot be reached."};
        truefoundry::ApiResponse answer{.status = 200, .content_type = "application/json", .body = "{}"};
        if (request.method == "GET")
            answer.body =
                deleted() > 0
                    ? R"({"data":[],"pagination":{"total":0,"offset":0,"limit":100}})"
                    : R"({"data":[{"id":"pat-a","type":"pat","manifest":{"name":"ci-pipeline","type":"pat"},)"
                      R"("createdAt":"2026-08-25T09:30:00.000Z"}],"pagination":{"total":1,"offset":0,"limit":100}})";
        co_return answer;
    }
    std::ptrdiff_t deleted() const {
        return std::ranges::count(sent, "DELETE", &truefoundry::ApiRequest::method);
    }
    std::vector<truefoundry::ApiRequest> sent;
    /// What happens once while the next request is on its way.
    std::function<Async<void>()> meanwhile;
    bool down = false;
};

struct PageOfCalls final : approvals::ApprovalPage {
    Async<std::string> address(std::string id, bool) override {
        co_return "http://127.0.0.1:8780/approvals/" + id;
    }
};

inline policy::Rules asking_rules(policy::Assurance least) {
    policy::Rule rule;
    rule.min_assurance = least;
    policy::Rules rules;
    rules.rules = {rule};
    return rules;
}

struct Calls {
    /// `pace`: how time passes between what is asked of TrueFoundry.
    explicit Calls(policy::Assurance least = policy::Assurance::client,
                   const std::filesystem::path& file = ":memory:",
                   truefoundry::Timing pace = truefoundry::Timing::real())
        : store(open_ledger(file)),
          gate(asking_rules(least)),
          client(upstream, redaction, truefoundry::Client::default_max_time, std::move(pace)) {}
    Calls(const Calls&) = delete;
    Calls& operator=(const Calls&) = delete;
    ~Calls() {
        store.close();
        loop.abandon();
    }

    template <class Condition>
    void until(Condition condition) {
        step_until(loop, std::move(condition));
    }
    template <class T>
    T run(Async<T> work) {
        return run_on(loop, std::move(work));
    }
    void idle() {
        bool done = false;
        boost::asio::co_spawn(loop, calls.idle(std::chrono::seconds{20}),
                              [&](const std::exception_ptr&) { done = true; });
        until([&] { return done; });
    }

    mcp::Requester requester(bool form = false, protocol::Version version = protocol::Version::v2026_07_28,
                             std::string principal = "stdio:alice") {
        protocol::ClientContext context{.version = version};
        context.capabilities.tasks = true;
        context.capabilities.elicitation_form = form;
        const bool modern = protocol::is_modern(version);
        return {.context = std::move(context),
                .caller = {.principal = std::move(principal), .client = "agent 1"},
                .outbox = pipe,
                .redaction = redaction,
                .questions = modern ? nullptr : &questions,
                .session = "stdio",
                .legacy = modern ? nullptr : &legacy};
    }

    static protocol::CallToolParams removal() {
        return {.name = "tfy_access_tokens_delete", .arguments = {{"id", "pat-a"}}};
    }
    /// The id of the task that this call became.
    std::string ask(mcp::Requester by) { return ask(std::move(by), removal()); }
    std::string ask(mcp::Requester by, protocol::CallToolParams params) {
        const auto answer = run(calls.call(by, std::move(params))).value();
        if (answer.result_type != "task") throw std::runtime_error("no task: " + answer.result.dump());
        return answer.result.at("taskId").get<std::string>();
    }
    Result<protocol::Task> get(mcp::Requester by, const std::string& id) { return run(tasks.get(by, id)); }
    Result<void> answer(mcp::Requester by, const std::string& id, const std::string& key, Json content) {
        const Json said = {{"action", "accept"}, {"content", std::move(content)}};
        return run(tasks.update(by, {id, {{key, said}}}));
    }
    void approve(const std::string& id) {
        const auto found = run(desk.find(id)).value();
        const policy::DecisionInput choice{.typed_name = found.facts.subject, .digest = found.digest()};
        run(desk.approve(id, policy::HumanForTests::make(), choice)).value();
    }
    /// From here on the same call opens a request of its own.
    void answers_no_more(const std::string& id) { run(desk.answers_no_more(id)); }
    void deny(const std::string& id) {
        run(desk.deny(id, policy::HumanForTests::make(), "not today")).value();
    }

    loop::Loop loop;
    ManualClock clock;
    storage::Store store;
    approvals::CurrentGate gate;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    OneToken upstream;
    truefoundry::Client client;
    FakeEscrow escrow;
    PageOfCalls page;
    PipeTransport pipe{loop};
    mcp::PendingRequests questions{redaction};
    mcp::LegacyState legacy;
    approvals::Approvals desk{loop, store, gate, redaction, clock, "test"};
    EveryTool tools{client, escrow, clock};
    const registry::Catalog& catalog = tools.catalog;
    calls::Drivers drivers{desk, page, clock, log, policy::SealKey{}, policy::Duration{0}};
    calls::CallTool calls{{loop, catalog, gate, desk, drivers, redaction, clock, log},
                          "tfy-pat-mcp",
                          "https://acme.truefoundry.cloud"};
    mcp::Subscriptions subscriptions;
    calls::ApprovalTasks tasks{desk, drivers, calls, clock};
    features::ChangeWatch watch{{loop, desk, subscriptions, calls, clock, log}, std::chrono::milliseconds{5}};
};

}  // namespace tfy::fakes
