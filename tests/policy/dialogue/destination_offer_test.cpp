// Where a value may go, by who is asked: a table.
#include <doctest/doctest.h>

#include "policy/dialogue/destination_offer.hpp"

namespace tfy::destination_offer_test {

using policy::Destination;

TEST_CASE("a person is offered what the rule allows and what reaches them, the default first") {
    const std::vector page_agent_none{Destination::page, Destination::agent, Destination::none};
    struct Row {
        std::vector<Destination> rule;
        const char* with_page;
        const char* without_page;
        const char* at_desktop;
        const char* over_ssh;
    };
    const Row rows[] = {
        {page_agent_none, "page, agent, none", "agent, none", "page, terminal, agent, none",
         "terminal, agent, none"},
        {{Destination::none, Destination::agent, Destination::page},
         "none, agent, page",
         "none, agent",
         "none, agent, page, terminal",
         "none, agent, terminal"},
        {{Destination::page, Destination::none},
         "page, none",
         "page, none",
         "page, terminal, none",
         "terminal, none"},
        {{Destination::page}, "page", "page", "page, terminal", "terminal"},
        {{Destination::agent}, "agent", "agent", "agent", "agent"},
        {{}, "", "", "", ""},
    };
    for (const auto& row : rows) {
        CAPTURE(row.with_page);
        const policy::Terms terms{.destinations = row.rule};
        CHECK(dialogue::names_of(dialogue::offer_with_page(terms)) == row.with_page);
        CHECK(dialogue::names_of(dialogue::offer_without_page(terms)) == row.without_page);
        CHECK(dialogue::names_of(dialogue::offer_in_terminal(terms, true)) == row.at_desktop);
        CHECK(dialogue::names_of(dialogue::offer_in_terminal(terms, false)) == row.over_ssh);
    }
}

TEST_CASE("each destination is explained, and chosen by the name that was offered") {
    const policy::Terms terms{.destinations = {Destination::page, Destination::none}};
    CHECK(dialogue::meanings_of(dialogue::offer_with_page(terms)) ==
          "page = shown once on the approvals page; none = not shown");
    const auto terminal = dialogue::offer_in_terminal(terms, false);
    CHECK(dialogue::read_offered(terminal, "terminal") == Destination::page);
    CHECK(dialogue::read_offered(terminal, "none") == Destination::none);
    for (const auto* other : {"page", "agent", "", "None"})
        CHECK_FALSE(dialogue::read_offered(terminal, other));
}

}  // namespace tfy::destination_offer_test
