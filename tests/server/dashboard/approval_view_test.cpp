// What the page is told about an approval: everything that helps to decide, and only text that is safe to
// look at.
#include "server/dashboard/approval_view.hpp"

#include <doctest/doctest.h>

#include "policy/dialogue/approval_text.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"
#include "tools/access_tokens/rotations.hpp"

namespace tfy::approval_view_test {

using namespace tfy::fakes;

namespace {

constexpr const char* override_mark = "\u202E";  // right-to-left override
const dashboard::Viewer grace{.person = "grace"};
const std::string written_out = "\u27E8U+202E\u27E9";

}  // namespace

TEST_CASE("a pending request is shown with its facts, arguments, digest and rule") {
    auto made = approval("apr_a");
    policy::ApprovalForTests::terms(made).because = "deleting a token cannot be undone";
    made.facts.warnings = {"It was used 2 hours before this was asked."};
    const auto view = dashboard::approval_view(made, grace, fakes::no_tokens());

    CHECK(view.at("id") == "apr_a");
    CHECK(view.at("tool") == "tfy_access_tokens_delete");
    CHECK(view.at("words") ==
          Json{{"title", "Delete access token"}, {"button", "Approve deletion"}, {"danger", true}});
    CHECK(view.at("may_be_permitted") == false);
    CHECK(view.at("state") == "pending");
    CHECK(view.at("created") == "2026-11-23T12:00:00.000Z");
    CHECK(view.at("updated") == policy::format_time(made.updated));
    CHECK(view.at("request_expires_at") == "2026-11-23T12:15:00.000Z");
    CHECK(view.at("facts") == Json{{"subject", "ci-pipeline"},
                                   {"to_type", "ci-pipeline"},
                                   {"effect", "The token is deleted for ever. What uses it stops working."},
                                   {"shown", {{{"label", "Created"}, {"value", "2026-01-05 09:00 UTC"}}}},
                                   {"warnings", {"It was used 2 hours before this was asked."}}});
    CHECK(view.at("arguments") == "{\n  \"id\": \"pat-ci-pipeline\"\n}");
    CHECK(view.at("digest") == made.digest());
    CHECK(view.at("short_digest") == policy::short_digest(made.digest()));
    CHECK(view.at("agent_reason") == "no longer needed");
    CHECK(view.at("principal") == "stdio:alice");
    CHECK(view.at("client") == "claude-code 2.1.0");
    CHECK(view.at("because") == "deleting a token cannot be undone");
    CHECK(view.at("min_assurance") == "terminal");
    CHECK(view.at("reason_required") == false);
    CHECK(view.at("destinations") == Json::array());
    CHECK(view.at("marked") == false);
    CHECK(view.at("decision").is_null());
    CHECK(view.at("outcome").is_null());
}

TEST_CASE("it says who may decide, who has, and what this viewer may do") {
    auto made = approval("apr_a");
    made.call.caller.person = "alice";
    policy::ApprovalForTests::terms(made).approvers = {"ann", "bob", "alice"};
    policy::ApprovalForTests::terms(made).quorum = 2;
    policy::ApprovalForTests::terms(made).self_approval = false;
    policy::ApprovalForTests::votes(made) = {
        {.approved = true, .by = "ann", .assurance = policy::Assurance::signed_in, .at = noon}};
    struct Row {
        const char* person;
        bool approve;
        bool deny;
        const char* why_not;
    };
    const Row rows[] = {
        {"bob", true, true, nullptr},
        {"ann", false, true, "ann has already approved this request. Another person must approve it too."},
        {"alice", false, true,
         "The rule asks for a person other than the agent's own, who is alice: another person has to "
         "decide."},
        {"dora", false, false, "Only these people can decide on this request: ann, bob, alice."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.person);
        const auto view = dashboard::approval_view(made, {row.person, {.name = true}}, fakes::no_tokens());
        CHECK(view.at("may_decide") ==
              Json{{"approve", row.approve},
                   {"deny", row.deny},
                   {"why_not", row.why_not == nullptr ? Json(nullptr) : Json(row.why_not)}});
        CHECK(view.at("may_narrow").is_null() == (row.person == std::string("alice") || !row.deny));
    }
    const auto view = dashboard::approval_view(made, {"bob", {.name = true}}, fakes::no_tokens());
    CHECK(view.at("approvers") == Json{"ann", "bob", "alice"});
    CHECK(view.at("quorum") == 2);
    CHECK(view.at("votes") == Json::array({{{"by", "ann"},
                                            {"assurance", "signed_in"},
                                            {"at", "2026-11-23T12:00:00.000Z"},
                                            {"destination", nullptr}}}));
    CHECK(view.at("self_approval") == false);
    CHECK(view.at("asked_by_person") == "alice");
    CHECK(view.at("may_narrow") == Json{{"name", true}, {"expiration", false}, {"team", false}});
    policy::ApprovalForTests::state(made) = policy::Approval::State::approved;
    CHECK(dashboard::approval_view(made, {"bob", {.name = true}}, fakes::no_tokens())
              .at("may_decide")
              .is_null());
    CHECK(dashboard::approval_view(approval("apr_b"), grace, fakes::no_tokens())
              .at("asked_by_person")
              .is_null());
}

TEST_CASE("what people changed is told once for each argument, with who changed it last") {
    auto made = approval("apr_a");
    made.call.arguments = {{"payload", {{"name", "ci-b"}, {"expirationDate", "2026-12-01"}}}};
    made.narrowings = {{"ada", noon, {{"payload", {{"name", "ci-a"}, {"tokenType", "jwt"}}}}},
                       {"bob", noon + std::chrono::minutes{1}, {{"payload", {{"name", "ci-b"}}}}}};
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("narrowings") ==
          Json::array({{{"by", "ada"},
                        {"at", "2026-11-23T12:00:00.000Z"},
                        {"argument", "payload.name"},
                        {"asked", "ci-a"},
                        {"approved", "ci-b"}},
                       {{"by", "bob"},
                        {"at", "2026-11-23T12:01:00.000Z"},
                        {"argument", "payload.expirationDate"},
                        {"asked", nullptr},
                        {"approved", "2026-12-01"}}}));
    CHECK(dashboard::approval_view(approval("apr_b"), grace, fakes::no_tokens()).at("narrowings").empty());
}

