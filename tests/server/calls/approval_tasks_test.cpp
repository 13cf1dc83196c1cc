// Tasks as their clients see them: one for each approval, for no one else, run once and only for who is
// there.
#include "server/calls/approval_tasks.hpp"

#include <doctest/doctest.h>

#include "server/calls/task_of.hpp"
#include "tests/fakes/calls.hpp"
#include "tests/fakes/redactor.hpp"

namespace tfy::approval_tasks_test {

using fakes::Calls;
using policy::Approval;
using protocol::Task;
using protocol::Version;
using State = Approval::State;
using Status = Task::Status;

namespace {

const Json yes = {{"decision", "approve"}, {"confirm_name", "ci-pipeline"}};

/// The one question that a task has: its key and the whole request.
std::pair<std::string, Json> question(const Result<Task>& task) {
    REQUIRE(task.has_value());
    REQUIRE(task->status == Status::input_required);
    REQUIRE(task->input_requests.size() == 1);
    return {task->input_requests.begin().key(), task->input_requests.begin().value()};
}

Approval in(State state) {
    auto approval = fakes::in_state(fakes::approval("apr_1"), state);
    const bool error = state == State::failed || state == State::unknown;
    if (state == State::succeeded || error)
        approval.outcome = {{"text", "how it went"}, {"structured", {{"status", "x"}}}, {"isError", error}};
    return approval;
}

}  // namespace

TEST_CASE("each state of an approval is one status of its task, in both dialects") {
    struct Row {
        State state;
        bool client_decides;
        Status modern;
        Status legacy;
        bool result;
    };
    const Row rows[] = {
        {State::pending, false, Status::working, Status::working, false},
        {State::pending, true, Status::input_required, Status::input_required, false},
        {State::approved, true, Status::working, Status::working, false},
        {State::executing, true, Status::working, Status::working, false},
        {State::succeeded, false, Status::completed, Status::completed, true},
        {State::failed, false, Status::completed, Status::failed, true},
        {State::unknown, false, Status::completed, Status::failed, true},
        {State::denied, false, Status::completed, Status::failed, true},
        {State::expired, false, Status::completed, Status::failed, true},
        {State::withdrawn, false, Status::cancelled, Status::cancelled, true},
    };
    for (const auto& row : rows) {
        CAPTURE(policy::to_string(row.state));
        const auto approval = in(row.state);
        const auto modern = calls::task_of(approval, {}, {Version::v2026_07_28, row.client_decides},
                                           fakes::noon, fakes::no_tokens());
        const auto legacy = calls::task_of(approval, {}, {Version::v2025_11_25, row.client_decides},
                                           fakes::noon, fakes::no_tokens());
        CHECK(modern.status == row.modern);
        CHECK(legacy.status == row.legacy);
        CHECK(modern.result.contains("content") == row.result);
        CHECK_FALSE(modern.error.has_value());
        CHECK(modern.id == approval.id);
    }
}

TEST_CASE(
    "a task lives as long as its approval, the claim window, and an hour; it was updated when its state "
    "changed") {
    auto approval = fakes::approval("apr_1");
    approval.updated = approval.created;
    const calls::TaskOptions manner{.claim_window = std::chrono::minutes{10}};
    auto task = calls::task_of(approval, {}, manner, fakes::noon, fakes::no_tokens());
    CHECK(task.ttl_ms == std::chrono::milliseconds(std::chrono::minutes{15 + 10 + 60}).count());
    CHECK(task.created == "2026-11-23T12:00:00.000Z");
    approval = *policy::withdraw(approval, fakes::noon + std::chrono::minutes{2});
    task = calls::task_of(approval, {}, manner, fakes::noon, fakes::no_tokens());
    CHECK(task.updated == "2026-11-23T12:02:00.000Z");
}

TEST_CASE("another principal's task is as unknown as one that never was, and as a reveal") {
    Calls house;
    const auto id = house.ask(house.requester());
    auto reveal = fakes::approval("apr_reveal", "ci-pipeline");
    reveal.call.tool = "tfy_access_tokens_reveal";
    policy::ApprovalForTests::digest(reveal) = policy::digest(reveal.call);
    const auto record = fakes::entry("requested");
    auto put = [reveal, record](storage::Ledger& ledger) { return ledger.open_request(reveal, {}, record); };
    REQUIRE(house.run(house.store.run(std::move(put))).has_value());

    auto alice = house.requester();
    auto mallory = house.requester(true, Version::v2026_07_28, "stdio:mallory");
    const std::pair<mcp::Requester*, std::string> rows[] = {
        {&mallory, id}, {&alice, "apr_none"}, {&alice, "apr_reveal"}, {&alice, ""}};
    for (const auto& [who, task] : rows) {
        CAPTURE(task);
        const auto unknown = protocol::unknown_task().message;
        CHECK(house.run(house.tasks.get(*who, task)).error().message == unknown);
        CHECK(house.run(house.tasks.update(*who, {task, Json::object()})).error().message == unknown);
        CHECK(house.run(house.tasks.cancel(*who, task)).error().message == unknown);
        CHECK(house.run(house.tasks.result(*who, task)).error().message == unknown);
    }
    CHECK(house.run(house.tasks.list(mallory, {}))->tasks.empty());
    CHECK(house.run(house.tasks.list(alice, {}))->tasks.size() == 1);
    CHECK(house.run(house.desk.find(id))->state() == State::pending);
}

TEST_CASE(
    "a question keeps its key and its words until it is answered; an unclear answer is asked again under "
    "another") {
    Calls house;
    const auto id = house.ask(house.requester(true));
    const auto [first, form] = question(house.get(house.requester(true), id));
    house.clock.advance(std::chrono::minutes{3});
    CHECK(question(house.get(house.requester(true), id)) == std::pair{first, form});

    REQUIRE(house.answer(house.requester(true), id, "another", yes).has_value());
    CHECK(house.run(house.desk.find(id))->state() == State::pending);
    REQUIRE(house.answer(house.requester(true), id, first, {{"decision", "perhaps"}}).has_value());
    const auto [second, again] = question(house.get(house.requester(true), id));
    CHECK(second != first);
    CHECK(again.dump().find("Choose \\\"approve\\\" or \\\"deny\\\"") != std::string::npos);

    REQUIRE(house.answer(house.requester(true), id, first, yes).has_value());
    CHECK(house.run(house.desk.find(id))->state() == State::pending);
    REQUIRE(house.answer(house.requester(true), id, second, yes).has_value());
    CHECK(house.run(house.desk.find(id))->state() == State::approved);
}

TEST_CASE("keys of another process count for nothing, and four unclear answers are enough") {
    Calls house;
    const auto id = house.ask(house.requester(true));
    const auto first = question(house.get(house.requester(true), id)).first;
    calls::ApprovalTasks restarted(house.desk, house.drivers, house.calls, house.clock);
    auto alice = house.requester(true);
    const Json said = {{first, {{"action", "accept"}, {"content", yes}}}};
    REQUIRE(house.run(restarted.update(alice, {id, said})).has_value());
    CHECK(house.run(house.desk.find(id))->state() == State::pending);
    CHECK(question(house.run(restarted.get(alice, id))).first != first);

    for (int attempt = 0; attempt < 4; ++attempt) {
        const auto key = question(house.get(house.requester(true), id)).first;
        REQUIRE(house.answer(house.requester(true), id, key, Json::object()).has_value());
    }
    CHECK(house.get(house.requester(true), id)->status == Status::working);
}

TEST_CASE("a form is for clients that declare it, and only where a client's word is enough") {
    Calls house;
    const auto id = house.ask(house.requester(true));
    const auto key = question(house.get(house.requester(true), id)).first;
    CHECK(house.get(house.requester(false), id)->status == Status::working);
    REQUIRE(house.answer(house.requester(false), id, key, yes).has_value());
    CHECK(house.run(house.desk.find(id))->state() == State::pending);

    Calls strict(policy::Assurance::signed_in);
    const auto other = strict.ask(strict.requester(true));
    CHECK(strict.get(strict.requester(true), other)->status == Status::working);
}

TEST_CASE("what was approved runs when its client asks, once, and never by itself") {
    Calls house;
    const auto id = house.ask(house.requester());
    house.approve(id);
    house.idle();
    CHECK(house.upstream.deleted() == 0);

    auto traced = house.requester();
    traced.context.trace = {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=b", ""};
    CHECK(house.run(house.tasks.get(traced, id))->status == Status::working);
    CHECK(house.get(house.requester(), id)->status != Status::cancelled);
    house.idle();
    const auto task = house.get(house.requester(), id);
    REQUIRE(task.has_value());
    CHECK(task->status == Status::completed);
    CHECK(task->result.at("structuredContent").at("status") == "executed");
    house.idle();
    CHECK(house.upstream.deleted() == 1);
    using Pairs = std::vector<std::pair<std::string, std::string>>;
    CHECK(house.upstream.sent.back().headers ==
          Pairs{{"traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
                {"tracestate", "a=b"}});
    CHECK(house.run(house.desk.find(id))->call.caller.trace.parent.empty());
}

TEST_CASE("a denial, an expiry and a withdrawal run nothing") {
    struct Row {
        const char* name;
        std::function<void(Calls&, const std::string&)> end;
        Status status;
        const char* word;
    };
    const Row rows[] = {
        {"denied", [](Calls& house, const std::string& id) { house.deny(id); }, Status::completed, "denied"},
        {"expired", [](Calls& house, const std::string&) { house.clock.advance(std::chrono::minutes{15}); },
         Status::completed, "expired"},
        {"cancelled",
         [](Calls& house, const std::string& id) {
             auto alice = house.requester();
             REQUIRE(house.run(house.tasks.cancel(alice, id)).has_value());
         },
         Status::cancelled, ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Calls house;
        const auto id = house.ask(house.requester());
        row.end(house, id);
        const auto task = house.get(house.requester(), id);
        REQUIRE(task.has_value());
        CHECK(task->status == row.status);
        if (row.status == Status::completed)
            CHECK(task->result.at("structuredContent").at("status") == row.word);
        house.idle();
        CHECK(house.upstream.deleted() == 0);
    }
}

TEST_CASE("what was approved under another definition of the tool is superseded, and stays so") {
    Calls house;
    auto old = fakes::approval("apr_old", "ci-pipeline");
    old.call.base_url = "https://acme.truefoundry.cloud";
    old.call.arguments = {{"id", "pat-a"}};
    policy::ApprovalForTests::digest(old) = policy::digest(old.call);  // its tool_version is not today's
    const auto record = fakes::entry("requested");
    auto put = [old, record](storage::Ledger& ledger) { return ledger.open_request(old, {}, record); };
    REQUIRE(house.run(house.store.run(std::move(put))).has_value());
    house.approve("apr_old");
    CHECK(house.get(house.requester(), "apr_old")->status == Status::working);
    house.idle();
    house.until([&] { return house.run(house.desk.find("apr_old"))->state() == State::superseded; });
    const auto task = house.get(house.requester(), "apr_old");
    CHECK(task->status == Status::completed);
    CHECK(task->result.at("structuredContent").at("status") == "superseded");
    CHECK(house.upstream.sent.empty());
}

TEST_CASE("a cancellation is acknowledged in every state, and refused for what is over in 2025-11-25") {
    for (const auto version : {Version::v2026_07_28, Version::v2025_11_25}) {
        CAPTURE(protocol::to_string(version));
        Calls house;
        const auto id = house.ask(house.requester());
        house.approve(id);
        house.get(house.requester(), id).value();
        house.idle();
        auto alice = house.requester(false, version);
        const auto done = house.run(house.tasks.cancel(alice, id));
        CHECK(done.has_value() == protocol::is_modern(version));
        if (!done) CHECK(done.error().code == Errc::invalid_params);
        CHECK(house.run(house.desk.find(id))->state() == State::succeeded);
    }
}

TEST_CASE("which calls become tasks") {
    Calls house;
    const auto outcome = [&](mcp::Requester by, protocol::CallToolParams params) {
        const auto answer = house.run(house.calls.call(by, std::move(params)));
        if (!answer) return std::string(protocol::name(answer.error().code));
        return answer->result.contains("task") ? std::string("legacy task") : answer->result_type;
    };
    const auto wish = [](protocol::CallToolParams params) {
        params.task = protocol::TaskWish{};
        return params;
    };
    const protocol::CallToolParams reveal{.name = "tfy_access_tokens_reveal",
                                          .arguments = {{"reveal_id", "rev_" + std::string(26, 'a')}}};
    auto plain = house.requester();
    plain.context.capabilities.tasks = false;
    const auto legacy = house.requester(false, Version::v2025_11_25);
    CHECK(outcome(plain, Calls::removal()) == "complete");
    CHECK(outcome(house.requester(), Calls::removal()) == "task");
    CHECK(outcome(house.requester(), reveal) == "complete");
    CHECK(outcome(legacy, wish(Calls::removal())) == "legacy task");
    CHECK(outcome(legacy, wish(reveal)) == "method_not_found");
    CHECK(outcome(legacy, wish({.name = "tfy_access_tokens_delete", .arguments = {{"id", "../all"}}})) ==
          "invalid_params");
}

TEST_CASE("the list has the newest first, page by page, each once") {
    Calls house;
    const std::size_t all = 120;
    for (std::size_t i = 0; i < all; ++i) {
        auto made = fakes::approval("apr_" + std::to_string(1000 + i), "t" + std::to_string(i), "stdio:alice",
                                    fakes::noon + std::chrono::seconds{i / 7});
        const storage::RequestLimits limits{1000, 1000};
        const auto record = fakes::entry("requested");
        auto put = [made, limits, record](storage::Ledger& ledger) {
            return ledger.open_request(made, limits, record);
        };
        REQUIRE(house.run(house.store.run(std::move(put))).has_value());
    }
    auto alice = house.requester(false, Version::v2025_11_25);
    std::vector<std::string> seen;
    std::optional<std::string> cursor;
    do {
        auto page = house.run(house.tasks.list(alice, cursor)).value();
        CHECK(page.tasks.size() <= 50);
        for (const auto& task : page.tasks) seen.push_back(task.id);
        cursor = page.next_cursor;
    } while (cursor);
    REQUIRE(seen.size() == all);
    CHECK(std::ranges::is_sorted(seen, std::greater{}));
    CHECK(house.run(house.tasks.list(alice, "apr_none")).error().code == Errc::invalid_params);
    CHECK(house.upstream.deleted() == 0);
}

TEST_CASE("tasks/result waits until it is over, and asks on its own stream meanwhile") {
    Calls house;
    auto params = Calls::removal();
    params.task = protocol::TaskWish{};
    auto alice = house.requester(true, Version::v2025_11_25);
    const auto made = house.run(house.calls.call(alice, params)).value();
    const auto id = made.result.at("task").at("taskId").get<std::string>();
    std::optional<Result<mcp::MethodResult>> result;
    boost::asio::co_spawn(
        house.loop, house.tasks.result(alice, id),
        [&](const std::exception_ptr&, Result<mcp::MethodResult> answer) { result = std::move(answer); });
    house.until([&] { return !house.pipe.sent().empty(); });
    const auto asked = Json::parse(house.pipe.sent().front());
    CHECK(asked.at("method") == "elicitation/create");
    CHECK(asked.at("params").at("_meta").at("io.modelcontextprotocol/related-task").at("taskId") == id);
    CHECK_FALSE(result.has_value());
    protocol::Response said{.id = protocol::RequestId::read(asked.at("id")).value(),
                            .result = {{"action", "accept"}, {"content", yes}}};
    CHECK(house.questions.answer("stdio", said));
    house.until([&] { return result.has_value(); });
    CHECK((*result)->result.at("structuredContent").at("status") == "executed");
    CHECK(house.upstream.deleted() == 1);
}

}  // namespace tfy::approval_tasks_test
