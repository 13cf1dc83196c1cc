// Which standing permissions could count under which rules. End to end: tests/e2e/standing_permissions.
#include "policy/permission_reach.hpp"

#include <doctest/doctest.h>

#include "policy/principals.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/rules.hpp"

using namespace std::chrono_literals;

namespace tfy::policy::permission_reach_test {
namespace {

const auto noon = *read_time("2026-11-23T12:00:00.000Z");  // a Monday

StandingPermission permission(std::string names = "ci-*") {
    return {.id = "per_1",
            .by = "ann",
            .assurance = Assurance::terminal,
            .principal = "stdio:bob",
            .base_url = "https://acme.example",
            .names = std::move(names),
            .longest_life = 24h,
            .destination = Destination::page,
            .given = noon,
            .until = noon + 1h};
}

Rules rules(const std::string& toml) { return read_rules(toml).value(); }

}  // namespace

TEST_CASE("two patterns overlap if one text matches both") {
    struct Row {
        const char* one;
        const char* other;
        bool overlap;
    };
    const Row rows[] = {
        {"ci-*", "*", true},      {"ci-*", "ci-a*", true},  {"ci-*", "prod-*", false},
        {"ci-*", "*-prod", true}, {"ci-?", "ci-ab", false}, {"ci-?", "ci-a", true},
        {"ci-a", "ci-a", true},   {"ci-a", "ci-b", false},  {"ci-a*z", "ci-*b", false},
        {"*a*", "*b*", true},     {"a*b", "?", false},      {"ci-", "ci-*", true},
        {"ci-**", "ci-", true},   {"a?c*", "abc", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.one);
        CAPTURE(row.other);
        CHECK(overlap(row.one, row.other) == row.overlap);
        CHECK(overlap(row.other, row.one) == row.overlap);
    }
}

TEST_CASE("a permission can count if one rule that may decide while it lasts lets it") {
    const std::string ask = "[[rule]]\ntools = [\"tfy_access_tokens_create\"]\nsays = \"ask\"\n";
    const std::string deny = "[[rule]]\ntools = [\"tfy_access_tokens_create\"]\nsays = \"deny\"\n";
    const std::string surely = ask + "min_assurance = \"signed_in\"\n";
    struct Row {
        const char* name;
        std::string toml;
        const char* why;  // null: it can count
    };
    const Row rows[] = {
        {"asks for less", ask, nullptr},
        {"asks for more", surely, "signed in to the approvals page"},
        {"for some names more", surely + "names = [\"ci-prod-*\"]\n" + ask, nullptr},
        {"for all its names more", surely + "names = [\"ci*\"]\n" + ask, "Rule at line 1: "},
        {"for another client more", surely + "clients = [\"cursor*\"]\n" + ask, nullptr},
        {"for another principal more", surely + "principals = [\"http:*\"]\n" + ask, nullptr},
        {"at night more", surely + "when = \"Mon-Sun 22:00-06:00 UTC\"\n" + ask, nullptr},
        {"only at night", ask + "when = \"Mon-Sun 22:00-06:00 UTC\"\n", "No rule covers"},
        {"from half past twelve", ask + "when = \"Mon 12:30-13:00 UTC\"\n", nullptr},
        {"denied", deny + ask, "refuses these calls"},
        {"denied for all of its time", deny + "when = \"Mon 11:00-14:00 UTC\"\n" + ask, "refuses"},
        {"denied for half of its time", deny + "when = \"Mon 11:00-12:30 UTC\"\n" + ask, nullptr},
        {"not covered", "[[rule]]\ntools = [\"tfy_access_tokens_delete\"]\nsays = \"ask\"\n",
         "No rule covers"},
        {"only to the agent", ask + "reveal = [\"agent\"]\n", "only agent, which no permission can use"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto why = cannot_count(permission(), rules(row.toml), noon, fakes::no_tokens());
        CAPTURE(why.value_or(""));
        CHECK(why.has_value() == (row.why != nullptr));
        if (row.why != nullptr && why) CHECK(why->find(row.why) != std::string::npos);
    }
}

TEST_CASE("a pattern of callers is one that some caller could match") {
    for (const auto* good :
         {"*", "?*", "stdio:alice", "stdio:*", "http:loopback", "http:*", "*loop*", "key:K7Q2*",
          "oauth:ada/*", "oauth:*", "*/claude", "issuer:*", "tfy:ada@acme.example"}) {
        CAPTURE(good);
        CHECK(may_match_a_principal(good));
    }
    for (const auto* bad : {"", "ada", "htpp:loopback", "http:localhost", "http:loopback?",
                            "stdio:", "oauth:ada", "issuer:me", "Key:*", "group:*"}) {
        CAPTURE(bad);
        CHECK_FALSE(may_match_a_principal(bad));
    }
    CHECK(is_principal("http:loopback"));
    CHECK_FALSE(is_principal("http:localhost"));
}

}  // namespace tfy::policy::permission_reach_test
