// Whom a new value is held for.
#include "tools/escrow.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/permits.hpp"

namespace tfy::escrow_test {

using policy::Destination;

namespace {

tools::Recipients recipients(Destination chosen, std::vector<Destination> allowed,
                             policy::Assurance assurance = policy::Assurance::signed_in) {
    policy::Call call{.tool = "tfy_access_tokens_create"};
    call.caller.principal = "stdio:alice";
    call.caller.person = "alice";
    policy::ApprovedPermit::Grant grant{.approval_id = "apr_1", .facts = {}};
    grant.decision.approved = true;
    grant.decision.destination = chosen;
    grant.votes = {{true, "grace", assurance, {}}};
    grant.destinations = std::move(allowed);
    return tools::recipients_of(policy::PermitForTests::approved(std::move(call), std::move(grant)));
}

}  // namespace

TEST_CASE("on the page those who approved see a value, where the rule lets it go there") {
    CHECK(recipients(Destination::page, {Destination::page}).may_see("grace"));
    CHECK_FALSE(recipients(Destination::page, {Destination::page}).may_see("mallory"));
    // The page is there for a value that did not reach the agent, too.
    const auto promised = recipients(Destination::agent, {Destination::page, Destination::agent});
    CHECK((promised.may_see("grace") && promised.for_agent));
    CHECK_FALSE(recipients(Destination::page, {Destination::page}).for_agent);
    CHECK_FALSE(recipients(Destination::none, {Destination::page, Destination::none}).may_see("grace"));
    for (const auto chosen : {Destination::agent, Destination::none}) {
        const auto nobody = recipients(chosen, {Destination::agent, Destination::none});
        CHECK_FALSE(nobody.may_see("grace"));
        CHECK(nobody.principal == "stdio:alice");
    }
}

TEST_CASE("a client's form does not tell who answered: the person whose agent asked is meant") {
    const auto held = recipients(Destination::page, {Destination::page}, policy::Assurance::client);
    CHECK(held.may_see("alice"));
    CHECK_FALSE(held.may_see("grace"));
}

}  // namespace tfy::escrow_test
