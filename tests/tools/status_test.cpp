#include "tools/status.hpp"

#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"

using namespace tfy;
using namespace tfy::examples;
using policy::Approval;
using State = policy::Approval::State;

namespace {

const std::string probe = "GET " + base + "?limit=1&offset=0";
const std::string approval_id = "apr_" + std::string(26, 'a');

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

tools::Configuration whole() {
    return {.base_url = "https://acme.example",
            .key_set = true,
            .acts_as = "alice@acme.com",
            .assurance = "An approval proves that a signed-in person decided.",
            .version = "0.1.0",
            .page_url = [] { return std::string("http://127.0.0.1:8780/approvals"); }};
}

class OneApproval final : public tools::ApprovalReader {
public:
    Async<Result<Approval>> find(std::string id) override {
        if (broken) co_return Error{Errc::storage, "disk full"};
        if (id != approval.id) co_return Error{Errc::not_found, "no such approval"};
        co_return approval;
    }
    Async<Result<std::optional<tools::Rotation>>> rotation_of(std::string id) override {
        if (id != approval.id) co_return std::optional<tools::Rotation>{};
        co_return rotation;
    }
    Approval approval;
    std::optional<tools::Rotation> rotation;
    bool broken = false;
};

struct Looking {
    OneApproval approvals;
    tools::GetApproval tool{approvals};

    explicit Looking(State state = State::pending) {
        auto& approval = approvals.approval;
        approval.id = approval_id;
        approval.call.tool = "tfy_access_tokens_delete";
        approval.call.caller.principal = "stdio:alice";
        approval.digest = "sha256:3f9c01ab77e2" + std::string(52, '0');
        approval.state = state;
        approval.expires = noon + 15min;
    }
    Result<tools::ToolResult> look() { return run_read(tool, {{"approval_id", approval_id}}); }
};

}  // namespace

TEST_CASE("the status tells apart what is not set, unreachable, refused, not permitted and working") {
    struct Row {
        const char* connection;
        std::optional<Result<truefoundry::HttpResponse>> answered;  // nullopt: upstream is not asked
        const char* words;
        tools::Configuration configuration = whole();
    };
    auto no_url = whole();
    no_url.base_url.clear();
    auto nothing = tools::Configuration{};
    auto plain_http = whole();
    plain_http.problem = "TFY_BASE_URL must be https.";
    const Row rows[] = {{"works", answer(200, page(Json::array())), "TrueFoundry accepts the key."},
                        {"key_refused", answer(401, "MARK"), "Check TFY_API_KEY"},
                        {"no_permission", answer(403, "MARK"),
                         "Cannot manage access tokens. Check your API key permissions."},
                        {"unreachable", Error{Errc::upstream, "Connection refused."}, "cannot be reached"},
                        {"unexpected_answer", answer(404, "<html>MARK"), "Check TFY_BASE_URL"},
                        {"unexpected_answer", answer(200, "<html>MARK"), "not a list"},
                        {"not_set", {}, "Not set: TFY_BASE_URL. ", no_url},
                        {"not_set", {}, "Not set: TFY_BASE_URL and TFY_API_KEY. ", nothing},
                        {"misconfigured", {}, "must be https", plain_http}};
    for (const auto& row : rows) {
        CAPTURE(row.words);
        Upstream upstream;
        if (row.answered) upstream.exchange.expect(probe, *row.answered);
        tools::ConfigStatus tool(upstream.client, row.configuration);
        const auto result = run_read(tool);
        REQUIRE(result.has_value());
        CHECK_FALSE(result->is_error);
        CHECK(result->structured.at("connection") == row.connection);
        CHECK(holds(result->text, row.words));
        CHECK_FALSE(holds(result->text + result->structured.dump(), "MARK"));
    }
}

TEST_CASE(
    "the status says what is known without asking: the address, whom the key names, what approvals prove") {
    Upstream upstream;
    upstream.exchange.expect(probe, answer(200, page(Json::array())));
    auto configuration = whole();
    configuration.sandbox = true;
    tools::ConfigStatus tool(upstream.client, configuration);
    const auto result = run_read(tool).value();
    CHECK(result.text ==
          "TrueFoundry accepts the key.\n\nControl plane: https://acme.example (the sandbox: make-believe "
          "tokens only)\nAPI key: set\n"
          "Acts as: alice@acme.com\nApprovals: An approval proves that a signed-in person decided.\n"
          "Approvals page: http://127.0.0.1:8780/approvals\nVersion: 0.1.0\n");
    CHECK(result.structured.at("key_set") == true);
    CHECK(result.structured.at("acts_as") == "alice@acme.com");
}

