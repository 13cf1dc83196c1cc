#include "tools/status/status.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::status_test {

using namespace tfy::examples;
using policy::Approval;
using State = policy::Approval::State;

namespace {

const std::string probe = "GET " + base + "?limit=1&offset=0";
const std::string approval_id = "apr_" + std::string(26, 'a');

tools::KeyFacts a_key() {
    return {.set = true, .is_jwt = true, .subject = "alice@acme.com", .subject_type = "user"};
}

status::Configuration whole() {
    return {.base_url = "https://acme.example",
            .key = [](const policy::Caller&) { return a_key(); },
            .approvals =
                [](const policy::Caller&) {
                    return tools::ApprovalRequirements{
                        .words = "A signed-in person decides.",
                        .by_tool = Json::array({{{"tool", "t"},
                                                 {"could_be_approved", true},
                                                 {"min_assurance", "signed_in"},
                                                 {"people", 1},
                                                 {"words", "one"}}})};
                },
            .version = "0.1.0",
            .page_url = [] { return std::string("http://127.0.0.1:8780/approvals"); }};
}

class OneApproval final : public status::ApprovalReader {
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
        approval.digest = "sha256:3f9c01ab77e2" + std::string(52, '0');
        policy::ApprovalForTests::state(approval) = state;
        approval.expires = noon + 15min;
    }
    Result<tools::ToolResult> look() { return run_read(tool, {{"approval_id", approval_id}}); }
};

}  // namespace

namespace {

struct Status : Upstream {
    ManualClock clock{noon};

    /// `answered` is nullopt if upstream is not to be asked.
    tools::ToolResult of(status::Configuration configuration,
                         std::optional<Result<truefoundry::ApiResponse>> answered) {
        if (answered) exchange.expect(probe, *answered);
        status::ConfigStatus tool(client, clock, std::move(configuration));
        auto result = run_read(tool);
        REQUIRE(result.has_value());
        CHECK_FALSE(result->is_error);
        CHECK_FALSE(holds(result->text + result->structured.dump(), "MARK"));
        return std::move(*result);
    }
    tools::ToolResult of(tools::KeyFacts key, std::optional<Result<truefoundry::ApiResponse>> answered) {
        auto configuration = whole();
        configuration.key = [key](const policy::Caller&) { return key; };
        return of(std::move(configuration), std::move(answered));
    }
};

Error unreachable(const char* cause) { return {Errc::upstream, "Why.", {{"cause", cause}}}; }

}  // namespace

TEST_CASE("the status tells apart what is not set, unreachable, refused, not permitted and working") {
    struct Row {
        const char* connection;
        const char* cause;
        std::optional<Result<truefoundry::ApiResponse>> answered;
        const char* words;
        status::Configuration configuration = whole();
    };
    auto no_url = whole();
    no_url.base_url = {};
    auto nothing = status::Configuration{};
    auto no_key = whole();
    no_key.key = {};
    auto plain_http = whole();
    plain_http.url_problem = "TFY_BASE_URL must be https.";
    plain_http.url_cause = "base_url_not_https";
    auto bad_file = whole();
    bad_file.key = [](const policy::Caller&) {
        return tools::KeyFacts{.problem = "/k cannot be read.", .cause = "key_file_unreadable"};
    };
    const Row rows[] = {
        {"works", nullptr, answer(200, page(Json::array())), "TrueFoundry accepts the key."},
        {"key_refused", "key_refused", answer(401, "MARK"), "Check the key of this server."},
        {"no_permission", "no_permission", answer(403, "MARK"),
         "Cannot manage access tokens. Check your API key permissions."},
        {"unreachable", "name_not_found", unreachable("name_not_found"), "cannot be reached"},
        {"unreachable", "connection_refused", unreachable("connection_refused"), "cannot be reached"},
        {"unreachable", "tls_refused", unreachable("tls_refused"), "cannot be reached"},
        {"unreachable", "no_answer", Error{Errc::upstream, "Some other way."}, "cannot be reached"},
        {"unexpected_answer", "unexpected_answer", answer(404, "<html>MARK"), "Check TFY_BASE_URL"},
        {"unexpected_answer", "unexpected_answer", answer(200, "<html>MARK"), "not a list"},
        {"not_set", "base_url_not_set", {}, "Not set: TFY_BASE_URL. ", no_url},
        {"not_set",
         "base_url_not_set",
         {},
         "Not set: TFY_BASE_URL and TFY_API_KEY (or TFY_API_KEY_FILE). A person runs tfy-pat-mcp login in a "
         "terminal, which takes effect at once; or sets both ",
         nothing},
        {"not_set", "key_not_set", {}, "Not set: TFY_API_KEY (or TFY_API_KEY_FILE). A person runs ", no_key},
        {"misconfigured", "key_file_unreadable", {}, "/k cannot be read", bad_file},
        {"misconfigured", "base_url_not_https", {}, "must be https", plain_http}};
    for (const auto& row : rows) {
        CAPTURE(row.words);
        const auto result = Status().of(row.configuration, row.answered);
        CHECK(result.structured.at("connection") == row.connection);
        CHECK(result.structured.at("cause") == (row.cause == nullptr ? Json(nullptr) : Json(row.cause)));
        CHECK(holds(result.text, row.words));
    }
}

