// What a result says about a new value: who has to do what to see it, by when.
#include <doctest/doctest.h>

#include "tests/tools/examples.hpp"
#include "tools/access_tokens/create_words.hpp"

using namespace tfy;
using namespace tfy::tools;
using namespace tfy::examples;
using policy::Destination;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a value that waits for a person names the way to it, and no other value does") {
    const std::string page = "https://tfy.example.com/approvals";
    const std::string command = "tfy-pat-mcp approvals reveal rev_1";
    const std::string see = " within 10 minutes to see and save the value.";
    const std::string anew = "can be revealed with a new approval within 10 minutes";
    struct Row {
        Destination destination;
        WayToValue way;
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
        const Created created{
            .held = {"rev_1", "tfy_****...****9f3a", noon + std::chrono::minutes{10}, row.way},
            .name = "ci-bot",
            .id = "tok1",
            .destination = row.destination};
        const auto result = report_creation(created, noon);
        CHECK(holds(result.text, row.words));
        const bool waits = row.destination == Destination::page;
        CHECK(result.structured.contains("reveal_url") == (waits && !row.way.page.empty()));
        CHECK(result.structured.contains("reveal_command") == (waits && !row.way.terminal.empty()));
        CHECK(holds(result.text, page) == result.structured.contains("reveal_url"));
        CHECK(holds(result.text, command) == result.structured.contains("reveal_command"));
    }
}

TEST_CASE("less than two minutes are told to the second") {
    const Created created{
        .held = {"rev_1", "****", noon + std::chrono::seconds{90}, {"https://a.example", ""}},
        .destination = Destination::page};
    CHECK(holds(report_creation(created, noon).text, "within 1 m 30 s to see"));
}
