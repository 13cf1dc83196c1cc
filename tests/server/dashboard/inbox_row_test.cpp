// A line of the inbox: enough to choose, safe to look at.
#include "server/dashboard/inbox_row.hpp"

#include <doctest/doctest.h>

#include "server/dashboard/approval_view.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::inbox_row_test {

using namespace tfy::fakes;

TEST_CASE("a line says what, who asks, what is risky, how long, and who has voted") {
    auto made = approval("apr_a");
    made.facts.subject = "prod-db";
    made.facts.warnings = {"It was used 2 hours before this was asked. Everything that uses it will break.",
                           "New token: It never expires, unless the tenant's own limit says otherwise."};
    policy::ApprovalForTests::terms(made).quorum = 2;
    policy::ApprovalForTests::votes(made) = {
        {.approved = true, .by = "ann", .assurance = policy::Assurance::signed_in, .at = noon}};
    const auto row = dashboard::inbox_row(made, "bob", fakes::no_tokens());
    CHECK(row.at("id") == "apr_a");
    CHECK(row.at("title") == "Delete access token");
    CHECK(row.at("verb") == "Delete");
    CHECK(row.at("danger") == true);
    CHECK(row.at("together") == "plan");
    CHECK(row.at("subject") == "prod-db");
    CHECK(row.at("principal") == "stdio:alice");
    CHECK(row.at("asked_by") == "stdio:alice");
    auto by_key = made;
    by_key.call.caller = {.principal = "key:K7Q29FXM", .person = "ada", .label = "cursor"};
    const auto keys_row = dashboard::inbox_row(by_key, "bob", fakes::no_tokens());
    CHECK(keys_row.at("principal") == "key:K7Q29FXM");
    CHECK(keys_row.at("asked_by") == "key:K7Q29FXM, ada's agent \"cursor\"");
    CHECK(dashboard::approval_view(by_key, {.person = "bob"}, fakes::no_tokens()).at("asked_by") ==
          keys_row.at("asked_by"));
    CHECK(row.at("request_expires_at") == "2026-11-23T12:15:00.000Z");
    CHECK(row.at("digest") == made.digest());
    CHECK(row.at("risks") ==
          Json{"used 2 hours before this was asked", "never expires", "production-like name"});
    CHECK(row.at("quorum") == 2);
    CHECK(row.at("voters") == Json{"ann"});
    CHECK(row.at("narrowed") == false);
    CHECK(row.at("marked") == false);
    CHECK(row.at("may_approve") == true);
    CHECK(dashboard::inbox_row(made, "ann", fakes::no_tokens()).at("may_approve") == false);
}

TEST_CASE("only a whole part of a name is like production") {
    for (const auto& [name, like] : {std::pair{"prod", true},
                                     {"db-production", true},
                                     {"product-list", false},
                                     {"ci-live", true},
                                     {"delivery", false}}) {
        CAPTURE(name);
        auto made = approval("apr_a");
        made.facts.subject = name;
        made.facts.warnings = {};
        CHECK(dashboard::inbox_row(made, "bob", fakes::no_tokens()).at("risks").empty() == !like);
    }
}

TEST_CASE("hidden characters are written out in a line, and it is marked") {
    auto made = approval("apr_a");
    made.facts.subject = "ci\u202Etxt";
    const auto row = dashboard::inbox_row(made, "bob", fakes::no_tokens());
    CHECK(row.at("subject") == "ci\u27E8U+202E\u27E9txt");
    CHECK(row.at("marked") == true);
    made.facts.subject = "ci";
    made.agent_reason = "plain\u200B";
    CHECK(dashboard::inbox_row(made, "bob", fakes::no_tokens()).at("marked") == true);
}

}  // namespace tfy::inbox_row_test
