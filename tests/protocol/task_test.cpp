// Tasks in both dialects.
#include "protocol/task.hpp"

#include <doctest/doctest.h>

#include <limits>

namespace tfy::protocol::task_test {
namespace {

protocol::Task task(protocol::Task::Status status = protocol::Task::Status::working) {
    return {
        .id = "t-1", .status = status, .created = "2026-11-24T12:00:00Z", .updated = "2026-11-24T12:01:00Z"};
}

constexpr auto modern = protocol::Version::v2026_07_28;
constexpr auto legacy = protocol::Version::v2025_11_25;

}  // namespace

TEST_CASE("a task that is made is the answer itself in the modern revision, and a member of it before") {
    auto made = task();
    made.message = "waiting";
    made.ttl_ms = 60'000;
    made.poll_interval_ms = 5'000;
    made.result = {{"x", 1}};
    CHECK(protocol::write_created_task(made, modern) == Json::parse(R"({"taskId":"t-1","status":"working",
        "statusMessage":"waiting","createdAt":"2026-11-24T12:00:00Z","lastUpdatedAt":"2026-11-24T12:01:00Z",
        "ttlMs":60000,"pollIntervalMs":5000})"));
    CHECK(protocol::write_created_task(made, legacy) ==
          Json::parse(R"({"task":{"taskId":"t-1","status":"working",
        "statusMessage":"waiting","createdAt":"2026-11-24T12:00:00Z","lastUpdatedAt":"2026-11-24T12:01:00Z",
        "ttl":60000,"pollInterval":5000}})"));
    CHECK(protocol::write_created_task(task(), modern)["ttlMs"].is_null());
    CHECK(protocol::write_created_task(task(), legacy)["task"]["ttl"].is_null());
    CHECK_FALSE(protocol::write_created_task(task(), modern).contains("statusMessage"));
    CHECK_FALSE(protocol::write_created_task(task(), modern).contains("pollIntervalMs"));
}

