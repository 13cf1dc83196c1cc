// What a result says about a new value: who has to do what to see it, by when.
#include <doctest/doctest.h>

#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create_words.hpp"

namespace tfy::create_words_test {

using namespace tfy::tools;
using namespace tfy::examples;
using policy::Destination;

namespace {}  // namespace

TEST_CASE("a value that waits for a person names the way to it, and no other value does") {
    const std::string page = "https://tfy.example.com/approvals";
    const std::string command = "tfy-pat-mcp approvals reveal rev_1";
    const std::string see = " within 10 minutes to see and save the value.";
    const std::string anew = "can be revealed with a new approval within 10 minutes";
    struct Row {
        Destination destination;
        tools::WayToValue way;
        std::string words;
    };
    const Row rows[] = {
        {Destination::page, {page, ""}, "\nTell the user: open " + page + see + "\nIt is not shown here.\n"},
        {Destination::page,
         {page, command},
         "\nTell the user: open " + page + see + " Or in a terminal: " + command +
             "\nIt is not shown here.\n"},
        {Destination::page,
         {"", command},
         "\nTell the user: run " + command + " in a terminal" + see + "\nIt is not shown here.\n"},
        {Destination::page, {}, anew},
        {Destination::none, {page, command}, anew},
        {Destination::agent, {page, command}, "call tfy_access_tokens_reveal with reveal_id \"rev_1\" once"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        const access_tokens::Created created{
            .held = {"rev_1", "tfy_****...****9f3a", noon + std::chrono::minutes{10}, row.way},
            .name = "ci-bot",
            .id = "tok1",
            .destination = row.destination};
        const auto result = access_tokens::report_creation(created, noon, fakes::no_tokens());
        CHECK(holds(result.text, row.words));
        const bool waits = row.destination == Destination::page;
        CHECK(result.structured.contains("reveal_url") == (waits && !row.way.page.empty()));
        CHECK(result.structured.contains("reveal_command") == (waits && !row.way.terminal.empty()));
        CHECK(holds(result.text, page) == result.structured.contains("reveal_url"));
        CHECK(holds(result.text, command) == result.structured.contains("reveal_command"));
    }
}

TEST_CASE("less than two minutes are told to the second") {
    const access_tokens::Created created{
        .held = {"rev_1", "****", noon + std::chrono::seconds{90}, {"https://a.example", ""}},
        .destination = Destination::page};
    CHECK(holds(access_tokens::report_creation(created, noon, fakes::no_tokens()).text,
                "within 1 minute 30 seconds to see"));
}

TEST_CASE("whose a token will be is told by the key with which it is made") {
    using Giver = tools::KeyFacts::Giver;
    struct Row {
        Giver giver;
        const char *person, *subject, *owner;
    };
    const Row rows[] = {
        {Giver::server, "", "", "the user whose key this server uses"},
        {Giver::server, "", "dana@acme.example", "dana@acme.example (this server's own key)"},
        {Giver::person, "ada", "", "the user of ada's own key"},
        {Giver::person, "ada", "alice@acme.example", "alice@acme.example (ada's own key)"},
        {Giver::caller, "", "alice@acme.example", "alice@acme.example (the caller's own key)"},
        {Giver::operator_for_caller, "", "", "the user of this server's key for this caller"}};
    for (const auto& row : rows) {
        CAPTURE(row.owner);
        const tools::KeyFacts key{.subject = row.subject, .giver = row.giver, .person = row.person};
        CHECK(access_tokens::terms_of({.name = "dev-local"}, key, noon, fakes::no_tokens()) ==
              std::string("Expires: Never. Type: the tenant's default. Owner: ") + row.owner + ".");
    }
}

TEST_CASE("what was told of a value that waited is no longer told once it was shown, or is gone") {
    const access_tokens::Created created{.held = {"rev_1",
                                                  "tfy_****...****9f3a",
                                                  noon + std::chrono::minutes{10},
                                                  {"https://a.example", "run it"}},
                                         .name = "ci-bot",
                                         .id = "tok1",
                                         .destination = Destination::page};
    const auto report = [&] {
        auto made = access_tokens::report_creation(created, noon, fakes::no_tokens());
        access_tokens::add_warnings(made, {"It never expires."});
        return made;
    };
    const auto held = report();
    auto same = report();
    access_tokens::tell_value(same, tools::EscrowState::held, noon);
    CHECK(same.text == held.text);
    CHECK(same.structured.at("value_state") == "waits");
    access_tokens::tell_value(same, tools::EscrowState::elsewhere, noon + std::chrono::minutes{4});
    CHECK(holds(same.text, "Tell the user: open https://a.example within 6 minutes to see"));  // it is there
    CHECK(same.structured.at("value_state") == "waits_elsewhere");
    const std::tuple<tools::EscrowState, const char*, const char*> rows[] = {
        {tools::EscrowState::claimed, "shown", "The value was shown, and is not shown again."},
        {tools::EscrowState::lapsed, "expired",
         "No one viewed the value in time, so it is lost. Delete this token and create a new one."},
        {tools::EscrowState::lost, "lost",
         "The value is lost: the server process that held it has ended. Delete this token and create a new "
         "one."}};
    for (const auto& [fate, state, words] : rows) {
        auto told = report();
        access_tokens::tell_value(told, fate, noon);
        CHECK(told.structured.at("value_state") == state);
        CHECK(access_tokens::what_to_do(told.structured, noon).starts_with(words));
        CHECK(holds(told.text, std::string("Token (masked): tfy_****...****9f3a\n\n") + words));
        CHECK(holds(told.text, "ID: tok1"));
        CHECK(holds(told.text, "It never expires."));
        for (const auto* gone : {"Tell the user: open", "run it", "Save this token NOW"})
            CHECK_FALSE(holds(told.text, gone));
        CHECK_FALSE(told.structured.contains("reveal_url"));
        CHECK_FALSE(told.structured.contains("reveal_command"));
        CHECK(told.structured.at("masked") == held.structured.at("masked"));
    }
    tools::ToolResult other{.text = "Token deleted.\n", .structured = {{"status", "executed"}}};
    access_tokens::tell_value(other, tools::EscrowState::claimed, noon);
    CHECK(other.text == "Token deleted.\n");
}

TEST_CASE("of a value that another process holds no call is offered that this one cannot answer") {
    for (const auto destination : {Destination::agent, Destination::none}) {
        const access_tokens::Created created{.held = {"rev_1", "****", noon + std::chrono::minutes{10}, {}},
                                             .destination = destination};
        auto told = access_tokens::report_creation(created, noon, fakes::no_tokens());
        CHECK(holds(told.text, "call tfy_access_tokens_reveal with reveal_id \"rev_1\""));
        CHECK(access_tokens::what_to_do(told.structured, noon) != "");
        const bool for_no_one = destination == Destination::none;
        CHECK(holds(told.text, "Save this token as soon as it is shown: it is shown once.") == for_no_one);
        CHECK(holds(told.text, "it will not be shown again") == !for_no_one);
        access_tokens::tell_value(told, tools::EscrowState::elsewhere, noon);
        for (const auto& said : {told.text, access_tokens::what_to_do(told.structured, noon)}) {
            CHECK(holds(said, "Another running server process holds the value; this one cannot show it."));
            CHECK(holds(said, "through the client that created the token"));
            CHECK(holds(said, "approvals reveal rev_1"));
            CHECK_FALSE(holds(said, "already allows it"));
            CHECK_FALSE(holds(said, "can be revealed"));
        }
    }
}

}  // namespace tfy::create_words_test
