// What an agent is told of its request, state by state: the words, and the same as structured content.
#include "server/calls/approval_answer.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::calls::approval_answer_test {
namespace {

using policy::Approval;
using State = Approval::State;
using namespace policy::examples;

Approval in(State state) {
    auto approval = approved();
    policy::ApprovalForTests::state(approval) = state;
    approval.updated = noon;
    if (state == State::pending) policy::ApprovalForTests::decision(approval).reset();
    if (state == State::denied)
        policy::ApprovalForTests::decision(approval) =
            Approval::Decision{.by = "grace@example.com", .at = noon, .reason = "not today"};
    if (state == State::succeeded || state == State::unknown || state == State::failed)
        approval.outcome = {
            {"text", "The outcome."}, {"structured", {{"status", "executed"}}}, {"isError", false}};
    if (state == State::superseded)
        approval = *policy::supersede(approved(), "Its token is gone. Nothing was done.", noon);
    return approval;
}

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a denial tells the person's own words, and apart from them that it came with a freeze") {
    struct Row {
        const char* reason;
        bool froze;
        const char* message;
    };
    const Row rows[] = {
        {"", false, "Denied by grace@example.com. Nothing was done."},
        {"Not needed.", false,
         "Denied by grace@example.com. Their reason: \"Not needed.\" Nothing was done."},
        {"why?", false, "Denied by grace@example.com. Their reason: \"why?\" Nothing was done."},
        {"too many", true,
         "Denied by grace@example.com, who froze this caller on 2026-11-23 12:00 UTC. Their reason: \"too "
         "many\". Nothing was done."},
        {"", true,
         "Denied by grace@example.com, who froze this caller on 2026-11-23 12:00 UTC. Nothing was done."},
    };
    for (const auto& row : rows) {
        CAPTURE(row.message);
        auto approval = in(State::denied);
        auto& decision = *policy::ApprovalForTests::decision(approval);
        decision.reason = row.reason;
        decision.froze = row.froze;
        const auto stored = Approval::restore(approval.json()).value();
        const auto answer = calls::status_answer(stored, {}, noon, fakes::no_tokens());
        CHECK(answer.structured.at("message") == row.message);
        CHECK(holds(answer.text,
                    "after that it is a new request, which is refused as long as this caller is "
                    "frozen.") == row.froze);
    }
}

TEST_CASE("each state says what was done, what was not, and what to do next, in words and as members") {
    struct Row {
        State state;
        const char* status;
        bool is_error;
        const char* message;
        const char* next;
    };
    const auto anew = "call again with the same arguments: that opens a new request";
    const Row rows[] = {
        {State::pending, "approval_pending", false, "Waiting for approval; nothing has been done.",
         "Ask the user to decide at http://localhost/approvals#apr_1, then call again with the same "
         "arguments for "
         "the result.\nTo decide in a terminal: tfy-pat-mcp approvals approve apr_1"},
        {State::approved, "approval_pending", false, "Approved, but not started; nothing has been done.",
         "Call again with the same arguments to run it."},
        {State::executing, "approval_pending", false, "Approved and running.", "for the result"},
        {State::succeeded, "executed", false, "The outcome.",
         "Until 2026-11-23 12:11 UTC the same call returns this"},
        {State::unknown, "executed", false, "The outcome.", "List the access tokens before anything else."},
        {State::failed, "executed", false, "The outcome.", anew},
        {State::denied, "denied", true,
         "Denied by grace@example.com. Their reason: \"not today\". Nothing was done.",
         "Until 2026-11-23 12:15 UTC the same call returns this result; after that it is a new request."},
        {State::expired, "expired", true, "Nothing was done.", anew},
        {State::withdrawn, "withdrawn", true, "Nothing was done.", anew},
        {State::superseded, "superseded", true, "Its token is gone. Nothing was done.",
         "List the access tokens, then decide with the user whether it is still wanted."},
    };
    const calls::DecisionLinks doors{.page = "http://localhost/approvals#apr_1",
                                     .terminal = "tfy-pat-mcp approvals approve apr_1"};
    for (const auto& row : rows) {
        CAPTURE(policy::to_string(row.state));
        const auto answer =
            calls::status_answer(in(row.state), doors, noon + std::chrono::minutes{1}, fakes::no_tokens());
        CHECK(answer.structured.at("status") == row.status);
        CHECK(answer.structured.at("approval_id") == "apr_1");
        CHECK(answer.is_error == row.is_error);
        CHECK(holds(answer.structured.at("message").get<std::string>(), row.message));
        CHECK(holds(answer.structured.at("next").get<std::string>(), row.next));
        CHECK(holds(answer.text, row.message));
        CHECK(holds(answer.text, row.next));
    }
}