TEST_CASE("setting up is the user's: no key is taken, and they are told where they enter it") {
    Upstream world;
    const auto told_to = [&](status::Configuration configuration) {
        status::ConfigSet tool(world.client, std::move(configuration));
        auto result = run_read(tool);
        REQUIRE(result.has_value());
        return std::move(*result);
    };
    auto none = whole();
    none.key = [](const policy::Caller&) { return tools::KeyFacts{}; };
    const auto first = told_to(none);
    CHECK(first.structured == Json{{"status", "ask_the_user"},
                                   {"command", "tfy-pat-mcp login"},
                                   {"key_set", false},
                                   {"sandbox", false}});
    CHECK(holds(first.text, "Nothing was changed. The user enters"));
    CHECK(holds(first.text, "\n\n  tfy-pat-mcp login\n\n"));
    CHECK_FALSE(holds(first.text, "A key is set already"));
    auto set = whole();
    set.key = [](const policy::Caller&) {
        auto key = a_key();
        key.from = "TFY_API_KEY in the environment";
        return key;
    };
    CHECK(told_to(set).structured.at("key_set") == true);
    CHECK(holds(told_to(set).text, "A key is set already (TFY_API_KEY in the environment)"));
    auto each = whole();
    each.key = [](const policy::Caller&) { return tools::KeyFacts{}; };
    each.own_key_page = [] { return std::string("https://tfy.example.com/approvals/key"); };
    const auto page = told_to(each);
    CHECK(page.structured == Json{{"status", "ask_the_user"},
                                  {"page", "https://tfy.example.com/approvals/key"},
                                  {"key_set", false},
                                  {"sandbox", false}});
    CHECK(holds(page.text, "\n\n  https://tfy.example.com/approvals/key\n\n"));
    CHECK_FALSE(holds(page.text, "terminal"));
    auto sandbox = whole();
    sandbox.sandbox = true;
    CHECK(told_to(sandbox).structured.at("status") == "not_needed");
    CHECK_FALSE(told_to(sandbox).structured.contains("command"));
}

TEST_CASE("that no one is enrolled is a warning, with the command that changes it") {
    auto configuration = whole();
    configuration.first_person = []() -> Async<std::string> { co_return "tfy-pat-mcp people first"; };
    const auto result = Status().of(configuration, answer(200, page(Json::array())));
    CHECK(result.structured.at("connection") == "works");
    REQUIRE(result.structured.at("warnings").size() == 1);
    const auto warning = result.structured.at("warnings").front().get<std::string>();
    CHECK(holds(warning, "No one is enrolled, so no one can decide"));
    CHECK(warning.ends_with(": tfy-pat-mcp people first"));
    CHECK(holds(result.text, "Warning: " + warning));
    configuration.first_person = []() -> Async<std::string> { co_return std::string{}; };
    CHECK(Status().of(configuration, answer(200, page(Json::array()))).structured.at("warnings").empty());
}

TEST_CASE("what stops the caller is the first warning, and the next step is to tell the user") {
    auto configuration = whole();
    configuration.stopped = [](policy::Caller) -> Async<std::string> { co_return "ada froze this caller."; };
    configuration.first_person = []() -> Async<std::string> { co_return "tfy-pat-mcp people first"; };
    const auto result = Status().of(configuration, answer(200, page(Json::array())));
    CHECK(result.structured.at("warnings").front() == "ada froze this caller.");
    CHECK(holds(result.text, "Warning: ada froze this caller.\n"));
    CHECK(
        holds(result.structured.at("next").get<std::string>(), "Tell the user what the first warning says."));
    CHECK(holds(Status().of(configuration, answer(401)).structured.at("next").get<std::string>(),
                "Do what the message says"));
}

