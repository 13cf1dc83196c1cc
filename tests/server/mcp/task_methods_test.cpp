// Who may use the methods of tasks: a modern client that declares the extension, a 2025-11-25 client, no one
// else.
#include <doctest/doctest.h>

#include "server/mcp/dispatch.hpp"
#include "server/mcp/http_replies.hpp"
#include "tests/fakes/permits.hpp"
#include "tests/fakes/run.hpp"

namespace tfy::task_methods_test {

using protocol::Version;

namespace {

class NoTasks final : public mcp::TaskFeature {
public:
    Async<Result<protocol::Task>> get(mcp::Requester&, std::string) override {
        co_return protocol::unknown_task();
    }
    Async<Result<void>> update(mcp::Requester&, protocol::UpdateTask) override {
        co_return protocol::unknown_task();
    }
    Async<Result<void>> cancel(mcp::Requester&, std::string) override { co_return protocol::unknown_task(); }
    Async<Result<Listed>> list(mcp::Requester&, std::optional<std::string>) override { co_return Listed{}; }
    Async<Result<mcp::MethodResult>> result(mcp::Requester&, std::string) override {
        co_return protocol::unknown_task();
    }
};

std::optional<Errc> error_of(Version version, bool declared, std::string method) {
    NoTasks tasks;
    mcp::Subscriptions changes;
    const sealing::Sealer redaction{redaction::FingerprintKeyForTests::make(), {}};
    mcp::Dispatch dispatch({.tasks = &tasks}, changes, redaction, {.capabilities = {.tasks = true}});
    mcp::AnswerOnly outbox;
    mcp::Requester requester{.context = {.version = version, .capabilities = {.tasks = declared}},
                             .caller = {},
                             .outbox = outbox,
                             .redaction = redaction};
    protocol::Request request{
        protocol::RequestId(1), std::move(method), {{"taskId", "some"}, {"inputResponses", Json::object()}}};
    return fakes::run(dispatch.answer(requester, std::move(request))).error;
}

}  // namespace

TEST_CASE("methods of tasks are for clients that can have been given one") {
    struct Row {
        Version version;
        bool declared;
        const char* method;
        std::optional<Errc> error;
    };
    const Row rows[] = {
        {Version::v2026_07_28, true, "tasks/get", Errc::invalid_params},
        {Version::v2026_07_28, true, "tasks/update", Errc::invalid_params},
        {Version::v2026_07_28, true, "tasks/cancel", Errc::invalid_params},
        {Version::v2026_07_28, false, "tasks/get", Errc::missing_capability},
        {Version::v2026_07_28, false, "tasks/update", Errc::missing_capability},
        {Version::v2026_07_28, false, "tasks/cancel", Errc::missing_capability},
        {Version::v2026_07_28, true, "tasks/list", Errc::method_not_found},
        {Version::v2026_07_28, true, "tasks/result", Errc::method_not_found},
        {Version::v2025_11_25, false, "tasks/get", Errc::invalid_params},
        {Version::v2025_11_25, false, "tasks/list", std::nullopt},
        {Version::v2025_11_25, false, "tasks/update", Errc::method_not_found},
        {Version::v2025_06_18, false, "tasks/get", Errc::method_not_found},
    };
    for (const auto& row : rows) {
        CAPTURE(row.method);
        CAPTURE(row.declared);
        CAPTURE(protocol::to_string(row.version));
        CHECK(error_of(row.version, row.declared, row.method) == row.error);
    }
}

}  // namespace tfy::task_methods_test