TEST_CASE("hidden characters are written out and marked, wherever they stand") {
    struct Row {
        const char* name;
        void (*put)(policy::Approval& into, const std::string& text);
    };
    const Row rows[] = {
        {"subject", [](policy::Approval& into, const std::string& text) { into.facts.subject = text; }},
        {"effect", [](policy::Approval& into, const std::string& text) { into.facts.effect = text; }},
        {"fact",
         [](policy::Approval& into, const std::string& text) { into.facts.shown = {{"Owner", text}}; }},
        {"warning", [](policy::Approval& into, const std::string& text) { into.facts.warnings = {text}; }},
        {"argument",
         [](policy::Approval& into, const std::string& text) { into.call.arguments["x"] = text; }},
        {"argument's name",
         [](policy::Approval& into, const std::string& text) { into.call.arguments[text] = 1; }},
        {"agent's reason", [](policy::Approval& into, const std::string& text) { into.agent_reason = text; }},
        {"principal",
         [](policy::Approval& into, const std::string& text) { into.call.caller.principal = text; }},
        {"client", [](policy::Approval& into, const std::string& text) { into.call.caller.client = text; }},
        {"rule", [](policy::Approval& into,
                    const std::string& text) { policy::ApprovalForTests::terms(into).because = text; }},
        {"approver",
         [](policy::Approval& into, const std::string& text) {
             policy::ApprovalForTests::terms(into).approvers = {text};
         }},
        {"agent's person",
         [](policy::Approval& into, const std::string& text) { into.call.caller.person = text; }},
        {"vote",
         [](policy::Approval& into, const std::string& text) {
             policy::ApprovalForTests::votes(into) = {{.approved = true, .by = text}};
         }},
        {"what was asked first",
         [](policy::Approval& into, const std::string& text) {
             into.narrowings = {{"ada", noon, {{"id", text}}}};
         }},
        {"decision's reason",
         [](policy::Approval& into, const std::string& text) {
             policy::ApprovalForTests::decision(into) = policy::Approval::Decision{.reason = text};
         }},
        {"outcome", [](policy::Approval& into,
                       const std::string& text) { into.outcome = {{"text", text}, {"isError", true}}; }},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto made = approval("apr_a");
        row.put(made, std::string("abc") + override_mark + "def");
        const auto view = dashboard::approval_view(made, grace, fakes::no_tokens());
        const auto text = view.dump();
        CHECK(text.find(override_mark) == std::string::npos);
        CHECK(text.find("abc" + written_out + "def") != std::string::npos);
        CHECK(view.at("marked") == true);
    }
}

