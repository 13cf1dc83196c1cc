// Patterns, and policy.toml read strictly.
#include "policy/rule.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "policy/near_miss.hpp"
#include "tests/fakes/rules.hpp"

namespace tfy::policy::rule_test {
namespace {

using namespace std::chrono_literals;

std::string default_rules() {
    std::ifstream file(std::string(TFY_SOURCE_DIR) + "/manifests/policy.toml");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a pattern means what it means in a shell") {
    struct Row {
        std::string_view pattern, text;
        bool matches;
    };
    const Row rows[] = {
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything at all", true},
        {"**", "", true},
        {"***", "abc", true},
        {"?", "", false},
        {"?", "a", true},
        {"?", "ab", false},
        {"?", "ä", true},
        {"??", "ä", false},
        {"a?c", "a😀c", true},
        {"abc", "abc", true},
        {"abc", "ABC", false},
        {"abc", "abcd", false},
        {"abcd", "abc", false},
        {"ci-*", "ci-", true},
        {"ci-*", "ci-pipeline", true},
        {"ci-*", "ci", false},
        {"ci-*", "my-ci-x", false},
        {"*-ci", "my-ci", true},
        {"*-ci", "my-ci-", false},
        {"*ci*", "my-ci-x", true},
        {"a*b*c", "a__b__c", true},
        {"a*b*c", "abcbc", true},
        {"a*b*c", "acb", false},
        {"*aab", "aaaab", true},
        {"*?", "", false},
        {"*?", "x", true},
        {"?*?", "x", false},
        {"tfy_access_tokens_*", "tfy_access_tokens_delete", true},
        {"[a-z]", "a", false},
        {"[a-z]", "[a-z]", true},
        {"{a,b}", "a", false},
        {"a.c", "abc", false},
        {"a\\*", "a*", false},
        {"a\\*", "a\\x", true},
    };
    for (const auto& row : rows) {
        CAPTURE(row.pattern);
        CAPTURE(row.text);
        CHECK(glob(row.pattern, row.text) == row.matches);
    }
}

TEST_CASE("a pattern made to be slow is not") {
    std::string pattern, text(5'000, 'a');
    for (int i = 0; i < 200; ++i) pattern += "*a";
    CHECK(glob(pattern + "*", text));
    CHECK_FALSE(glob(pattern + "*b", text));
}

TEST_CASE("the rules that are built in ask for everything that changes, and lower nothing") {
    const auto rules = read_rules(default_rules());
    REQUIRE_MESSAGE(rules.has_value(), rules.error().message);
    REQUIRE(rules->rules.size() == 4);
    const char* tools[] = {"tfy_access_tokens_create", "tfy_access_tokens_delete", "tfy_access_tokens_rotate",
                           "tfy_access_tokens_reveal"};
    for (std::size_t i = 0; i < 4; ++i) {
        const auto& rule = rules->rules[i];
        CHECK(rule.tools == std::vector<std::string>{tools[i]});
        CHECK(rule.says == Rule::Says::ask);
        CHECK_FALSE(rule.min_assurance);
        CHECK(rule.lifetime <= 15min);
        CHECK(rule.lifetime >= 5min);
        CHECK_FALSE(rule.because.empty());
        CHECK(rule.line > 0);
    }
    CHECK(rules->terminal_requires_tty);
    CHECK(rules->open_requests == 16);
    CHECK(rules->requests_per_minute == 30);
    CHECK(rules->claim_window == 15min);
}

TEST_CASE("what the comments of the built-in rules say of defaults is so") {
    const auto rules = read_rules(
        "[[rule]]\ntools=['*']\nprincipals=['*']\nclients=['*']\nnames=['*']\nsays='ask'\nlifetime='15m'"
        "\nreason_required=false\n"
        "reveal=['page','agent','none']\nbecause=''\n");
    REQUIRE(rules.has_value());
    Rule expected;
    expected.line = 1;
    CHECK(rules->rules.at(0) == expected);
    const auto bare = read_rules("[[rule]]\n");
    REQUIRE(bare.has_value());
    CHECK(bare->rules.at(0) == expected);
}

TEST_CASE("every key is read") {
    const auto rules = read_rules(R"(
[terminal]
require_tty = false
[limits]
open_requests = 2
requests_per_minute = 5
claim_window = "90s"
repeat_outcome = "5m"
[groups]
platform = ["ann", "bob"]
[[rule]]
tools = ["tfy_access_tokens_*"]
principals = ["http:*"]
clients = ["cursor*"]
names = ["prod-*", "live-?"]
when = "Sat,Sun 22:00-06:00 Europe/Berlin"
says = "deny"
min_assurance = "terminal"
approvers = ["cem", "group:platform", "ann"]
quorum = 2
self_approval = false
lifetime = "2h"
denied_for = "1h"
reason_required = true
reveal = ["none", "page"]
because = "no"
[[rule]]
)");
    REQUIRE_MESSAGE(rules.has_value(), rules.error().message);
    CHECK_FALSE(rules->terminal_requires_tty);
    CHECK(rules->open_requests == 2);
    CHECK(rules->requests_per_minute == 5);
    CHECK(rules->claim_window == 90s);
    CHECK(rules->repeat_outcome == 5min);
    REQUIRE(rules->rules.size() == 2);
    const Rule expected{{"tfy_access_tokens_*"},
                        {"http:*"},
                        {"cursor*"},
                        {"prod-*", "live-?"},
                        When::read("Sat,Sun 22:00-06:00 Europe/Berlin").value(),
                        Rule::Says::deny,
                        Assurance::terminal,
                        {"cem", "ann", "bob"},
                        2,
                        false,
                        2h,
                        1h,
                        true,
                        {Destination::none, Destination::page},
                        "no",
                        11};
    CHECK(rules->rules[0] == expected);
    CHECK(rules->rules[1].line == 27);
}

TEST_CASE("no rules at all are rules: everything that changes is refused") {
    for (const auto* text : {"", "# nothing\n", "rule = []\n", "\xEF\xBB\xBF# a byte order mark\r\n"}) {
        const auto rules = read_rules(text);
        REQUIRE(rules.has_value());
        CHECK(rules->rules.empty());
    }
}

TEST_CASE("what is not understood stops the start, and the line is named") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {"[[rule]]\ntool = ['*']\n", "policy.toml line 2: unknown key 'tool'; did you mean 'tools'?"},
        {"[[rule]]\n\n\nlifetiem = '5m'\n",
         "policy.toml line 4: unknown key 'lifetiem'; did you mean 'lifetime'?"},
        {"[[rule]]\nallow_all = true\n", "policy.toml line 2: unknown key 'allow_all'"},
        {"[[rule]]\nnames = ['ci-*', 'prod-[0-9]*']\n",
         "policy.toml line 2: 'prod-[0-9]*' would match no name: only * and ? stand for other characters; "
         "write "
         "one pattern for each name"},
        {"[[rule]]\nprincipals = ['stdio:*', 'htpp:loopback']\n",
         "policy.toml line 2: 'principals': 'htpp:loopback' matches no caller: they are stdio:USER, "
         "http:loopback, key:ID, oauth:PERSON/CLIENT, issuer:SUBJECT/CLIENT or tfy:USER"},
        {"[[rules]]\nsays = 'ask'\n", "policy.toml line 1: unknown key 'rules'; did you mean 'rule'?"},
        {"\n[limit]\nopen_requests = 3\n", "policy.toml line 2: unknown key 'limit'; did you mean 'limits'?"},
        {"says = 'ask'\n", "policy.toml line 1: unknown key 'says'"},
        {"[rule]\nsays = 'ask'\n",
         "policy.toml line 1: write [[rule]] with two brackets on each side: there may be many"},
        {"rule = [1]\n", "policy.toml line 1: a rule must be a table: [[rule]]"},
        {"[[rule]]\nsays = 'allow'\n",
         "policy.toml line 2: unknown value 'allow' for 'says', which is 'ask' or 'deny' (no rule can switch "
         "the gate off)"},
        {"[[rule]]\nsays = 'aks'\n",
         "policy.toml line 2: unknown value 'aks' for 'says', which is 'ask' or 'deny' (no rule can switch "
         "the gate off); did you mean 'ask'?"},
        {"[[rule]]\nsays = true\n", "policy.toml line 2: 'says' must be a string, in quotes"},
        {"[[rule]]\ntools = 'tfy_*'\n",
         "policy.toml line 2: 'tools' must be a list of one string or more, such as [\"*\"]"},
        {"[[rule]]\ntools = []\n",
         "policy.toml line 2: 'tools' must be a list of one string or more, such as [\"*\"]"},
        {"[[rule]]\nnames = [\n 'a',\n 7]\n",
         "policy.toml line 4: 'names' must hold strings that are not empty"},
        {"[[rule]]\nclients = ['']\n", "policy.toml line 2: 'clients' must hold strings that are not empty"},
        {"[[rule]]\ntools = ['tfy_acess_*']\n", "policy.toml line 2: tools: 'tfy_acess_*' matches no tool"},
        {"[[rule]]\ntools = ['*',\n'tfy_access_token_delete']\n",
         "policy.toml line 3: tools: 'tfy_access_token_delete' matches no tool; did you mean "
         "'tfy_access_tokens_delete'?"},
        {"[[rule]]\nmin_assurance = 'signedin'\n",
         "policy.toml line 2: unknown value 'signedin' for 'min_assurance', which is 'client', 'terminal', "
         "'signed_in' or 'passkey'; did you mean 'signed_in'?"},
        {"[[rule]]\nmin_assurance = 0\n", "policy.toml line 2: 'min_assurance' must be a string, in quotes"},
        {"[[rule]]\nlifetime = '15 minutes'\n",
         "policy.toml line 2: 'lifetime' must be a time span from \"1s\" to \"7d\", such as \"45s\", "
         "\"15m\", \"12h\""},
        {"[[rule]]\nlifetime = '8d'\n",
         "policy.toml line 2: 'lifetime' must be a time span from \"1s\" to \"7d\", such as \"45s\", "
         "\"15m\", \"12h\""},
        {"[[rule]]\nlifetime = 15\n",
         "policy.toml line 2: 'lifetime' must be a time span from \"1s\" to \"7d\", such as \"45s\", "
         "\"15m\", \"12h\""},
        {"[[rule]]\nsays = 'ask'\nwhen = 'Mon-Fri 08:00-18:00 Europe/Berln'\n",
         "policy.toml line 3: 'when': unknown time zone 'Europe/Berln'; did you mean 'Europe/Berlin'?"},
        {"[[rule]]\nwhen = 'Mo-Fr 08:00-18:00 UTC'\n",
         "policy.toml line 2: 'when': unknown day 'Mo'; the days are Mon, Tue, Wed, Thu, Fri, Sat and Sun"},
        {"[[rule]]\nwhen = 8\n", "policy.toml line 2: 'when' must be a string, in quotes"},
        {"[[rule]]\nreason_required = 'yes'\n",
         "policy.toml line 2: 'reason_required' must be true or false, without quotes"},
        {"[[rule]]\nreveal = []\n",
         "policy.toml line 2: 'reveal' must be a list of one string or more, such as [\"page\"]"},
        {"[[rule]]\nreveal = ['pgae']\n",
         "policy.toml line 2: unknown value 'pgae' for 'reveal', which may hold 'page', 'agent' or 'none'; "
         "did you mean 'page'?"},
        {"[[rule]]\nreveal = ['page', 'page']\n", "policy.toml line 2: 'reveal' holds 'page' twice"},
        {"[[rule]]\nbecause = ['no']\n", "policy.toml line 2: 'because' must be a string, in quotes"},
        {"terminal = 1\n", "policy.toml line 1: 'terminal' must be a table: [terminal]"},
        {"[terminal]\nrequire_tty = 1\n",
         "policy.toml line 2: 'require_tty' must be true or false, without quotes"},
        {"[terminal]\ntty = true\n", "policy.toml line 2: unknown key 'tty'"},
        {"limits = []\n", "policy.toml line 1: 'limits' must be a table: [limits]"},
        {"[limits]\nopen_requests = 0\n",
         "policy.toml line 2: 'open_requests' must be a whole number from 1 to 1000000"},
        {"[limits]\nrequests_per_minute = -1\n",
         "policy.toml line 2: 'requests_per_minute' must be a whole number from 1 to 1000000"},
        {"[limits]\nopen_requests = 1.5\n",
         "policy.toml line 2: 'open_requests' must be a whole number from 1 to 1000000"},
        {"[limits]\nclaim_windows = '5m'\n",
         "policy.toml line 2: unknown key 'claim_windows'; did you mean 'claim_window'?"},
        {"[limits]\nclaim_window = '0s'\n",
         "policy.toml line 2: 'claim_window' must be a time span from \"1s\" to \"7d\", such as \"45s\", "
         "\"15m\", \"12h\""},
        // The problem that is first is told, whatever the order of the names.
        {"[[rule]]\nzebra = 1\nsays = 'no'\napple = 2\n", "policy.toml line 2: unknown key 'zebra'"},
        {"[[rule]]\nx_y_z = 1\n[limits]\na_b_c = 1\n", "policy.toml line 2: unknown key 'x_y_z'"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const auto rules = read_rules(row.text);
        REQUIRE(rules.has_error());
        CHECK(rules.error().code == Errc::refused);
        const auto& message = rules.error().message;
        CHECK(message.substr(0, message.find("; known here: ")) == row.message);
    }
}

TEST_CASE("a key that is like none is told with those that are known") {
    CHECK(read_rules("[terminal]\ntty = true\n").error().message ==
          "policy.toml line 2: unknown key 'tty'; known here: require_tty, require_passphrase");
    CHECK(read_rules("[[rule]]\nexpires_after = '5m'\n").error().message.find(", lifetime, ") !=
          std::string::npos);
}

TEST_CASE("a rule about people that nobody could satisfy, or that names nobody, stops the start") {
    struct Row {
        const char* text;
        const char* message;
    };
    const Row rows[] = {
        {"approvers = ['group:platfrom']", "line 2: there is no group 'platfrom'; write it into [groups]"},
        {"approvers = ['a*']",
         "line 2: 'approvers' are names of people, not patterns; without this key, any person may decide"},
        {"approvers = ['stdio:ann']",
         "line 2: 'stdio:ann' is not a person's name; use up to 64 letters A-Z and a-z, digits and . _ - @ "
         "+, for "
         "example \"ann\" or \"ann@example.com\""},
        {"[groups]\nh = ['Ann Lee']",
         "line 3: 'Ann Lee' is not a person's name; use up to 64 letters A-Z and a-z, digits and . _ - @ +, "
         "for "
         "example "
         "\"ann\" or \"ann@example.com\""},
        {"approvers = []", "line 2: 'approvers' must be a list of one string or more, such as [\"ann\"]"},
        {"quorum = 0", "line 2: 'quorum' must be a whole number from 1 to 9"},
        {"quorum = 10", "line 2: 'quorum' must be a whole number from 1 to 9"},
        {"quorum = 2\napprovers = ['ann', 'ann']", "line 2: the quorum is 2, but there is only 1 approver"},
        {"quorum = 4\napprovers = ['group:g', 'ann']",
         "line 2: the quorum is 4, but there are only 3 approvers"},
        {"self_approval = 'no'", "line 2: 'self_approval' must be true or false, without quotes"},
        {"min_assurance = 'client'\nself_approval = false",
         "line 2: a client's dialog does not identify the person, so a rule with 'approvers', 'quorum' or "
         "'self_approval = false' needs 'terminal', 'signed_in' or 'passkey'"},
        {"[groups]\nh = ['group:g']", "line 3: a group holds names of people, neither patterns nor groups"},
        {"[groups]\nh = ['*']", "line 3: a group holds names of people, neither patterns nor groups"},
        {"[groups]\nh = 'ann'", "line 3: 'h' must be a list of one string or more, such as [\"ann\"]"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        const std::string text = row.text;
        const auto groups = text.starts_with("[groups]") ? "" : "\n[groups]\ng = ['bob', 'cem']\n";
        const auto rules = read_rules("[[rule]]\n" + text + groups);
        REQUIRE(rules.has_error());
        CHECK(rules.error().message == "policy.toml " + std::string(row.message));
    }
}

TEST_CASE("text that is no TOML fails with its line, and never throws") {
    struct Row {
        std::string text;
        const char* start;
    };
    const Row rows[] = {
        {"[[rule]]\nsays = \n", "mine.toml line 2: "},
        {"[[rule]]\nsays = 'ask'\nsays = 'deny'\n", "mine.toml line 3: "},
        {"\n\n[limits\n", "mine.toml line 3: "},
        {"because = \"\xff\"\n", "mine.toml line 1: "},
        {std::string("a\0b", 3), "mine.toml line 1: "},
        {"a = " + std::string(100'000, '['), "mine.toml line 1: "},
    };
    for (const auto& row : rows) {
        CAPTURE(row.start);
        const auto rules = read_rules(row.text, "mine.toml");
        REQUIRE(rules.has_error());
        CHECK(rules.error().code == Errc::refused);
        CHECK(rules.error().message.starts_with(row.start));
    }
}

TEST_CASE("patterns are held against the tools that there are") {
    const std::string_view tools[] = {"alpha", "beta"};
    CHECK(read_rules("[[rule]]\ntools = ['alp*']\n", "p.toml", tools).has_value());
    CHECK(read_rules("[[rule]]\ntools = ['tfy_*']\n", "p.toml", tools).has_error());
    CHECK(read_rules("[[rule]]\ntools = ['apha']\n", "p.toml", tools).error().message ==
          "p.toml line 2: tools: 'apha' matches no tool; did you mean 'alpha'?");
}

TEST_CASE("a near miss is two edits away at the most, and the nearest one wins") {
    const std::string_view words[] = {"tools", "names", "says"};
    CHECK(near_miss("tool", words) == "tools");
    CHECK(near_miss("tolos", words) == "tools");
    CHECK(near_miss("nmaess", words) == "names");
    CHECK(near_miss("say", words) == "says");
    CHECK_FALSE(near_miss("toolxyz", words));
    CHECK_FALSE(near_miss("limits", words));
    CHECK_FALSE(near_miss("", words));
    CHECK_FALSE(near_miss(std::string(1'000'000, 'x'), words));
}

TEST_CASE("destinations are named") {
    for (const auto each : {Destination::page, Destination::agent, Destination::none})
        CHECK(read_destination(to_string(each)) == each);
    CHECK_FALSE(read_destination("Page"));
    CHECK_FALSE(read_destination(""));
}

}  // namespace tfy::policy::rule_test