TEST_CASE("a key that says that it has ended is expired where it is refused, and odd where it works") {
    auto ended = a_key();
    ended.expires = noon;
    const auto refused = Status().of(ended, answer(401));
    CHECK(refused.structured.at("connection") == "key_refused");
    CHECK(refused.structured.at("cause") == "key_expired");
    CHECK(holds(refused.text, "The key expired at 2026-11-23 12:00 UTC"));
    CHECK(Status().of(ended, answer(403)).structured.at("cause") == "no_permission");

    const auto works = Status().of(ended, answer(200, page(Json::array())));
    CHECK(works.structured.at("connection") == "works");
    CHECK(holds(works.text, "Warning: The key says that it expired"));

    auto ends = a_key();
    ends.expires = noon + std::chrono::days{7};
    const auto soon = Status().of(ends, answer(200, page(Json::array())));
    CHECK(holds(soon.text, "Warning: The key expires in 7 days"));
    CHECK(soon.structured.at("key_expires_at") == "2026-11-30T12:00:00.000Z");
    ends.expires = *ends.expires + 1ms;
    CHECK(Status().of(ends, answer(200, page(Json::array()))).structured.at("warnings").empty());
}

TEST_CASE("a virtual account's key is named as one where the key says so, refused or not") {
    for (const auto* type : {"virtualaccount", "serviceaccount", "virtual-account"}) {
        CAPTURE(type);
        auto machine = a_key();
        machine.subject_type = type;
        const auto refused = Status().of(machine, answer(403));
        CHECK(refused.structured.at("connection") == "no_permission");
        CHECK(refused.structured.at("cause") == "virtual_account_key");
        CHECK(refused.structured.at("key_kind") == "virtual_account");
        CHECK(holds(refused.text, "only users have personal access tokens"));
        const auto works = Status().of(machine, answer(200, page(Json::array())));
        CHECK(works.structured.at("cause").is_null());
        CHECK(works.structured.at("warnings").size() == 1);
    }
    const auto opaque = Status().of(tools::KeyFacts{.set = true}, answer(403));
    CHECK(opaque.structured.at("cause") == "no_permission");
    CHECK(opaque.structured.at("key_kind") == "unknown");
}

TEST_CASE(
    "the status says what is known without asking: the address, whom the key names, what approvals prove") {
    Upstream upstream;
    upstream.exchange.expect(probe, answer(200, page(Json::array())));
    auto configuration = whole();
    configuration.sandbox = true;
    const ManualClock clock{noon};
    status::ConfigStatus tool(upstream.client, clock, configuration);
    const auto result = run_read(tool).value();
    CHECK(result.text ==
          "Sandbox mode: test tokens only; TrueFoundry is not contacted.\n\nControl plane: "
          "https://acme.example\n"
          "API key: set\n"
          "Acts as: alice@acme.com\nApprovals: A signed-in person decides.\n"
          "Approvals page: http://127.0.0.1:8780/approvals\nVersion: 0.1.0\n");
    CHECK(result.structured.at("key_set") == true);
    CHECK(result.structured.at("acts_as") == "alice@acme.com");
}

TEST_CASE("the sandbox is called that, not by its address") {
    Upstream upstream;
    upstream.exchange.expect(probe, answer(200, page(Json::array())));
    auto configuration = whole();
    configuration.base_url = tools::BaseUrl("sandbox:");
    const ManualClock clock{noon};
    status::ConfigStatus tool(upstream.client, clock, configuration);
    const auto result = run_read(tool).value();
    CHECK(result.text.find("\nControl plane: the sandbox\n") != std::string::npos);
    CHECK(result.structured.at("base_url") == "sandbox:");
}

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
        Approval::Decision{.approved = true, .by = "grace\n@example.com", .reason = "fine\u202E"};
    approval.outcome = {
        {"text", "It changed."}, {"structured", {{"status", "superseded"}}}, {"isError", true}};
    const auto result = looking.look().value();
    CHECK(result.structured.at("decided_by") == "grace @example.com");
    CHECK(result.structured.at("reason") == "fine⟨U+202E⟩");
    CHECK(result.structured.at("outcome") == approval.outcome);
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
         "will be deleted at 2026-11-23 12:15 UTC, because the value of"},
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

}  // namespace tfy::status_test
