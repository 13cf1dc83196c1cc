// `policy explain`: the rules that the server would use, why each fits or does not, and the screen; nothing
// is left behind.
#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "protocol/parse.hpp"
#include "server/approvals/explanation.hpp"
#include "server/cli/policy_explain.hpp"
#include "server/config/config.hpp"
#include "server/storage/token_store.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::policy_explain_test {

using namespace tfy::fakes;

namespace {

constexpr auto rules = R"([[rule]]
tools = ["tfy_access_tokens_delete"]
names = ["prod-*"]
says = "deny"
because = "production tokens are deleted by hand"

[[rule]]
tools = ["tfy_access_tokens_*"]
principals = ["stdio:*"]
when = "Mon-Fri 08:00-18:00 Europe/Berlin"
min_assurance = "terminal"
lifetime = "5m"
reason_required = true
reveal = ["agent", "none"]
because = "in working hours"

[[rule]]
tools = ["tfy_access_tokens_delete"]
clients = ["cursor*"]
)";

struct Ran {
    int code;
    std::string out;
    std::string err;
    Json json() const { return protocol::parse(out).value(); }
};

struct Place {
    Place() {
        options.policy = (folder / "policy.toml").string();
        options.state_dir = (folder / "state").string();
        std::ofstream(folder / "policy.toml") << rules;
        explain.tool = "tfy_access_tokens_delete";
        explain.principal = "stdio:alice";
        explain.at = "2026-11-23T12:00:00Z";  // a Monday
    }
    Ran run() const {
        std::ostringstream out, err;
        const int code = cli::run_policy_explain(options, explain, out, err);
        return {code, out.str(), err.str()};
    }
    Json json() {
        explain.json = true;
        const auto ran = run();
        REQUIRE_MESSAGE(ran.code == 0, ran.err);
        return ran.json();
    }
    /// Puts one token into the sandbox's database, which stays open as a server would have it.
    void fill_sandbox() {
        options.sandbox = true;
        token_store = storage::open_sqlite_token_store(folder / "state" / "sandbox.db").value();
        sandbox::StoredToken token{
            .id = "tok123", .name = "ci-pipeline", .type = "jwt", .owner = "dana@sandbox.example"};
        token.created = noon - std::chrono::days{3};
        REQUIRE(token_store->insert(token).has_value());
    }

    TempFolder folder;
    std::unique_ptr<sandbox::TokenStore> token_store;
    config::Options options;
    cli::ExplainOptions explain;
};

bool holds(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
}

