// How clients are made to ask their people, as conversations: what the client does, and what comes next.
#include "policy/dialogue/dialogue.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/policy/examples.hpp"

namespace tfy::dialogue_test {

using namespace dialogue;
using namespace policy::examples;
using policy::Approval;
using policy::Destination;

namespace {

const ClientAbilities with_forms{.shows_forms = true};
const ClientAbilities with_addresses{.page_address = "https://tfy.example.com/approvals/apr_1"};
const ClientAbilities with_neither{};

/// Of a rule that takes a client's word.
Approval request() {
    auto approval = pending();
    policy::ApprovalForTests::terms(approval).min_assurance = policy::Assurance::client;
    return approval;
}

Approval value_request() {
    auto approval = request();
    policy::ApprovalForTests::terms(approval).destinations = {Destination::page, Destination::agent,
                                                              Destination::none};
    return approval;
}

Event answer(const char* action, const Json& content = Json::object()) {
    return Answered{{{"action", action}, {"content", content}}};
}

Event approves(const char* destination = "") {
    Json content = {{"decision", "approve"}, {"confirm_name", "ci-pipeline"}, {"reason", "unused"}};
    if (*destination != '\0') content["destination"] = destination;
    return answer("accept", content);
}

/// The first line of the question, or what the step is.
std::string in_words(const NextStep& step) {
    if (const auto* show = std::get_if<Show>(&step)) {
        const auto message = show->question.at("message").get<std::string>();
        if (show->way == Show::Way::address) return "shows " + show->question.at("url").get<std::string>();
        return "shows a form: " + message.substr(0, message.find('\n'));
    }
    if (const auto* decide = std::get_if<Decide>(&step)) {
        const auto& choice = decide->choice();
        const auto where =
            choice.destination ? ", to " + std::string(policy::to_string(*choice.destination)) : "";
        switch (decide->what()) {
            case Decide::What::approve: return "approves, typing " + choice.typed_name + where;
            case Decide::What::deny: return "denies: " + choice.reason;
            case Decide::What::withdraw: return "withdraws";
        }
    }
    if (const auto* hold = std::get_if<Hold>(&step)) return hold->page_open ? "holds for the page" : "holds";
    return std::holds_alternative<Decided>(step) ? "decided" : "pending";
}

struct Conversation {
    ClientAbilities client;
    Approval row = request();
    Position position = {};

