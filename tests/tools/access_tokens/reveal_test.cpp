#include "tools/access_tokens/reveal.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/fake_escrow.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/tools/examples.hpp"

namespace tfy::reveal_test {

using namespace tfy::examples;
using fakes::FakeEscrow;

namespace {

const std::string value = "tfy-0123456789abcdefghijklmnopqrstuvwxyz";
const Json arguments = {{"reveal_id", FakeEscrow::reveal_id}};
constexpr const char* gone =
    "This value can no longer be shown: it was shown, its time is over, or the server that held it has "
    "ended. Token values are only shown at creation time. If lost, delete the old token "
    "and create a new one, then "
    "update all services that used the old token.";

struct Showing {
    ManualClock clock{noon + 1min};
    FakeEscrow escrow;
    access_tokens::RevealAccessToken tool{escrow, clock, fakes::no_tokens()};

    Showing() {
        escrow.kept.emplace(std::string(value));
        escrow.facts.created = noon;
        escrow.facts.until = noon + 10min;
    }
};

}  // namespace

TEST_CASE("what is no reveal_id is refused before custody is asked") {
    Showing showing;
    for (const std::string id :
         {"", "rev_", "../x", "rev_aaaaaaaaaaaaaaaaaaaaaaaaa1", "apr_aaaaaaaaaaaaaaaaaaaaaaaaaa"}) {
        CAPTURE(id);
        const auto refused = showing.tool.canonical({{"reveal_id", id}}, noon);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::refused);
    }
    CHECK(showing.tool.canonical(arguments, noon).value() == arguments);
}

TEST_CASE("the person sees whose value would be shown, and where it would stand") {
    Showing showing;
    const auto facts = run(showing.tool.facts(call(showing.tool, arguments))).value();
    CHECK(facts.subject == "dev-local");
    CHECK(facts.effect.find("\"dev-local\" to the agent, once") != std::string::npos);
    CHECK_FALSE(facts.yields_value);
    CHECK(facts.until == noon + 10min);
    CHECK(facts.warnings.size() == 1);
    CHECK(facts.shown.at(3).value == "2026-11-23 12:10 UTC (9 minutes after this was asked)");
}

TEST_CASE(
    "the value's placeholder stands once, on a line of its own, with the warning to save it; structured has "
    "nothing") {
    Showing showing;
    auto result = run_approved(showing.tool, arguments);
    REQUIRE(result.has_value());
    REQUIRE(result->reveal);
    CHECK(result->text ==
          "One-time token: " + result->reveal->placeholder() +
              "\n\n⚠️ Save this token NOW — it will not be shown again.\n"
              "Store it in a password manager, CI/CD secret store, or TrueFoundry secret group.\n"
              "Never commit tokens to Git or share them in plain text.\n");
    CHECK(result->structured.is_null());
    CHECK(result->text.find(value) == std::string::npos);
    CHECK(showing.escrow.calls == std::vector<std::string>{"claim for stdio:alice to agent"});
}

TEST_CASE("a second reveal is refused with the advice that users know") {
    Showing showing;
    REQUIRE(run_approved(showing.tool, arguments).has_value());
    const auto again = run_approved(showing.tool, arguments);
    CHECK(again.error().code == Errc::not_found);
    CHECK(again.error().message == gone);
    CHECK(run(showing.tool.facts(call(showing.tool, arguments))).error().message == gone);
}

TEST_CASE("a value that cannot be shown says what became of it, if that is recorded") {
    const std::pair<tools::EscrowState, const char*> rows[] = {
        {tools::EscrowState::claimed, "This value was shown, and is shown once. Token values are only"},
        {tools::EscrowState::lapsed,
         "No one viewed this value in time, so it is lost. Token values are only"},
        {tools::EscrowState::lost,
         "This value is lost: the server process that held it has ended. Token values are only"}};
    for (const auto& [recorded, words] : rows) {
        CAPTURE(words);
        Showing showing;
        showing.escrow.kept.reset();
        showing.escrow.recorded = recorded;
        CHECK(run(showing.tool.facts(call(showing.tool, arguments))).error().message.starts_with(words));
        CHECK(run_approved(showing.tool, arguments).error().message.starts_with(words));
    }
}

TEST_CASE("another principal's value is as if it were not there") {
    Showing showing;
    const auto facts = run(showing.tool.facts(call(showing.tool, arguments, "stdio:mallory")));
    CHECK(facts.error().message == gone);
}

TEST_CASE("a showing that a dead process began is settled by the records: possibly shown, or never") {
    struct Row {
        const char* name;
        Result<tools::EscrowState> recorded;
        Errc code;
        const char* words;
    };
    const Row rows[] = {
        {"claimed", tools::EscrowState::claimed, Errc::ambiguous, "may have been shown"},
        {"still held by the dead process", tools::EscrowState::held, Errc::not_found,
         "was not shown, and it was wiped with the process"},
        {"lapsed before", tools::EscrowState::lapsed, Errc::not_found, "was not shown"},
        {"no record", Error{Errc::not_found, "gone"}, Errc::not_found, "was not shown"},
        {"unreadable", Error{Errc::storage, "disk"}, Errc::ambiguous, "It is unknown whether the value"}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Showing showing;
        showing.escrow.recorded = row.recorded;
        const auto settled = run(showing.tool.settle(call(showing.tool, arguments),
                                                     {.subject = "dev-local", .effect = "Shows"}, noon));
        REQUIRE_FALSE(settled.has_value());
        CHECK(settled.error().code == row.code);
        CHECK(tools::failed(settled.error()).structured.at("next").get<std::string>().find("Check the id") ==
              std::string::npos);
        CHECK(settled.error().message.find(row.words) != std::string::npos);
        CHECK(settled.error().message.find(
                  "Delete the token \"dev-local\" with tfy_access_tokens_delete and create") !=
              std::string::npos);
        CHECK(showing.escrow.calls == std::vector<std::string>{"fate for stdio:alice"});
    }
}

}  // namespace tfy::reveal_test