TEST_CASE("a modern task holds what belongs to its state and nothing else; an older one holds none of it") {
    struct Row {
        protocol::Task::Status status;
        const char* name;
        const char* member;  // nullptr: none
        bool over;
    };
    const Row rows[] = {
        {protocol::Task::Status::working, "working", nullptr, false},
        {protocol::Task::Status::input_required, "input_required", "inputRequests", false},
        {protocol::Task::Status::completed, "completed", "result", true},
        {protocol::Task::Status::failed, "failed", "error", true},
        {protocol::Task::Status::cancelled, "cancelled", nullptr, true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto whole = task(row.status);
        whole.input_requests = {{"q", {{"method", "elicitation/create"}}}};
        whole.result = {{"isError", true}};
        whole.error = protocol::Error{protocol::Errc::resource_not_found, "no", {{"uri", "x"}}};
        const auto written = protocol::write_task(whole, modern);
        CHECK(written["status"] == row.name);
        CHECK(protocol::to_string(row.status) == row.name);
        CHECK(protocol::is_over(row.status) == row.over);
        for (const auto* member : {"inputRequests", "result", "error"}) {
            CAPTURE(member);
            CHECK(written.contains(member) ==
                  (row.member != nullptr && std::string_view(row.member) == member));
            CHECK_FALSE(protocol::write_task(whole, legacy).contains(member));
        }
        CHECK(protocol::write_task(whole, legacy)["status"] == row.name);
    }
}

TEST_CASE("the result of a modern task says what it is, as it would have said by itself") {
    auto done = task(protocol::Task::Status::completed);
    done.result = {{"content", Json::array()}};
    CHECK(protocol::write_task(done, modern)["result"] ==
          Json{{"content", Json::array()}, {"resultType", "complete"}});
    done.result["resultType"] = "other";
    CHECK(protocol::write_task(done, modern)["result"]["resultType"] == "other");
    CHECK_FALSE(protocol::write_task(done, modern).contains("resultType"));
}

TEST_CASE("a failed task says how, even one that does not know") {
    auto failed = task(protocol::Task::Status::failed);
    CHECK(protocol::write_task(failed, modern)["error"]["code"] == -32603);
    CHECK(protocol::write_task(failed, modern)["error"]["message"].is_string());
    failed.error = protocol::Error{protocol::Errc::resource_not_found, "no", {{"uri", "x"}}};
    CHECK(protocol::write_task(failed, modern)["error"] ==
          Json::parse(R"({"code":-32602,"message":"no","data":{"uri":"x"}})"));
}

TEST_CASE("tasks are told of and listed in the words of their revision") {
    CHECK(protocol::task_notification(modern) == "notifications/tasks");
    CHECK(protocol::task_notification(legacy) == "notifications/tasks/status");
    const auto list =
        protocol::write_task_list({task(), task(protocol::Task::Status::completed)}, "c1", legacy);
    CHECK(list["tasks"].size() == 2);
    CHECK(list["tasks"][1] == protocol::write_task(task(protocol::Task::Status::completed), legacy));
    CHECK(list["nextCursor"] == "c1");
    CHECK(protocol::write_task_list({}, std::nullopt, legacy) == Json::parse(R"({"tasks":[]})"));
    CHECK(protocol::related_to_task({{"content", 1}, {"_meta", {{"x", 1}}}}, "t-1") ==
          Json::parse(
              R"({"content":1,"_meta":{"x":1,"io.modelcontextprotocol/related-task":{"taskId":"t-1"}}})"));
}

TEST_CASE("a task is named by an id of at most 200 bytes") {
    CHECK(*protocol::read_task_id({{"taskId", "t-1"}}) == "t-1");
    CHECK(protocol::read_task_id({{"taskId", std::string(200, 'a')}}).has_value());
    const Json all[] = {
        Json::object(), {{"taskId", 1}}, {{"taskId", nullptr}}, nullptr, {{"taskId", std::string(201, 'a')}}};
    for (const auto& params : all) {
        CAPTURE(params);
        CHECK(protocol::read_task_id(params).error().code == protocol::Errc::invalid_params);
        CHECK(protocol::read_update_task(params).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("an update brings answers, whatever their keys are") {
    const auto update =
        protocol::read_update_task(Json::parse(R"({"taskId":"t","inputResponses":{"a":{},"b":7}})"));
    REQUIRE(update.has_value());
    CHECK(update->id == "t");
    CHECK(update->responses == Json::parse(R"({"a":{},"b":7})"));
    for (const auto* text : {R"({"taskId":"t"})", R"({"taskId":"t","inputResponses":[]})",
                             R"({"taskId":"t","inputResponses":null})"}) {
        CAPTURE(text);
        CHECK(protocol::read_update_task(Json::parse(text)).error().code == protocol::Errc::invalid_params);
    }
}

TEST_CASE("a wish for a task may say how long to keep it") {
    CHECK_FALSE(protocol::read_task_wish(Json::object())->has_value());
    struct Row {
        const char* wish;
        bool read;
        std::optional<std::int64_t> ttl;
    };
    const Row rows[] = {
        {R"({})", true, {}},
        {R"({"ttl":0})", true, 0},
        {R"({"ttl":60000,"later":1})", true, 60'000},
        {R"({"ttl":9223372036854775807})", true, std::numeric_limits<std::int64_t>::max()},
        {R"({"ttl":null})", true, {}},
        {R"({"ttl":9223372036854775808})", false, {}},
        {R"({"ttl":18446744073709551616})", false, {}},
        {R"({"ttl":-1})", false, {}},
        {R"({"ttl":1.5})", false, {}},
        {R"({"ttl":1e300})", false, {}},
        {R"({"ttl":"60000"})", false, {}},
        {R"(true)", false, {}},
        {R"({"ttl":6e4})", true, 60'000},
        {R"({"ttl":-0.0})", true, 0},
        {R"([])", false, {}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.wish);
        const auto wish = protocol::read_task_wish({{"task", Json::parse(row.wish)}});
        CHECK(wish.has_value() == row.read);
        if (!wish) CHECK(wish.error().code == protocol::Errc::invalid_params);
        if (wish && row.read) CHECK((*wish)->ttl_ms == row.ttl);
    }
}

TEST_CASE("a client without tasks is told what it lacks, and an unknown task is not named") {
    CHECK(protocol::tasks_required().code == protocol::Errc::missing_capability);
    CHECK(protocol::tasks_required().data ==
          Json::parse(R"({"requiredCapabilities":{"extensions":{"io.modelcontextprotocol/tasks":{}}}})"));
    CHECK(protocol::unknown_task().code == protocol::Errc::invalid_params);
    CHECK(protocol::unknown_task().data.is_null());
}

}  // namespace tfy::protocol::task_test