    std::string after(const Event& event) {
        return in_words(resume(position, client, row, event, noon, fakes::no_tokens()));
    }
};

constexpr auto form = "shows a form: Delete access token ci-pipeline?";
constexpr auto choose = "shows a form: Choose \"approve\" or \"deny\". Nothing was done.";

}  // namespace

TEST_CASE("a person approves by the client's form") {
    Conversation talk{with_forms};
    CHECK(talk.after(Called{}) == form);
    CHECK(talk.after(approves()) == "approves, typing ci-pipeline");
    talk.row = approved();
    CHECK(talk.after(Looked{}) == "decided");
}

TEST_CASE("a person denies by the form's field, or closes it, or waves it away") {
    Conversation talk{with_forms};
    CHECK(talk.after(Called{}) == form);
    CHECK(talk.after(answer("accept", {{"decision", "deny"}, {"reason", "not today"}})) ==
          "denies: not today");
    CHECK(talk.after(answer("decline")) == "denies: ");
    CHECK(talk.after(answer("cancel")) == "withdraws");
}

TEST_CASE("a person is asked again with what is to be mended, four times in all; then the call is held") {
    Conversation talk{with_forms};
    CHECK(talk.after(Called{}) == form);
    CHECK(talk.after(answer("accept", {{"decision", "perhaps"}})) == choose);
    CHECK(talk.after(answer("shrug")).starts_with("shows a form: The action of an answer"));
    CHECK(talk.after(approves()) == "approves, typing ci-pipeline");
    CHECK(talk.after(NotTaken{"Type the name ci-pipeline. Nothing was done."}) ==
          "shows a form: Type the name ci-pipeline. Nothing was done.");
    CHECK(talk.after(CameBack{}) == "shows a form: Type the name ci-pipeline. Nothing was done.");
    CHECK(talk.after(answer("accept")) == "holds");
    CHECK(talk.after(Looked{}) == "pending");
    CHECK(talk.after(Called{}) == "holds");
}

TEST_CASE("a person decides on what they were shown, not on what the row says by now") {
    Conversation talk{with_forms};
    talk.after(Called{});
    const auto shown = talk.row.digest();
    policy::ApprovalForTests::digest(talk.row) = "sha256:another";
    const auto step = resume(talk.position, talk.client, talk.row, approves(), noon, fakes::no_tokens());
    CHECK(std::get<Decide>(step).choice().digest == shown);
    CHECK(talk.after(NotTaken{"It was changed. Look again."}) == "shows a form: It was changed. Look again.");
    CHECK(talk.position.shown == "sha256:another");
}

TEST_CASE("a value goes where the person chose among what reaches them, else to the first of it") {
    Conversation far{with_forms, value_request()};
    CHECK(far.after(approves()) == "approves, typing ci-pipeline, to agent");
    CHECK(far.after(approves("none")) == "approves, typing ci-pipeline, to none");
    CHECK(far.after(approves("page")) ==
          "shows a form: Choose one of the listed destinations. Nothing was done.");
    Conversation near{{.shows_forms = true, .reaches_page = true}, value_request()};
    CHECK(near.after(approves()) == "approves, typing ci-pipeline, to page");
    CHECK(near.after(approves("agent")) == "approves, typing ci-pipeline, to agent");
}

TEST_CASE("a person is sent to the page; that it was opened decides nothing") {
    Conversation talk{with_addresses};
    CHECK(talk.after(Called{}) == "shows https://tfy.example.com/approvals/apr_1");
    CHECK(talk.after(answer("accept")) == "holds for the page");
    CHECK(talk.after(Looked{}) == "pending");
    talk.row = approved();
    CHECK(talk.after(Looked{}) == "decided");
}

TEST_CASE("a person who does not want the page now finds the request there later") {
    for (const auto* action : {"decline", "cancel", "shrug"}) {
        Conversation talk{with_addresses};
        talk.after(Called{});
        CHECK(talk.after(answer(action)) == "pending");
    }
}

TEST_CASE(
    "a form decides only if the rule takes the client's word; else the page is shown, or the call held") {
    Conversation talk{{.shows_forms = true, .page_address = "https://tfy.example.com/approvals/apr_1"}};
    CHECK(talk.after(Called{}) == form);
    policy::ApprovalForTests::terms(talk.row).min_assurance = policy::Assurance::signed_in;
    CHECK(talk.after(Called{}) == "shows https://tfy.example.com/approvals/apr_1");
    CHECK(talk.after(approves()) == "holds for the page");
    Conversation strict{with_forms, talk.row};
    CHECK(strict.after(Called{}) == "holds");
}

TEST_CASE("a client that cannot ask, or does not answer, has its call held") {
    CHECK(Conversation{with_neither}.after(Called{}) == "holds");
    for (const Event& event : {Event(Unanswered{}), Event(NotAsked{})}) {
        Conversation talk{with_forms};
        talk.after(Called{});
        CHECK(talk.after(event) == "holds");
        CHECK(talk.after(Looked{}) == "pending");
    }
}

TEST_CASE("what was decided elsewhere ends the conversation, whatever the client does") {
    for (const Event& event : {Event(Called{}), Event(CameBack{}), approves(), Event(Unanswered{}),
                               Event(NotAsked{}), Event(NotTaken{"Late."}), Event(Looked{})}) {
        Conversation talk{with_forms, approved()};
        CHECK(talk.after(event) == "decided");
    }
}

TEST_CASE("two questions that were not answered make a client unresponsive; an answer starts anew") {
    const policy::Caller caller{.principal = "stdio:alice", .client = "agent 1"};
    UnresponsiveClients clients;
    const auto silent_after = [&](const Event& event, const Approval& row = request()) {
        count(clients, row, caller, event);
        return clients.is_silent(caller, noon);
    };
    const auto ask = [&] { clients.asked(caller, "apr_1", noon + 15min); };
    ask();
    CHECK_FALSE(silent_after(Called{}));  // again, without the answer
    ask();
    CHECK_FALSE(silent_after(approves()));
    CHECK_FALSE(silent_after(Unanswered{}));
    ask();
    CHECK_FALSE(silent_after(CameBack{}));
    CHECK_FALSE(silent_after(Unanswered{}));
    ask();
    CHECK_FALSE(silent_after(Looked{}, approved()));  // decided elsewhere
    CHECK_FALSE(silent_after(Called{}));
    CHECK_FALSE(silent_after(NotAsked{}));
    ask();
    CHECK(silent_after(Called{}));
}

}  // namespace tfy::dialogue_test