std::vector<std::string> files_below(const std::filesystem::path& folder) {
    std::vector<std::string> found;
    std::error_code absent;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder, absent)) {
        if (!each.is_regular_file()) continue;
        std::ifstream in(each.path(), std::ios::binary);
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        found.push_back(each.path().string() + " " + std::to_string(std::hash<std::string>{}(text)));
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

TEST_CASE("the first rule that matches is named, with how the call ends") {
    struct Row {
        const char* name;
        std::function<void(cli::ExplainOptions&)> change;
        const char* outcome;
        Json line;
    };
    const Row rows[] = {
        {"in working hours", [](auto&) {}, "ask", 7},
        {"after hours", [](auto& e) { e.at = "2026-11-23T17:00:00Z"; }, "uncovered", nullptr},
        {"after hours, through a client that has a rule",
         [](auto& e) {
             e.at = "2026-11-23T17:00:00Z";
             e.client = "cursor 1.2";
         },
         "ask", 17},
        {"a production token", [](auto& e) { e.name = "prod-db"; }, "deny", 1},
        {"another name", [](auto& e) { e.name = "ci-db"; }, "ask", 7},
        {"over HTTP", [](auto& e) { e.principal = "http:loopback"; }, "uncovered", nullptr},
        {"what only reads passes", [](auto& e) { e.tool = "tfy_access_tokens_list"; }, "passes", 7},
        {"also where no rule names it", [](auto& e) { e.tool = "tfy_config_status"; }, "passes", nullptr},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        Place place;
        row.change(place.explain);
        const auto told = place.json();
        CHECK(told.at("outcome") == row.outcome);
        CHECK(told.at("line") == row.line);
        CHECK(told.at("terms").is_null() == (told.at("outcome") != "ask"));
    }
}

TEST_CASE("a rule that asks lets what only reads pass, and says so") {
    Place place;
    place.explain.tool = "tfy_access_tokens_list";
    const auto told = place.run().out;
    CHECK(holds(told, "Line 7, ask: matches, and decides: it asks no one about a call that only reads\n"));
    CHECK(holds(told, "Outcome: it passes. It only reads, and the rule at line 7 does not deny it.\n"));
}

TEST_CASE("for each rule, each key says whether it fits") {
    Place place;
    place.explain.at = "2026-11-22T23:30:00Z";  // Sunday in UTC, Monday in Berlin
    place.explain.name = "ci-db";
    const auto told = place.json();
    const Json expected = {{{"line", 1},
                            {"says", "deny"},
                            {"matches", false},
                            {"tools", true},
                            {"principals", true},
                            {"clients", true},
                            {"names", false},
                            {"when", true}},
                           {{"line", 7},
                            {"says", "ask"},
                            {"matches", false},
                            {"tools", true},
                            {"principals", true},
                            {"clients", true},
                            {"names", true},
                            {"when", false},
                            {"hours",
                             {{"when", "Mon-Fri 08:00-18:00 Europe/Berlin"},
                              {"local_time", "Mon 2026-11-23 00:30 Europe/Berlin"}}}},
                           {{"line", 17},
                            {"says", "ask"},
                            {"matches", false},
                            {"tools", true},
                            {"principals", true},
                            {"clients", false},
                            {"names", true},
                            {"when", true}}};
    CHECK(told.at("rules") == expected);
    place.explain.json = false;
    const auto text = place.run().out;
    CHECK(holds(text,
                "Line 1, deny: does not match\n    yes  tools = [\"tfy_access_tokens_delete\"]\n"
                "    no   names = [\"prod-*\"]   it is ci-db\n"));
    CHECK(holds(text,
                "    no   when = \"Mon-Fri 08:00-18:00 Europe/Berlin\"   there it is Mon 2026-11-23 "
                "00:30 Europe/Berlin\n"));
    CHECK(holds(text, "    no   clients = [\"cursor*\"]   it has none\n"));
    CHECK(holds(text,
                "refused; no person is asked: no rule of the policy covers this call at this time, "
                "but one does Mon-Fri 08:00-18:00 Europe/Berlin.\n"));
}

TEST_CASE("what it takes is the rule's, and where it says nothing the door's own") {
    Place place;
    const auto terms = place.json().at("terms");
    CHECK(terms.at("stdio").at("min_assurance") == "terminal");
    CHECK(terms.at("http").is_null());  // its caller comes by stdio
    CHECK(terms.at("lifetime_seconds") == 300);
    CHECK(terms.at("reason_required") == true);
    CHECK_FALSE(terms.contains("destinations"));
    place.explain.tool = "tfy_access_tokens_create";
    CHECK(place.json().at("terms").at("destinations") == Json{"agent", "none"});
    place.options.policy.clear();
    const auto built_in = place.json();
    CHECK(built_in.at("rules_from") == "built in");
    CHECK(built_in.at("terms").at("stdio").at("min_assurance") == "client");
    CHECK(built_in.at("terms").at("http").is_null());
}

TEST_CASE("who decides is told: which people, how many, and that it is not the one whose agent asks") {
    Place place;
    std::ofstream(place.folder / "policy.toml") << R"([groups]
platform = ["ann", "bob"]

[[rule]]
approvers = ["group:platform", "cem"]
quorum = 2
self_approval = false
)";
    auto terms = place.json().at("terms");
    CHECK(terms.at("approvers") == Json{"ann", "bob", "cem"});
    CHECK(terms.at("quorum") == 2);
    CHECK(terms.at("self_approval") == false);
    CHECK(terms.at("stdio").at("min_assurance") == "terminal");  // where it matters who, a form is not enough
    place.explain.json = false;
    place.explain.arguments = R"({"id":"tok123"})";
    place.fill_sandbox();
    const auto text = place.run().out;
    CHECK(holds(text, "  Who decides: 2 different people of ann, bob, cem, other than the agent's own\n"));
    CHECK(holds(text,
                "May decide: ann, bob, cem\nCannot approve: alice, whose agent asks\nApprovals: 0 of 2\n"));

    place.options.policy.clear();
    CHECK(holds(place.run().out, "  Who decides: one person\n"));
    terms = place.json().at("terms");
    CHECK(terms.at("approvers").empty());
    CHECK(terms.at("quorum") == 1);
    CHECK(terms.at("self_approval") == true);
}