TEST_CASE("arguments are whole, however long, and lines of the agent's reason stay lines") {
    auto made = approval("apr_a");
    made.call.arguments = {{"b", std::string(50'000, 'x')}, {"a", "line\nbreak"}};
    made.agent_reason = "first\nsecond";
    const auto view = dashboard::approval_view(made, grace, fakes::no_tokens());
    CHECK(view.at("arguments") ==
          "{\n  \"a\": \"line\\nbreak\",\n  \"b\": \"" + std::string(50'000, 'x') + "\"\n}");
    CHECK(view.at("agent_reason") == "first\nsecond");
    CHECK(view.at("marked") == false);
}

TEST_CASE("bytes that are no UTF-8 do not stop the page") {
    auto made = approval("apr_a");
    made.call.arguments = {{"id", "\xff\xfe"}};
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens())
              .at("arguments")
              .get<std::string>()
              .starts_with("{\n  \"id\": \""));
}

TEST_CASE("a decision says who, how surely, when, why, and where the value goes") {
    auto made = approval("apr_a");
    policy::ApprovalForTests::terms(made).destinations = {policy::Destination::page,
                                                          policy::Destination::none};
    policy::ApprovalForTests::decision(made) =
        policy::Approval::Decision{.approved = true,
                                   .by = "grace",
                                   .assurance = policy::Assurance::signed_in,
                                   .at = noon,
                                   .reason = "needed",
                                   .destination = policy::Destination::page};
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("decision") ==
          Json{{"approved", true},
               {"by", "grace"},
               {"assurance", "signed_in"},
               {"at", "2026-11-23T12:00:00.000Z"},
               {"reason", "needed"},
               {"destination", "page"},
               {"permission", nullptr},
               {"froze", false}});
    policy::ApprovalForTests::decision(made)->permission = "per_a";
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("decision").at("permission") ==
          "per_a");
    policy::ApprovalForTests::terms(made).destinations.clear();
    CHECK(
        dashboard::approval_view(made, grace, fakes::no_tokens()).at("decision").at("destination").is_null());
}

TEST_CASE("what this server says of a request that follows from another is no claim of its caller") {
    auto made = approval("apr_a");
    made.agent_reason = "follows from apr_0";
    const auto view = [&made] { return dashboard::approval_view(made, grace, fakes::no_tokens()); };
    CHECK(view().at("agent_reason") == "follows from apr_0");
    CHECK(view().at("follows") == "");
    policy::ApprovalForTests::decision(made) = policy::Approval::Decision{
        .approved = true, .by = "grace", .at = made.created - std::chrono::milliseconds{1}};
    CHECK(view().at("agent_reason") == "");
    CHECK(view().at("follows") == "apr_0");
    const auto text = dialogue::screen(made, noon, fakes::no_tokens());
    CHECK(text.find("\n  Follows from: request apr_0\n") < text.find("Claimed by the caller"));
    CHECK(text.find("\n  Reason: none given\n") != std::string::npos);
}

TEST_CASE("whose tool takes no reason is not said to have given none") {
    auto made = approval("apr_a");
    made.agent_reason.clear();
    made.call.tool = "tfy_access_tokens_reveal";
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("agent_reason").is_null());
    CHECK(dialogue::screen(made, noon, fakes::no_tokens()).find("Reason:") == std::string::npos);
    made.call.tool = "tfy_access_tokens_delete";
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("agent_reason") == "");
    CHECK(dialogue::screen(made, noon, fakes::no_tokens()).find("Reason: none given") != std::string::npos);
}

TEST_CASE("of an outcome the page gets the status, and the words only of a failure") {
    struct Row {
        const char* name;
        Json outcome;
        Json view;
    };
    const Row rows[] = {
        {"done",
         {{"text", "Created."}, {"structured", {{"status", "executed"}}}, {"isError", false}},
         {{"is_error", false}, {"status", "executed"}, {"text", nullptr}}},
        {"failed",
         {{"text", "TrueFoundry answered 500."}, {"structured", nullptr}, {"isError", true}},
         {{"is_error", true}, {"status", nullptr}, {"text", "TrueFoundry answered 500."}}},
        {"none yet", nullptr, nullptr},
        {"of another shape", "executed", nullptr},
        {"with wrong types",
         {{"text", 1}, {"structured", {{"status", 2}}}, {"isError", "yes"}},
         {{"is_error", false}, {"status", nullptr}, {"text", nullptr}}},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        auto made = approval("apr_a");
        made.outcome = row.outcome;
        CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("outcome") == row.view);
    }
}

TEST_CASE(
    "a rotation says what the new token has where the old one has what; nothing else replaces anything") {
    auto made = approval("apr_a");
    CHECK(dashboard::approval_view(made, grace, fakes::no_tokens()).at("differs").is_null());
    made.facts.target =
        access_tokens::RotationPlan{
            .old = {{"id", "pat-a"}, {"name", "ci\u202Etxt"}, {"created", nullptr}, {"expires", nullptr}},
            .new_name = "ci-runner-2",
            .expiration_date = "2027-01-16T00:00:00.000Z",
            .grace_period = "15m"}
            .json();
    const auto view = dashboard::approval_view(made, grace, fakes::no_tokens());
    CHECK(view.at("differs") ==
          Json::array({{{"label", "Name"}, {"before", "ci\u27E8U+202E\u27E9txt"}, {"after", "ci-runner-2"}},
                       {{"label", "Expires"}, {"before", "never"}, {"after", "2027-01-16T00:00:00.000Z"}},
                       {{"label", "Old token"},
                        {"before", "works"},
                        {"after", "is deleted 15 minutes after the new value has been shown"}}}));
    CHECK(view.at("marked") == true);
}

}  // namespace tfy::approval_view_test
