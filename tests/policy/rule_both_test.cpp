// Two rules for one call: what both ask for.
#include <doctest/doctest.h>

#include "tests/policy/examples.hpp"

namespace tfy::policy::rule_both_test {
namespace {

using namespace examples;
using enum Assurance;

}  // namespace

TEST_CASE("of two rules a call needs what both ask for") {
    const Rule loose;
    Rule strict;
    strict.min_assurance = signed_in;
    strict.quorum = 2;
    strict.self_approval = false;
    strict.reason_required = true;
    strict.lifetime = 1min;
    strict.approvers = {"ann", "bob"};
    strict.reveal = {Destination::page};
    for (const auto& merged : {both(loose, strict, client), both(strict, loose, client)}) {
        REQUIRE(merged);
        CHECK(merged->min_assurance == signed_in);
        CHECK(merged->quorum == 2);
        CHECK_FALSE(merged->self_approval);
        CHECK(merged->reason_required);
        CHECK(merged->lifetime == 1min);
        CHECK(merged->approvers == strict.approvers);
        CHECK(merged->reveal == strict.reveal);
    }
}

TEST_CASE("a rule that names no assurance stands for the transport's") {
    Rule named;
    named.min_assurance = terminal;
    CHECK(both(Rule{}, named, signed_in)->min_assurance == signed_in);
    CHECK(both(named, Rule{}, client)->min_assurance == terminal);
    CHECK_FALSE(both(Rule{}, Rule{}, client)->min_assurance);
}

TEST_CASE("where nobody could satisfy both, there is no rule") {
    Rule one;
    one.approvers = {"ann", "bob"};
    Rule other;
    other.approvers = {"bob", "cem"};
    CHECK(both(one, other, client)->approvers == std::vector<std::string>{"bob"});
    other.quorum = 2;
    CHECK_FALSE(both(one, other, client));
    other = Rule{};
    other.approvers = {"dora"};
    CHECK_FALSE(both(one, other, client));
    one = Rule{};
    other = Rule{};
    one.reveal = {Destination::page};
    other.reveal = {Destination::agent};
    CHECK_FALSE(both(one, other, client));
}

}  // namespace tfy::policy::rule_both_test
