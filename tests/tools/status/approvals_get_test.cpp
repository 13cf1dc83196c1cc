#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/status/status.hpp"

namespace tfy::approvals_get_test {

using namespace tfy::examples;
using policy::Approval;
using State = policy::Approval::State;

namespace {

const std::string approval_id = "apr_" + std::string(26, 'a');

class OneApproval final : public status::ApprovalLookup {
public:
    Async<Result<Approval>> find(std::string id) override {
        if (broken) co_return Error{Errc::storage, "disk full"};
        if (id != approval.id) co_return Error{Errc::not_found, "no such approval"};
        co_return approval;
    }
    Async<tools::ToolResult> answer(policy::Approval) override {
        co_return tools::ToolResult{.text = text, .structured = structured, .is_error = is_error};
    }
    Async<Result<std::optional<access_tokens::Rotation>>> rotation_of(std::string id) override {
        if (id != approval.id) co_return std::optional<access_tokens::Rotation>{};
        co_return rotation;
    }
    Approval approval;
    // What the call is answered with:
    std::string text = "What the call says.\n";
    Json structured = {
        {"status", "approval_pending"}, {"message", "What the call says."}, {"next", "Do this."}};
    bool is_error = false;
    std::optional<access_tokens::Rotation> rotation;
    bool broken = false;
};

struct Looking {
    OneApproval approvals;
    status::GetApproval tool{approvals, fakes::no_tokens()};

    explicit Looking(State state = State::pending) {
        auto& approval = approvals.approval;
        approval.id = approval_id;
        approval.call.tool = "tfy_access_tokens_delete";
        approval.call.caller.principal = "stdio:alice";
        policy::ApprovalForTests::digest(approval) = "sha256:3f9c01ab77e2" + std::string(52, '0');
        approval.facts.subject = "ci\u202Ebot";
        approval.facts.effect = "Deletes it.";
        approval.facts.shown = {{"Last used", "never\u202E"}};
        policy::ApprovalForTests::state(approval) = state;
        approval.expires = noon + 15min;
    }
    Result<tools::ToolResult> look() { return run_read(tool, {{"approval_id", approval_id}}); }
};
}  // namespace

TEST_CASE("an approval says what the call itself would be answered, and where the request stands") {
    for (const auto state : {State::pending, State::succeeded, State::superseded}) {
        Looking looking(state);
        looking.approvals.is_error = true;  // of the call; having looked is none
        const auto result = looking.look();
        REQUIRE(result.has_value());
        CHECK_FALSE(result->is_error);
        CHECK(result->structured == Json{{"status", "approval_pending"},
                                         {"message", "What the call says."},
                                         {"next", "Do this."},
                                         {"state", policy::to_string(state)},
                                         {"approval_id", approval_id},
                                         {"tool", "tfy_access_tokens_delete"},
                                         {"action", "Delete access token ci⟨U+202E⟩bot"},
                                         {"effect", "Deletes it."},
                                         {"facts", Json::parse(R"([{"label": "Last used",
                                                                    "value": "never⟨U+202E⟩"}])")},
                                         {"digest", "sha256:3f9c01ab77e2" + std::string(52, '0')},
                                         {"request_expires_at", "2026-11-23T12:15:00.000Z"}});
        CHECK(result->text.starts_with("What the call says.\n"));
        CHECK(holds(result->text, "Tool: tfy_access_tokens_delete"));
        CHECK(holds(result->text, "State: " + std::string(policy::to_string(state))));
    }
}

TEST_CASE("who decided, why, and what came of it are told, made safe to look at") {
    Looking looking(State::failed);
    auto& approval = looking.approvals.approval;
    policy::ApprovalForTests::decision(approval) =
        Approval::Decision{.approved = true, .by = "grace\n@example.com", .at = noon, .reason = "fine\u202E"};
    approval.outcome = {
        {"text", "It changed."}, {"structured", {{"status", "superseded"}}}, {"isError", true}};
    const auto result = looking.look().value();
    CHECK(result.structured.at("decided_by") == "grace @example.com");
    CHECK(result.structured.at("decided_at") == "2026-11-23T12:00:00.000Z");
    CHECK(holds(result.text, "\nDecided by: grace @example.com\nDecided on: 2026-11-23 12:00 UTC\n"));
    CHECK(result.structured.at("reason") == "fine⟨U+202E⟩");
    CHECK(result.structured.at("outcome") == approval.outcome);
}