TEST_CASE("a rotation is asked for under the rules of its halves, too") {
    Place place;
    place.explain.tool = "tfy_access_tokens_rotate";
    place.explain.name = "ci-db";
    const auto rules_are = [&](const char* deletes, const char* creates) {
        std::ofstream(place.folder / "policy.toml")
            << "[[rule]]\ntools = [\"*_rotate\"]\n[[rule]]\ntools = [\"*_delete\"]\n"
            << deletes << "\n[[rule]]\ntools = [\"*_create\"]\n"
            << creates << "\n";
    };
    rules_are("approvers = [\"ann\", \"bob\"]\nquorum = 2", "reason_required = true\nreveal = [\"page\"]");
    auto told = place.json();
    CHECK(told.at("terms").at("approvers") == Json{"ann", "bob"});
    CHECK(told.at("terms").at("quorum") == 2);
    CHECK(told.at("terms").at("reason_required") == true);
    CHECK(told.at("terms").at("destinations") == Json{"page"});
    CHECK(told.at("parts").size() == 2);
    CHECK(told.at("line") == 1);
    place.explain.json = false;
    CHECK(holds(place.run().out,
                "But it is tfy_access_tokens_delete for ci-db and tfy_access_tokens_create for "
                "ci-db as well"));

    rules_are("says = \"deny\"\nbecause = \"by hand only\"", "");
    CHECK(
        holds(place.run().out, "And that is refused: A rule of this server refuses this call: by hand only"));
    told = place.json();
    CHECK(told.at("outcome") == "deny");
    CHECK(holds(told.at("because").get<std::string>(), "by hand only"));
}

TEST_CASE("a call that nobody could approve is named as such") {
    Place place;
    std::ofstream(place.folder / "policy.toml") << "[[rule]]\nself_approval = false\n";
    CHECK(place.json().at("nobody_may_approve").is_null());  // alice's agent: bob may
    place.explain.principal = "http:loopback";
    CHECK(holds(place.json().at("nobody_may_approve").get<std::string>(), "does not know whose agent"));
    place.explain.json = false;
    CHECK(place.run().out.starts_with("NO PERSON CAN APPROVE THIS CALL."));
    CHECK(holds(place.run().out, "Outcome: no person can approve it, so it is refused at once"));
    place.explain.tool = "tfy_access_tokens_create";
    place.explain.arguments = R"({"payload":{"name":"ci-runner"}})";
    CHECK_FALSE(holds(place.run().out, "What the person would see"));
    CHECK_FALSE(holds(place.run().out, "to see what the person would see"));
    CHECK(place.json().at("screen").is_null());
    place.explain.principal = "stdio:alice";
    CHECK(place.json().at("screen").is_string());
}

TEST_CASE("with arguments the person's screen is shown, and what it cannot know is said") {
    Place place;
    place.explain.tool = "tfy_access_tokens_create";
    place.explain.arguments = R"({"payload":{"name":"ci-runner"},"reason":"for the nightly build"})";
    auto ran = place.run();
    CHECK(ran.code == 0);
    CHECK(holds(ran.out, "What the person would see:\n\nCreate access token ci-runner?"));
    CHECK(holds(ran.out, "payload.name = ci-runner"));
    CHECK(holds(ran.out, "Reason: \"for the nightly build\""));
    CHECK(holds(ran.out, "Time left: 5 minutes"));
    CHECK(holds(ran.out, "Whether the name is taken was not asked"));
    CHECK(holds(ran.out, "Name is free: (not asked)"));
    place.explain.arguments.clear();
    ran = place.run();
    CHECK(holds(ran.out, "Give the arguments as JSON"));
    CHECK_FALSE(holds(ran.out, "What the person would see"));

    place.explain.tool = "tfy_access_tokens_delete";
    place.explain.arguments = R"({"id":"tok123"})";
    ran = place.run();
    CHECK(holds(ran.out, "The facts about the token were not read"));
    CHECK(holds(ran.out, "All facts: (not read)"));
    CHECK(holds(ran.out, "The token's name is not known here, and the rule at line 1 decides first"));
    place.explain.name = "ci-pipeline";
    ran = place.run();
    CHECK(holds(ran.out, "Verified by this server:\n  All facts: (not read)\n"));
    CHECK_FALSE(holds(ran.out, "is not known here"));
}