TEST_CASE("each state of an approval has its word and says whether anything was done") {
    struct Row {
        State state;
        const char* status;
        const char* words;
    };
    const Row rows[] = {{State::pending, "approval_pending", "Nothing was done"},
                        {State::approved, "approval_pending", "Call the tool again with the same arguments"},
                        {State::executing, "approval_pending", "is running"},
                        {State::succeeded, "executed", "has run"},
                        {State::failed, "failed", "failed"},
                        {State::unknown, "execution_unknown", "List the access tokens"},
                        {State::denied, "denied", "Nothing was done"},
                        {State::expired, "expired", "Nothing was done"},
                        {State::withdrawn, "withdrawn", "Nothing was done"}};
    for (const auto& row : rows) {
        CAPTURE(row.status);
        const auto result = Looking(row.state).look();
        REQUIRE(result.has_value());
        CHECK_FALSE(result->is_error);
        CHECK(result->structured == Json{{"status", row.status},
                                         {"state", policy::to_string(row.state)},
                                         {"approval_id", approval_id},
                                         {"tool", "tfy_access_tokens_delete"},
                                         {"digest", "sha256:3f9c01ab77e2" + std::string(52, '0')},
                                         {"expires_at", "2026-11-23T12:15:00.000Z"}});
        CHECK(holds(result->text, row.words));
        CHECK(holds(result->text, "Digest: 3f9c 01ab 77e2"));
    }
}

TEST_CASE("who decided, why, and what came of it are told, made safe to look at") {
    Looking looking(State::failed);
    auto& approval = looking.approvals.approval;
    approval.decision =
        Approval::Decision{.approved = true, .by = "grace\n@example.com", .reason = "fine\u202E"};
    approval.outcome = {
        {"text", "It changed."}, {"structured", {{"status", "superseded"}}}, {"isError", true}};
    const auto result = looking.look().value();
    CHECK(result.structured.at("status") == "superseded");
    CHECK(result.structured.at("decided_by") == "grace @example.com");
    CHECK(result.structured.at("reason") == "fine⟨U+202E⟩");
    CHECK(result.structured.at("outcome") == approval.outcome);
    CHECK(holds(result.text, "Outcome:\nIt changed."));
}

TEST_CASE("another principal's approval, an unknown one and no id at all are not found") {
    Looking looking;
    looking.approvals.approval.call.caller.principal = "stdio:bob";
    const auto foreign = looking.look();
    CHECK(foreign.error().code == Errc::not_found);
    looking.approvals.approval.id = "another";
    CHECK(looking.look().error().message == foreign.error().message);
    CHECK(run_read(looking.tool, {{"approval_id", "../x"}}).error().code == Errc::refused);
    looking.approvals.broken = true;
    CHECK(looking.look().error().code == Errc::storage);
}

TEST_CASE("an approval of a rotation tells what became of the old token, and what to do") {
    using Rotation = tools::Rotation;
    using Kept = Rotation::Kept;
    struct Row {
        Rotation::State state;
        Kept because;
        const char* says;
    };
    const Row rows[] = {
        {Rotation::State::waiting, Kept::not_kept, "never before. A person can still keep it"},
        {Rotation::State::due, Kept::not_kept, "is deleted at 2026-11-23 12:15 UTC"},
        {Rotation::State::deleting, Kept::not_kept, "is being deleted"},
        {Rotation::State::done, Kept::not_kept, "is deleted; the new token \"ci-bot-2\" has taken its place"},
        {Rotation::State::kept, Kept::value_lapsed, "not looked at within its ten minutes, so nobody has it"},
        {Rotation::State::kept, Kept::value_lost, "lost when the server that held it stopped"},
        {Rotation::State::kept, Kept::old_changed, "no longer as it was when the rotation was approved"},
        {Rotation::State::kept, Kept::by_person, "a person decided to keep it"},
        {Rotation::State::kept, Kept::refused, "ended with the server that made it"},
        {Rotation::State::kept, Kept::unreachable,
         "Nobody knows whether the old token \"ci-bot\" still works"},
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
        const auto& rotation = told.structured.at("rotation");
        CHECK(rotation.at("message") == tools::describe(*looking.approvals.rotation));
        CHECK(rotation.at("state") == tools::to_string(row.state));
        CHECK(rotation.at("because").is_null() == (row.because == Kept::not_kept));
        CHECK(rotation.at("old").at("deleted") == (row.state == Rotation::State::done));
        CHECK(tools::read_rotation_state(tools::to_string(row.state)) == row.state);
        CHECK(tools::read_kept(tools::to_string(row.because)) == row.because);
    }
}
