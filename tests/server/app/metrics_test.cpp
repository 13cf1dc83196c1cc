// Who is given the metrics, and what they say of the state directory and of calls.
#include "server/app/metrics.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/captured_answer.hpp"
#include "tests/fakes/notified.hpp"

namespace tfy::metrics_test {

using namespace std::chrono_literals;

namespace {

struct InFolder {
    fakes::TempFolder folder;
};

struct Watched : InFolder, fakes::Notified {
    Watched() : Notified(folder / "ledger.db") {}

    fakes::CapturedAnswer look(std::string remote = "127.0.0.1", transport::Headers headers = {}) {
        const transport::HttpRequest request{
            .method = "GET", .path = "/metrics", .headers = std::move(headers), .remote = std::move(remote)};
        fakes::CapturedAnswer answer;
        run(reply(request, answer));
        return answer;
    }
    /// A line of the page, without its end; "" if there is none.
    std::string line(const std::string& series) {
        const auto page = look().text();
        const auto at = page.find("\n" + series + " ");
        if (at == std::string::npos) return {};
        const auto from = at + series.size() + 2;
        return page.substr(from, page.find('\n', from) - from);
    }
    void start() { REQUIRE(metrics.start().has_value()); }

    std::shared_ptr<upstream::RequestCounts> requests = std::make_shared<upstream::RequestCounts>();
    mcp::Dispatch dispatch{mcp::Features{}, subscriptions, redaction, {}};
    mcp::StreamableHttp http{dispatch, questions, clock, policy::SealKey{}};
    app::Metrics metrics{
        {redaction, clock, log, calls.counts(), notifier(), http, requests, "10.0.0.5", folder.path()}};

private:
    Async<bool> reply(const transport::HttpRequest& request, transport::Responder& answer) {
        co_await metrics.reply(request, answer);
        co_return true;
    }
};

std::string calls_of(std::string_view tool, std::string_view status) {
    return "tfy_pat_mcp_tool_calls_total{tool=\"" + std::string(tool) + "\",status=\"" + std::string(status) +
           "\"}";
}

std::string decided(std::string_view outcome) {
    return "tfy_pat_mcp_approvals_decided_total{outcome=\"" + std::string(outcome) + "\"}";
}

std::string open(std::string_view state) {
    return "tfy_pat_mcp_approvals_open{state=\"" + std::string(state) + "\"}";
}

}  // namespace

TEST_CASE("metrics are for programs of this machine, and for none that come through a proxy") {
    Watched house;
    for (const auto* near : {"127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", "10.0.0.5"}) {
        CAPTURE(near);
        const auto answer = house.look(near);
        CHECK(answer.status() == 200);
        CHECK(answer.content_type() == "text/plain; version=0.0.4; charset=utf-8");
    }
    for (const auto* far : {"10.0.0.6", "::ffff:10.0.0.6", "fe80::1", "", "localhost"}) {
        CAPTURE(far);
        const auto answer = house.look(far);
        CHECK(answer.status() == 403);
        CHECK(answer.json().at("error").get<std::string>().starts_with(
            "Metrics are given to programs of this"));
    }
    for (const auto* proxy : {"x-forwarded-for", "forwarded", "x-real-ip", "via"})
        CHECK(house.look("127.0.0.1", {{proxy, "127.0.0.1"}}).status() == 403);
    CHECK(house.line("tfy_pat_mcp_http_refusals_total{status=\"403\"}") == "9");
}

TEST_CASE("calls count by tool and status, and those that no one waited for, too") {
    Watched house;
    const auto remove = "tfy_access_tokens_delete";
    CHECK(house.line(calls_of(remove, "task")) == "0");
    const auto id = house.ask(house.requester(), fakes::Calls::removal());
    CHECK(house.line(calls_of(remove, "task")) == "1");

    auto other = house.requester(false, protocol::Version::v2025_11_25, "stdio:bob");
    CHECK(house.run(house.calls.call(other, {.name = "tfy_access_tokens_list"})).has_value());
    CHECK(house.line(calls_of("tfy_access_tokens_list", "executed")) == "1");
    CHECK(
        house.run(house.calls.call(other, {.name = "tfy_access_tokens_list", .arguments = {{"limit", "x"}}}))
            .has_value());
    CHECK(house.line(calls_of("tfy_access_tokens_list", "refused")) == "1");
    CHECK_FALSE(house.run(house.calls.call(other, {.name = "rm"})).has_value());
    CHECK(house.line(calls_of("unknown", "error")) == "1");
    CHECK(house.line("tfy_pat_mcp_tool_call_duration_seconds_count{tool=\"tfy_access_tokens_list\"}") == "2");
    CHECK(house.look().text().find("rm\"") == std::string::npos);

    calls::CallCounts counts(house.catalog);
    {
        const auto left = counts.begin(house.catalog.find(remove));
    }
    observability::Exposition page;
    counts.write(page);
    CHECK(page.text().find(calls_of(remove, "cancelled") + " 1\n") != std::string::npos);
}

TEST_CASE("what waits is told with its age, and decisions count from the start on, each once") {
    Watched house;
    house.deny(house.request("before"));
    house.start();
    CHECK(house.line(decided("denied")) == "0");
    CHECK(house.line(open("pending")) == "0");
    const auto oldest = "tfy_pat_mcp_approvals_oldest_pending_timestamp_seconds";
    CHECK(house.line(oldest).empty());

    const auto made = std::chrono::duration_cast<std::chrono::seconds>(house.clock.now().time_since_epoch());
    const auto first = house.request("a");
    house.clock.advance(1min);
    const auto second = house.request("b");
    CHECK(house.line(open("pending")) == "2");
    CHECK(house.line(oldest) == std::to_string(made.count()));

    house.deny(first);
    house.approve(second);
    CHECK(house.line(open("pending")) == "0");
    CHECK(house.line(open("approved")) == "1");
    CHECK(house.line(oldest).empty());
    CHECK(house.run(house.desk.withdraw(second, "ada")).has_value());
    CHECK(house.line(decided("denied")) == "1");
    CHECK(house.line(decided("approved")) == "1");
    CHECK(house.line(decided("withdrawn")) == "1");
    CHECK(house.line(decided("denied")) == "1");
}

TEST_CASE("where the state directory is gone, the metrics are there without it") {
    Watched house;
    CHECK(house.line(open("pending")).empty());
    house.start();
    CHECK(house.line(open("pending")) == "0");
    std::filesystem::rename(house.folder / "ledger.db", house.folder / "elsewhere.db");
    CHECK(house.line(open("pending")).empty());
    CHECK(house.line("process_start_time_seconds") == "1795435200");
    app::Metrics late({house.redaction, house.clock, house.log, house.calls.counts(), house.notifier(),
                       house.http, house.requests, "", house.folder.path()});
    CHECK(late.start().error().code == Errc::storage);
}

TEST_CASE("requests upstream count by method and class of status, and without an answer as none") {
    Watched house;
    using upstream::RequestCounts;
    house.requests->add(RequestCounts::row_of("GET"), 204, 3ms);
    house.requests->add(RequestCounts::row_of("GET"), 0, 3ms);
    house.requests->add(RequestCounts::row_of("POST"), 599, 3ms);
    house.requests->add(RequestCounts::row_of("PROPFIND"), 999, 3ms);
    const auto sent = [&](const std::string& method, const std::string& status) {
        return house.line("tfy_pat_mcp_upstream_requests_total{method=\"" + method + "\",status=\"" + status +
                          "\"}");
    };
    CHECK(sent("GET", "2xx") == "1");
    CHECK(sent("GET", "none") == "1");
    CHECK(sent("POST", "5xx") == "1");
    CHECK(sent("other", "5xx") == "1");
    CHECK(sent("DELETE", "4xx") == "0");
    CHECK(house.line("tfy_pat_mcp_upstream_request_duration_seconds_count{method=\"GET\"}") == "2");
}

TEST_CASE("notices count also after their channel is gone from the rules") {
    Watched house;
    house.receiver().answer(500);
    house.Notified::start({fakes::webhook()});
    house.request("a");
    house.told(1);
    house.clock.advance(2min);
    house.told(2);
    house.notifier().replace({});
    house.passes();
    CHECK(house.line("tfy_pat_mcp_notices_total{outcome=\"failed\"}") == "1");
    CHECK(house.line("tfy_pat_mcp_notices_total{outcome=\"delivered\"}") == "1");
    CHECK(house.line("tfy_pat_mcp_notices_total{outcome=\"dropped\"}") == "0");
}

TEST_CASE("what was turned away counts by a status that there is") {
    Watched house;
    house.metrics.refused(401);
    house.metrics.refused(429);
    house.metrics.refused(429);
    house.metrics.refused(777);
    CHECK(house.line("tfy_pat_mcp_http_refusals_total{status=\"401\"}") == "1");
    CHECK(house.line("tfy_pat_mcp_http_refusals_total{status=\"429\"}") == "2");
    CHECK(house.look().text().find("777") == std::string::npos);
    CHECK(house.line("process_start_time_seconds") == "1795435200");
    CHECK(house.line("tfy_pat_mcp_build_info{version=\"" TFY_VERSION "\"}") == "1");
}

}  // namespace tfy::metrics_test