TEST_CASE("with the sandbox its tokens are read, and neither they nor anything else is written to") {
    Place place;
    place.fill_sandbox();
    place.explain.arguments = R"({"id":"tok123"})";
    CHECK(place.json().at("name") == "ci-pipeline");  // a server has it open, and has not tidied up yet
    place.token_store.reset();
    const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours{1};
    std::filesystem::last_write_time(place.folder / "state", long_ago);
    const auto before = files_below(place.folder.path());
    const auto told = place.json();
    CHECK(told.at("name") == "ci-pipeline");
    CHECK(holds(told.at("screen").get<std::string>(),
                "Created: 2026-11-20 12:00 UTC (3 days before this was asked)"));
    CHECK(told.at("notes") == Json::array());
    place.explain.arguments = R"({"payload":{"name":"ci-runner"}})";
    place.explain.tool = "tfy_access_tokens_create";
    CHECK(holds(place.json().at("screen").get<std::string>(), "Name is free: yes"));
    place.explain.tool = "tfy_access_tokens_delete";
    place.explain.arguments = R"({"id":"no-such-token"})";
    const auto absent = place.run();
    CHECK(absent.code == 1);
    CHECK(holds(absent.err, "List tokens first"));
    place.explain.tool = "tfy_access_tokens_create";
    place.explain.arguments = R"({"payload":{"name":"ci-pipeline"}})";
    const auto taken = place.run();
    CHECK(taken.code == 1);
    CHECK(holds(taken.err, "ci-pipeline"));
    CHECK(files_below(place.folder.path()) == before);
    CHECK(std::filesystem::last_write_time(place.folder / "state") == long_ago);
}

TEST_CASE("no state directory is made for a dry run") {
    Place place;
    place.explain.arguments = R"({"id":"tok123"})";
    CHECK(place.run().code == 0);
    place.options.sandbox = true;
    CHECK(place.run().code == 1);  // an empty sandbox has no such token
    CHECK_FALSE(std::filesystem::exists(place.folder / "state"));
}

TEST_CASE("wrong usage is 2, what the server would refuse is 1, each with what is wrong") {
    struct Row {
        std::function<void(Place&)> change;
        int code;
        const char* words;
    };
    const Row rows[] = {
        {[](Place& p) { p.explain.tool = "tfy_access_tokens_delet"; }, 2,
         "did you mean tfy_access_tokens_delete?"},
        {[](Place& p) { p.explain.tool = "rm"; }, 2, "There is no tool rm."},
        {[](Place& p) { p.explain.at = "noon"; }, 2, "--at noon is not a time"},
        {[](Place& p) { p.explain.arguments = "{"; }, 2, "The arguments are not a JSON object"},
        {[](Place& p) { p.explain.arguments = "{}"; }, 1, "would refuse these arguments before any rule"},
        {[](Place& p) { p.explain.arguments = R"({"id":"revoke/all"})"; }, 1, "id: Use the token's ID"},
        {[](Place& p) { p.options.policy = (p.folder / "missing.toml").string(); }, 1, "cannot be read"},
        {[](Place& p) { std::ofstream(p.folder / "policy.toml") << "[[rule]]\nwhen = 'now'\n"; }, 1,
         "line 2: 'when'"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.words);
        Place place;
        row.change(place);
        const auto ran = place.run();
        CHECK(ran.code == row.code);
        CHECK(ran.out.empty());
        CAPTURE(ran.err);
        CHECK(holds(ran.err, row.words));
    }
}

TEST_CASE("text that could deceive is marked, in the words of a dry run too") {
    Place place;
    place.explain.client = "cur\u202Esor";
    place.explain.principal = "stdio:al\u200Bice";
    const auto text = place.run().out;
    CHECK(holds(text, "⟨U+202E⟩"));
    CHECK(holds(text, "⟨U+200B⟩"));
    CHECK_FALSE(holds(text, "\u202E"));
    CHECK_FALSE(holds(text, "\u200B"));
}

}  // namespace tfy::policy_explain_test
