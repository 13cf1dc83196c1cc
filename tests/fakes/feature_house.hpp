// The rooms behind resources, prompts and completions, around a TrueFoundry that lists what a test says.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/features/completions.hpp"
#include "server/features/prompts.hpp"
#include "server/features/resources.hpp"
#include "server/loop/loop.hpp"
#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/fake_rotations.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/pipe_transport.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tests/fakes/steps.hpp"
#include "tools/registry/assemble.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::fakes {

/// Answers lists, page by page, and nothing else.
class ListedTokens final : public truefoundry::Exchange {
public:
    Json tokens = Json::array();
    int status = 200;     // of every answer
    int asked = 0;        // requests so far
    std::string refused;  // a request that is no list
    bool silent = false;  // never answers

    void add(const std::string& id, const std::string& name,
             const std::string& created = "2026-08-25T09:30:00.000Z") {
        tokens.push_back({{"id", id},
                          {"type", "pat"},
                          {"manifest", {{"name", name}, {"type", "pat"}}},
                          {"createdAt", created},
                          {"updatedAt", created}});
    }

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        ++asked;
        if (silent) {
            boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max());
            co_await never.async_wait(boost::asio::use_awaitable);
        }
        const std::string list = "/api/svc/v1/personal-access-tokens?limit=100&offset=";
        if (request.method != "GET" || !request.target.starts_with(list)) {
            refused = request.method + " " + request.target;
            co_return Error{Errc::upstream, "this is no list"};
        }
        const auto offset = std::stoul(request.target.substr(list.size()));
        auto data = Json::array();
        for (auto i = offset; i < tokens.size() && i < offset + 100; ++i) data.push_back(tokens[i]);
        const Json body = {{"data", std::move(data)}, {"pagination", {{"total", tokens.size()}}}};
        co_return truefoundry::ApiResponse{.status = status, .request_id = "req-1", .body = body.dump()};
    }
};

struct FeatureHouse {
    explicit FeatureHouse(policy::Rules rules = {}) : gate(std::move(rules)) {}
    ~FeatureHouse() {
        store.close();
        loop.abandon();
    }

    mcp::Requester requester(std::string principal = "stdio:alice",
                             protocol::Version version = protocol::Version::v2026_07_28) {
        return {.context = {.version = version},
                .caller = {.principal = std::move(principal), .client = "agent 1"},
                .outbox = peer,
                .redaction = redaction};
    }

    template <class T>
    T run(Async<T> work) {
        return run_on(loop, std::move(work));
    }

    void ask(const policy::Approval& made) {
        const storage::RequestLimits limits{100, 100};
        const auto record = entry("requested", made.id);
        auto work = [made, limits, record](storage::Ledger& ledger) {
            return ledger.open_request(made, limits, record);
        };
        run(store.run(std::move(work))).value();
    }

    /// What tokens() of a resource reads: its JSON.
    Result<Json> read(const std::string& uri, const std::string& principal = "stdio:alice") {
        auto caller = requester(principal);
        const auto answer = run(resources.read(caller, {.uri = uri}));
        if (!answer) return answer.error();
        return Json::parse(answer->result.at("contents").at(0).at("text").get<std::string>());
    }
    Result<protocol::Page> list(std::optional<std::string> cursor = {},
                                const std::string& principal = "stdio:alice") {
        auto caller = requester(principal);
        return run(resources.list(caller, std::move(cursor)));
    }

    struct NoPage final : approvals::ApprovalPage {
        Async<std::string> address(std::string, bool) override { co_return std::string{}; }
    };
    struct Reader final : status::ApprovalLookup {
        explicit Reader(approvals::Approvals& of) : desk(of) {}
        Async<Result<policy::Approval>> find(std::string id) override { return desk.find(std::move(id)); }
        Async<tools::ToolResult> answer(policy::Approval approval) override {
            co_return calls::status_answer(approval, {}, approval.created, fakes::no_tokens());
        }
        approvals::Approvals& desk;
    };
    loop::Loop loop;
    ManualClock clock{noon};
    ListedTokens truefoundry;
    truefoundry::Client client{truefoundry, redaction,
                               [](std::chrono::milliseconds) -> Async<void> { co_return; }};
    storage::Store store{open_ledger(":memory:")};
    approvals::CurrentGate gate;
    sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    observability::Log log{redaction, observability::Log::Level::off};
    approvals::Approvals desk{loop, store, gate, redaction, clock, "test"};
    Reader reader{desk};
    FakeEscrow escrow;
    FakeRotations rotations;
    registry::Catalog catalog = registry::assemble(
        {.clients = client, .escrow = escrow, .rotations = rotations, .approvals = reader, .clock = clock});
    NoPage page;
    calls::Drivers drivers{desk, page, clock, log, {}, policy::Duration{0}};
    calls::CallTool calls{
        {loop, catalog, gate, desk, drivers, redaction, clock, log}, "tfy-pat-mcp", "https://acme.example"};
    features::CallerView view{calls, desk};
    features::ToolNames offered = features::names_of(calls.definitions());
    features::Resources resources{view, policy::SealKey{}, offered};
    features::Prompts prompts{offered};
    features::Completions completions{view, clock, prompts.definitions(), resources.templates()};
    PipeTransport peer{loop};
};

/// "apr_" and 26 times the same letter.
inline std::string approval_id(char letter) { return "apr_" + std::string(26, letter); }

/// Rules under which no one may call `tool`.
inline policy::Rules without(const std::string& tool) {
    policy::Rule rule{.tools = {tool}, .says = policy::Rule::Says::deny, .because = "not here"};
    rule.line = 1;
    return {.rules = {std::move(rule)}};
}

}  // namespace tfy::fakes
