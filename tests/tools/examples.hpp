// Tokens and calls that the tests of the tools share.
#pragma once

#include <numeric>
#include <string>

#include "tests/fakes/manual_clock.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/run.hpp"
#include "tests/fakes/scripted_exchange.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::examples {

using fakes::ManualClock;
using fakes::run;
using fakes::ScriptedExchange;
using namespace std::chrono_literals;

inline constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                                   std::chrono::hours{12}};
inline const std::string base = "/api/svc/v1/personal-access-tokens";
inline const std::string get_all = "GET " + base + "?limit=100&offset=0";

/// An item of a list as the API writes it.
inline Json item(std::string id, std::string name, std::string created = "2026-08-25T09:30:00.000Z") {
    return {{"id", std::move(id)},
            {"type", "pat"},
            {"manifest", {{"name", std::move(name)}, {"type", "pat"}}},
            {"createdAt", created},
            {"updatedAt", created},
            {"lastAccessedAt", nullptr},
            {"jwts", nullptr},
            {"accountId", "acme"}};
}

/// The body of a list. A single token may stand for a list of one: Json{token} is that token, not a list.
/// Tokens "id0", "id1", … of names "name-0", "name-1", …
inline Json items(int from, int to) {
    Json all = Json::array();
    for (int i = from; i < to; ++i)
        all.push_back(item("id" + std::to_string(i), "name-" + std::to_string(i)));
    return all;
}

/// The request for a page of all tokens.
inline std::string offset(int from) { return "GET " + base + "?limit=100&offset=" + std::to_string(from); }

inline std::string page(Json items, int total = -1) {
    if (items.is_object()) items = Json::array({items});
    return Json{{"data", items},
                {"pagination", {{"total", total < 0 ? static_cast<int>(items.size()) : total}}}}
        .dump();
}

inline std::string get_named(const std::string& name) { return get_all + "&nameSearchQuery=" + name; }

inline truefoundry::ApiResponse answer(int status, std::string body = {},
                                       std::optional<std::chrono::seconds> retry_after = {}) {
    return {.status = status, .request_id = "req-1", .retry_after = retry_after, .body = std::move(body)};
}

inline Error lost() { return {Errc::ambiguous, "the connection was cut"}; }

/// A client that notes how long it would have waited; its time passes by that, and where a test says so.
struct Upstream {
    ScriptedExchange exchange;
    std::vector<std::chrono::milliseconds> waits;
    truefoundry::Timing::Instant now{std::chrono::hours{1}};
    truefoundry::Client client = with(truefoundry::Client::default_max_time);

    truefoundry::Client with(std::chrono::milliseconds max_time) {
        return truefoundry::Client(exchange, fakes::no_tokens(), max_time,
                                   {[this](std::chrono::milliseconds time) { return wait(time); },
                                    [this] { return now; }, [] { return noon; }});
    }
    void passes(std::chrono::milliseconds time) { now += time; }
    Async<void> wait(std::chrono::milliseconds time) {
        waits.push_back(time);
        now += time;
        co_return;
    }
    std::chrono::milliseconds waited() const {
        return std::accumulate(waits.begin(), waits.end(), std::chrono::milliseconds{0});
    }
};

inline policy::Call call(const tools::Tool& tool, Json arguments, std::string principal = "stdio:alice") {
    return {.server = "tfy-pat-mcp",
            .base_url = "https://acme.example",
            .tool = std::string(tool.name()),
            .tool_version = "0",
            .effect = tool.effect(),
            .arguments = std::move(arguments),
            .caller = {.principal = std::move(principal)}};
}

/// Runs a tool as the gate would let it: after facts, where it changes something.
inline Result<tools::ToolResult> run_approved(tools::ChangeTool& tool, Json arguments,
                                              policy::Facts facts = {},
                                              policy::Destination destination = policy::Destination::none) {
    policy::ApprovedPermit::Grant grant{.approval_id = "apr_" + std::string(26, 'a'),
                                        .facts = std::move(facts)};
    grant.decision = {.approved = true, .by = "grace@example.com", .destination = destination};
    return run(
        tool.run(policy::PermitForTests::approved(call(tool, std::move(arguments)), std::move(grant))));
}

inline Result<tools::ToolResult> run_read(tools::ReadTool& tool, Json arguments = Json::object()) {
    const auto final = tool.canonical(std::move(arguments), noon);
    if (!final) return final.error();
    auto result = run(tool.run(policy::PermitForTests::reading(call(tool, *final))));
    if (!result) return result.error();
    return tools::made(std::move(*result));
}

inline bool holds(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// The value of one line that the approver sees.
inline std::string shown(const policy::Facts& facts, std::string_view label) {
    for (const auto& fact : facts.shown)
        if (fact.label == label) return fact.value;
    return "(no such fact)";
}

}  // namespace tfy::examples