TEST_CASE("what a standing permission approved says so, and not why the permission was given") {
    Looking looking(State::succeeded);
    policy::ApprovalForTests::decision(looking.approvals.approval) =
        Approval::Decision{.approved = true, .by = "grace", .reason = "the release", .permission = "perm_1"};
    const auto result = looking.look().value();
    CHECK(result.structured.at("decided_by") == "a standing permission of grace");
    CHECK_FALSE(result.structured.contains("reason"));
    CHECK(holds(result.text, "\nApproved by a standing permission of grace.\n"));
    CHECK_FALSE(holds(result.text, "the release"));
    CHECK_FALSE(holds(result.text, "Decided by"));
}

TEST_CASE("another principal's approval, an unknown one and no id at all are not found") {
    Looking looking;
    looking.approvals.approval.call.caller.principal = "stdio:bob";
    const auto foreign = looking.look();
    CHECK(foreign.error().code == Errc::not_found);
    const auto next = tools::failed(foreign.error()).structured.at("next").get<std::string>();
    CHECK(next.find("approval_id") != std::string::npos);
    CHECK(next.find("tfy_access_tokens_list") == std::string::npos);  // it holds no approval ids
    looking.approvals.approval.id = "another";
    CHECK(looking.look().error().message == foreign.error().message);
    CHECK(run_read(looking.tool, {{"approval_id", "../x"}}).error().code == Errc::refused);
    looking.approvals.broken = true;
    CHECK(looking.look().error().code == Errc::storage);
}

TEST_CASE("an approval of a rotation tells what became of the old token, and what to do") {
    using Rotation = access_tokens::Rotation;
    using Kept = Rotation::Kept;
    struct Row {
        Rotation::State state;
        Kept because;
        const char* says;
    };
    const Row rows[] = {
        {Rotation::State::waiting, Kept::not_kept,
         "never before. To keep it, a person runs: tfy-pat-mcp approvals keep rot_1"},
        {Rotation::State::due, Kept::not_kept,
         "will be deleted on 2026-11-23 12:15 UTC, because the value of"},
        {Rotation::State::deleting, Kept::not_kept, "is being deleted"},
        {Rotation::State::done, Kept::not_kept, "is deleted; the new token \"ci-bot-2\" has taken its place"},
        {Rotation::State::kept, Kept::value_lapsed, "not shown within its ten minutes, so it is lost"},
        {Rotation::State::kept, Kept::value_lost, "lost when the server that held it stopped"},
        {Rotation::State::kept, Kept::old_changed, "has changed since the rotation was approved"},
        {Rotation::State::kept, Kept::by_person, "a person decided to keep it"},
        {Rotation::State::kept, Kept::refused, "ended with the server that made it"},
        {Rotation::State::kept, Kept::unreachable,
         "It is unknown whether the old token \"ci-bot\" still works"},
    };
    Looking looking(State::succeeded);
    CHECK_FALSE(looking.look().value().structured.contains("rotation"));
    for (const auto& row : rows) {
        CAPTURE(row.says);
        looking.approvals.rotation = Rotation{.id = "rot_1",
                                              .state = row.state,
                                              .because = row.because,
                                              .plan = {.old = {{"id", "old1"}, {"name", "ci-bot"}},
                                                       .new_name = "ci-bot-2",
                                                       .grace_period = "15m"},
                                              .due = noon + 15min};
        const auto told = looking.look().value();
        CHECK(holds(told.text, row.says));
        looking.approvals.rotation->page = "http://localhost:8780/approvals/rotations";
        const bool open = row.state == Rotation::State::waiting || row.state == Rotation::State::due;
        CHECK(holds(looking.look().value().text,
                    "To keep it, a person opens http://localhost:8780/approvals/rotations or runs: "
                    "tfy-pat-mcp approvals keep rot_1") == open);
        looking.approvals.rotation->page.clear();
        const auto& rotation = told.structured.at("rotation");
        CHECK(rotation.at("message") ==
              access_tokens::describe(*looking.approvals.rotation, fakes::no_tokens()));
        CHECK(rotation.at("state") == access_tokens::to_string(row.state));
        CHECK(rotation.at("because").is_null() == (row.because == Kept::not_kept));
        CHECK(rotation.at("old").at("deleted") == (row.state == Rotation::State::done));
        CHECK(access_tokens::read_rotation_state(access_tokens::to_string(row.state)) == row.state);
        CHECK(access_tokens::read_kept(access_tokens::to_string(row.because)) == row.because);
    }
}
}  // namespace tfy::approvals_get_test