TEST_CASE("who waits while the server stops is told so, and sent to no page that is about to go") {
    const calls::DecisionLinks doors{
        .page = {}, .terminal = "tfy-pat-mcp approvals approve apr_1", .stopping = true};
    const std::string later =
        "This server is stopping. The request is kept: call again with the same arguments once the server "
        "runs.";
    const auto told = [&](State state) {
        return calls::status_answer(in(state), doors, noon, fakes::no_tokens());
    };
    const auto waits = told(State::pending);
    CHECK(waits.structured.at("status") == "approval_pending");
    CHECK(waits.structured.at("message") == "Waiting for approval; nothing has been done.");
    CHECK(waits.structured.at("next") ==
          later + "\nTo decide in a terminal: tfy-pat-mcp approvals approve apr_1");
    CHECK_FALSE(waits.structured.contains("approval_url"));
    CHECK_FALSE(holds(waits.text, "Ask the user to decide"));
    for (const auto state : {State::approved, State::executing})
        CHECK(told(state).structured.at("next") == later);
    CHECK_FALSE(holds(told(State::denied).text, "stopping"));
}

TEST_CASE("while it is open, its caller is told what is asked and what is verified of it") {
    for (const auto state : {State::pending, State::approved, State::executing, State::succeeded}) {
        CAPTURE(policy::to_string(state));
        const auto told = calls::status_answer(in(state), {}, noon, fakes::no_tokens()).structured;
        CHECK(told.contains("facts") == (state != State::succeeded));
        CHECK(told.contains("decided_by") == (state != State::pending));
        CHECK(told.contains("decided_at") == (state != State::pending));
        if (state == State::succeeded) continue;
        CHECK(told.at("action") == "Delete access token ci-pipeline");
        CHECK(told.at("effect") == "The token is deleted for ever.");
        CHECK(told.at("facts") == Json::parse(R"([{"label": "Created", "value": "2026-01-01"},
                                                  {"label": "Last used", "value": "never"}])"));
    }
}

TEST_CASE("a withdrawal with words of its own tells what is to be done then") {
    const auto told = [](const std::string& next) {
        const auto ended = policy::withdraw(in(State::approved), noon, "Its key is over.", next).value();
        return calls::status_answer(ended, {}, noon, fakes::no_tokens());
    };
    CHECK(told("Ask for a new key.").text == "Its key is over. Ask for a new key.\n");
    CHECK(told("Ask for a new key.").structured.at("next") == "Ask for a new key.");
    CHECK(holds(told("").text, "call again with the same arguments: that opens a new request"));
}

TEST_CASE("a failure's next step is among its words, once; a request's answer has one step only") {
    const auto told = [](const std::string& message, const std::string& next) {
        return calls::failure({Errc::denied, message, {{"next", next}}});
    };
    CHECK(told("It is frozen.", "Tell the user.").text == "It is frozen. Tell the user.");
    CHECK(told("It is frozen.", "Tell the user.").structured.at("message") == "It is frozen.");
    CHECK(told("It is held. Call X.", "Call X.").text == "It is held. Call X.");
    CHECK(told("Run: tfy-pat-mcp login", "Tell the user.").text == "Run: tfy-pat-mcp login\nTell the user.");
    CHECK(calls::failure({Errc::denied, "A rule says no."}).text ==
          "A rule says no. Tell the user what the rule says. Do not look for a way around it.");

    const auto ended = [](const Error& error) {
        auto failed = in(State::failed);
        failed.outcome = calls::outcome_of(calls::failed_outcome(error));
        return calls::status_answer(failed, {}, noon, fakes::no_tokens());
    };
    CHECK(ended({Errc::not_found, "It is lost.", {{"next", "Delete it."}}}).text ==
          "It is lost. Delete it.\n");
    CHECK(ended({Errc::not_found, "It is not there."}).structured.at("next") ==
          "If the user still wants it, call again with the same arguments: that opens a new request.");
    auto over = in(State::superseded);
    over.outcome["next"] = "Delete it.";
    CHECK(calls::status_answer(over, {}, noon, fakes::no_tokens()).text ==
          "Its token is gone. Nothing was done. Delete it.\n");
}

TEST_CASE("what people changed is told in words at once, and as what was approved once it was") {
    auto waiting = in(State::pending);
    waiting.call.arguments = {
        {"payload",
         {{"name", "shorter"}, {"teamName", "builds"}, {"expirationDate", "2026-12-24T00:00:00.000Z"}}}};
    waiting.narrowings = {
        {"ann", noon, {{"payload", {{"name", "too-long"}, {"expirationDate", "2027-01-01T00:00:00.000Z"}}}}}};
    auto decided = waiting;
    policy::ApprovalForTests::state(decided) = State::approved;
    for (const auto& approval : {waiting, decided}) {
        const auto answer = calls::status_answer(approval, {}, noon, fakes::no_tokens());
        const std::string words =
            "Changed by ann since it was asked:\n"
            "  Name: shorter instead of too-long\n"
            "  Team name: builds (it was not given)\n"
            "  Expiration date: 2026-12-24 00:00 UTC instead of 2027-01-01 00:00 UTC\n";
        CHECK(holds(answer.text, words));
        CHECK(holds(answer.structured.at("message").get<std::string>(), words));
        CHECK(answer.structured.contains("narrowed") == (approval.state() == State::approved));
    }
}

TEST_CASE("a fresh result says for how long it is repeated; one that shows a value stays as it is") {
    const auto plain = [] {
        return tools::ToolResult{.text = "Token deleted.", .structured = {{"status", "executed"}}};
    };
    const auto told = calls::fresh_answer(plain(), in(State::succeeded), noon, fakes::no_tokens());
    CHECK(holds(told.text, "Token deleted. Until 2026-11-23 12:10 UTC the same call returns this result"));
    CHECK(told.structured.at("message") == "Token deleted.");
    CHECK(told.structured.at("decided_by") == "grace@example.com");
    tools::ToolResult made{.text = "Token created.",
                           .structured = {{"status", "executed"}, {"reveal_id", "rev_1"}}};
    CHECK(holds(calls::fresh_answer(std::move(made), in(State::succeeded), noon, fakes::no_tokens()).text,
                "Until 2026-11-23 12:10 UTC, or until this token is deleted, the same call returns this "
                "result; after that it is a new request."));
    CHECK(calls::fresh_answer(plain(), in(State::executing), noon, fakes::no_tokens()).text == plain().text);
}

TEST_CASE("an empty line parts what is to be done from a list above it") {
    tools::ToolResult listed{.text = "Token created.\n\nTell the user:\n- It never expires.\n",
                             .structured = {{"status", "executed"}}};
    CHECK(holds(calls::fresh_answer(std::move(listed), in(State::succeeded), noon, fakes::no_tokens()).text,
                "- It never expires.\n\nUntil 2026-11-23 12:10 UTC the same call"));
}

TEST_CASE("while no one is enrolled, the user first becomes the first person") {
    const calls::DecisionLinks doors{.page = "http://localhost/approvals/apr_1",
                                     .terminal = "tfy-pat-mcp approvals approve apr_1",
                                     .first_person = "tfy-pat-mcp people first"};
    const auto answer = calls::status_answer(in(State::pending), doors, noon, fakes::no_tokens());
    CHECK(
        holds(answer.structured.at("next").get<std::string>(),
              "No one is enrolled yet, so no one can decide on the page or in a terminal. The user, not you, "
              "first runs in a terminal: tfy-pat-mcp people first\nAsk the user to decide at http://"));
    CHECK(holds(answer.text, "tfy-pat-mcp people first\n"));
}

TEST_CASE("a request that was told before keeps the time that it was given then") {
    auto approval = in(State::succeeded);
    approval.answers_until = noon + std::chrono::minutes{3};
    CHECK(holds(calls::status_answer(approval, {}, noon + std::chrono::minutes{2}, fakes::no_tokens()).text,
                "Until 2026-11-23 12:03 UTC"));
}

TEST_CASE("whose value was gone when the request expired is not sent to ask for it again") {
    auto approval = in(State::expired);
    CHECK(
        holds(calls::status_answer(approval, {}, noon, fakes::no_tokens()).text, "that opens a new request"));
    approval.facts.until = approval.expires;
    const auto answer = calls::status_answer(approval, {}, noon, fakes::no_tokens());
    CHECK(holds(answer.text, "Calling again does not help: the value can no longer be shown."));
    CHECK_FALSE(holds(answer.text, "that opens a new request"));
}

TEST_CASE("who waits for more people, and who is not alone with its token, is told so") {
    auto approval = in(State::pending);
    policy::ApprovalForTests::terms(approval).quorum = 2;
    policy::ApprovalForTests::votes(approval) = {{.by = "ann"}};
    approval.facts.contested = true;
    const auto answer = calls::status_answer(approval, {}, noon, fakes::no_tokens());
    CHECK(holds(answer.text, "Waiting for 2 people to approve; so far ann did. Nothing has been done."));
    CHECK(holds(answer.text, "Another caller has asked to change this token, too"));
    CHECK(holds(answer.text,
                "Another person has to approve, too. Ask the user to have it decided, then call again"));
    policy::ApprovalForTests::votes(approval).clear();
    const auto before = calls::status_answer(approval, {}, noon, fakes::no_tokens());
    CHECK(holds(before.text, "Waiting for 2 people to approve; no one did so far. Nothing has been done."));
    CHECK(holds(before.text, "Ask the user to decide, then call again"));
}

}  // namespace tfy::calls::approval_answer_test
