// What the doctor finds, and what it says of it.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "server/app/services.hpp"
#include "server/doctor/doctor_approvals.hpp"
#include "server/doctor/doctor_settings.hpp"
#include "server/doctor/doctor_state.hpp"
#include "server/doctor/doctor_upstream.hpp"
#include "server/transport/listener.hpp"
#include "tests/fakes/people.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/rules.hpp"
#include "tests/fakes/scripted_exchange.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::doctor_test {

using namespace std::chrono_literals;
using Level = doctor::CheckResult::Level;
namespace fs = std::filesystem;

namespace {

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const std::string probe = "GET /api/svc/v1/personal-access-tokens?limit=1&offset=0";

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

const doctor::CheckResult& about(const doctor::CheckResults& findings, std::string_view what) {
    const auto found = std::ranges::find(findings, what, &doctor::CheckResult::what);
    REQUIRE(found != findings.end());
    return *found;
}

config::Upstream configured() {
    config::Upstream upstream;
    upstream.base_url = "https://acme.example";
    upstream.url_from = "TFY_HOST in the environment";
    upstream.key_from = "TFY_API_KEY_FILE in the environment";
    return upstream;
}

doctor::CheckResults asked(Result<truefoundry::ApiResponse> answer, std::optional<policy::Time>& date) {
    const upstream::OwnKey key(policy::Secret(std::string("tfy-key-0123456789")));
    fakes::ScriptedExchange exchange;
    exchange.expect(probe, std::move(answer));
    return doctor::look_at_upstream(configured(), key, &exchange, noon, date, fakes::no_tokens());
}

}  // namespace

namespace {
policy::Rules built_in() { return config::load_rules("").value(); }
}  // namespace

TEST_CASE("the state directory: made by the first start, or closed, this user's, writable") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "a" / "state";
    CHECK(about(doctor::look_at_state(state, built_in(), false), "state directory").level == Level::ok);
    CHECK(holds(about(doctor::look_at_state(state, built_in(), false), "state directory").why,
                "does not exist yet"));
    CHECK_FALSE(fs::exists(folder.path() / "a"));  // the doctor makes nothing

    write(state / "file", "x");
    for (const auto& [mode, level] :
         {std::pair{0700, Level::ok}, {0750, Level::broken}, {0701, Level::broken}}) {
        CAPTURE(mode);
        ::chmod(state.c_str(), static_cast<mode_t>(mode));
        CHECK(about(doctor::look_at_state(state, built_in(), false), "state directory").level == level);
    }
    CHECK(holds(about(doctor::look_at_state(state, built_in(), false), "state directory").todo, "chmod 700"));
    CHECK(about(doctor::look_at_state(state / "file", built_in(), false), "state directory").level ==
          Level::broken);
    if (::geteuid() == 0) {
        CHECK(::chown(state.c_str(), 12345, 12345) == 0);
        CHECK(holds(about(doctor::look_at_state(state, built_in(), false), "state directory").why,
                    "uid 12345"));
    }
}

TEST_CASE("what a start makes in a state directory is tried where it would be, and leaves nothing") {
    const fakes::TempFolder folder;
    const auto names = [&] {
        std::set<std::string> all;
        for (const auto& each : fs::recursive_directory_iterator(folder.path())) all.insert(each.path());
        return all;
    };
    write(folder.path() / "file", "x");
    const auto before = names();
    CHECK(
        about(doctor::look_at_state(folder.path() / "a" / "b", built_in(), false), "state directory").level ==
        Level::ok);
    for (const auto& place : {fs::path("/proc/x/y"), folder.path() / "file" / "state"}) {
        CAPTURE(place);
        const auto found = about(doctor::look_at_state(place, built_in(), false), "state directory");
        CHECK(found.level == Level::broken);
        CHECK(holds(found.why, "cannot be created"));
        CHECK_FALSE(found.todo.empty());
    }
    CHECK(names() == before);
}

TEST_CASE("a state directory whose key or sandbox is damaged is broken; a good one stays as it is") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "state";
    CHECK(about(doctor::look_at_state(state, built_in(), false), "state directory").level == Level::ok);
    app::Services parts;
    REQUIRE(app::open_state_at(parts, state).has_value());
    CHECK(about(doctor::look_at_state(state, built_in(), true), "state directory").level == Level::ok);
    write(state / "sandbox.db", "no database, however long it is, is found in here");
    const auto sandbox = about(doctor::look_at_state(state, built_in(), true), "state directory");
    CHECK(sandbox.level == Level::broken);
    CHECK(holds(sandbox.why, (state / "sandbox.db").string() + " is damaged"));
    CHECK(about(doctor::look_at_state(state, built_in(), false), "state directory").level == Level::ok);
    write(state / "keys" / "sessions.key", "short");
    fs::permissions(state / "keys" / "sessions.key", fs::perms::owner_read | fs::perms::owner_write);
    const auto damaged = about(doctor::look_at_state(state, built_in(), false), "state directory");
    CHECK((damaged.level == Level::broken && holds(damaged.why, "sessions.key is damaged")));
    CHECK(holds(damaged.todo, "or delete it. Another one is made"));
    app::Services again;
    CHECK(holds(app::open_state_at(again, state).error().message, "sessions.key is damaged"));
    CHECK((fs::remove(state / "keys" / "sessions.key") && app::open_state_at(again, state).has_value()));
}

TEST_CASE("rules that a server would not start with are broken, with their line") {
    const fakes::TempFolder folder;
    const auto look = [](const std::string& file) {
        config::Options options;
        options.policy = file;
        return doctor::look_at_rules(config::read_settings(options), file);
    };
    CHECK(look("").level == Level::ok);
    const auto file = folder.path() / "policy.toml";
    write(file, "[[rule]]\nsays = \"perhaps\"\n");
    const auto wrong = look(file.string());
    CHECK(wrong.level == Level::broken);
    CHECK(holds(wrong.why, "line 2"));
    CHECK(holds(wrong.todo, "policy check " + file.string()));
    CHECK(look((folder.path() / "none").string()).level == Level::broken);
    write(file, "[[rule]]\nsays = \"deny\"\n");
    CHECK(holds(look(file.string()).why, "1 rule, from "));
}

TEST_CASE("each setting that a start would refuse is broken, is not shown, and says where it was set") {
    config::Options options;
    options.hold = "banana";
    options.allowed_hosts = {"https://x/"};
    options.ca_file = "/nowhere/ca.pem";
    const fakes::TempFolder folder;
    options.principals = (folder.path() / "pr.toml").string();
    write(options.principals, "x = 1\n");
    std::vector<config::Setting> settings = {
        {"--hold", "banana", "flag", "TFY_PAT_MCP_HOLD"},
        {"--allowed-host", "https://x/", "config file", "TFY_PAT_MCP_ALLOWED_HOST"},
        {"--principals", options.principals, "flag", "TFY_PAT_MCP_PRINCIPALS"},
        {"--ca-file", "/nowhere/ca.pem", "TFY_PAT_MCP_CA_FILE", "TFY_PAT_MCP_CA_FILE"}};
    const auto found = doctor::look_at_settings(config::read_settings(options), settings);
    CHECK(about(found, "setting --hold").level == Level::broken);
    CHECK(holds(about(found, "setting --hold").todo, "the flag --hold"));
    CHECK(holds(about(found, "setting --allowed-host").todo, "the file of --config"));
    CHECK(holds(about(found, "setting --ca-file").todo, "TFY_PAT_MCP_CA_FILE in the environment"));
    const auto& file = about(found, "setting --principals");
    CHECK(holds(file.why, " line 1: unknown key 'x'; known here: principal. No server would start with it"));
    CHECK(file.todo == "Correct that file, or name another by the flag --principals.");
    for (const auto& each : found) CHECK_FALSE(holds(each.why + each.todo, "banana"));
    CHECK(settings.front().value != "banana");
    CHECK(settings.back().value == "/nowhere/ca.pem");
}

TEST_CASE("an address that is taken is warned of; one that is not this machine's is broken") {
    boost::asio::io_context loop;
    const auto other = transport::Listener::bind(loop, {}, transport::HttpHandler{}).value();
    config::Settings settings;
    settings.listen = {"127.0.0.1", other->port()};
    CHECK(doctor::look_at_listen(settings).value().level == Level::warning);
    settings.listen = {"127.0.0.1", 0};
    CHECK(doctor::look_at_listen(settings).value().level == Level::ok);
    settings.listen = {"192.0.2.1", 8780};
    CHECK(doctor::look_at_listen(settings).value().level == Level::broken);
}

TEST_CASE("address and key say where they came from; what TrueFoundry answers decides") {
    std::optional<policy::Time> date;
    const auto works =
        asked(truefoundry::ApiResponse{.status = 200, .body = R"({"data":[]})", .date = noon}, date);
    CHECK(date == noon);
    CHECK(about(works, "base URL").why == "https://acme.example, from TFY_HOST in the environment");
    CHECK(holds(about(works, "key").why, "from TFY_API_KEY_FILE in the environment"));
    CHECK(about(works, "TrueFoundry").level == Level::ok);

    const auto refused = asked(truefoundry::ApiResponse{.status = 401}, date);
    CHECK(about(refused, "TrueFoundry").level == Level::broken);
    CHECK(about(refused, "TrueFoundry").cause == "key_refused");
    const auto away = asked(Error{Errc::upstream, "No name.", {{"cause", "name_not_found"}}}, date);
    CHECK(about(away, "TrueFoundry").cause == "name_not_found");
    CHECK(holds(about(away, "TrueFoundry").todo, "curl -sv 'https://acme.example'"));
    for (const auto& each : works) CHECK_FALSE(holds(each.why + each.todo, "tfy-key-0123456789"));
}

TEST_CASE("nothing is asked where address or key cannot be used") {
    std::optional<policy::Time> date;
    fakes::ScriptedExchange nobody;
    auto upstream = configured();
    upstream.url_problem = "TFY_BASE_URL must be https.";
    upstream.url_cause = "base_url_not_https";
    const upstream::OwnKey key(policy::Secret(std::string("tfy-key-0123456789")));
    const auto plain = doctor::look_at_upstream(upstream, key, &nobody, noon, date, fakes::no_tokens());
    CHECK(about(plain, "TrueFoundry").cause == "base_url_not_https");
    upstream::OwnKey none;
    none.report({Errc::storage, "It is empty.", {{"cause", "key_file_empty"}}});
    const auto empty = doctor::look_at_upstream(configured(), none, &nobody, noon, date, fakes::no_tokens());
    CHECK(about(empty, "TrueFoundry").cause == "key_file_empty");
    CHECK(nobody.sent.empty());
}

TEST_CASE("the clock is held against TrueFoundry's") {
    CHECK(doctor::look_at_clock(noon, noon + 60s).level == Level::ok);
    CHECK(doctor::look_at_clock(noon, noon + 61s).level == Level::warning);
    CHECK(holds(doctor::look_at_clock(noon, noon + 61s).why, "1 minute 1 second ahead of"));
    CHECK(holds(doctor::look_at_clock(noon, noon - 2h).why, "2 hours behind"));
    CHECK(doctor::look_at_clock(noon, noon - 2h).level == Level::broken);
    CHECK(holds(doctor::look_at_clock({}, noon).why, "not compared"));
}

TEST_CASE("what the rules ask for is told for each transport, and whether anybody could approve") {
    const fakes::TempFolder folder;
    const auto look = [&](const std::string& toml) {
        return doctor::look_at_approvals(policy::read_rules(toml).value(), folder.path(), "alice", noon,
                                         fakes::no_tokens());
    };
    const auto usual =
        doctor::look_at_approvals(built_in(), folder.path(), "alice", noon, fakes::no_tokens());
    CHECK(
        holds(about(usual, "approvals on stdio").why, "create, delete, reveal, rotate: one person decides"));
    CHECK(holds(about(usual, "approvals on stdio").why, "what the client says"));
    CHECK(holds(about(usual, "approvals over HTTP").why, "signed in to the approvals page"));

    const std::string rest = "[[rule]]\n";
    const auto denied =
        look("[[rule]]\ntools=['tfy_access_tokens_delete']\nsays='deny'\nbecause='by hand'\n" + rest);
    CHECK(std::ranges::any_of(denied, [](const doctor::CheckResult& each) {
        return each.level == Level::ok && holds(each.why, "delete, rotate: refused. ") &&
               holds(each.why, "by hand");
    }));

    const auto alone = look("[[rule]]\napprovers=['alice']\nself_approval=false\n");
    CHECK(about(alone, "approvals on stdio").level == Level::broken);
    CHECK(holds(about(alone, "approvals on stdio").why, "no person can approve it"));
    CHECK_FALSE(about(alone, "approvals on stdio").todo.empty());

    const auto only_stdio = look("[[rule]]\nself_approval=false\n");
    CHECK(about(only_stdio, "approvals on stdio").level == Level::ok);
    CHECK(about(only_stdio, "approvals over HTTP").level == Level::warning);

    const auto narrow = look("[[rule]]\nnames=['prod-*']\napprovers=['alice']\nself_approval=false\n" + rest);
    CHECK(about(narrow, "approvals on stdio").level == Level::warning);
    CHECK(
        holds(about(narrow, "approvals on stdio").why, "Under the rule at line 1 no person can approve it"));
}

TEST_CASE("the doctor says who may decide, who was the first, and who needs an invitation") {
    const fakes::TempFolder folder;
    const auto rules = config::load_rules("").value();
    const auto look = [&] {
        return about(doctor::look_at_approvals(rules, folder.path(), "alice", noon, fakes::no_tokens()),
                     "people");
    };
    const auto empty = look();
    CHECK(empty.level == Level::warning);
    CHECK(holds(empty.todo, "people first"));
    CHECK_FALSE(std::filesystem::exists(folder / "ledger.db"));
    {
        const auto ledger = fakes::open_ledger(folder / "ledger.db");
        fakes::enrol(*ledger, {"ada", "bob"});
    }
    CHECK(look().level == Level::ok);
    CHECK(holds(look().why, "ada, bob may decide; the first was ada, on 2026-11-23 12:00 UTC"));
    std::filesystem::create_directory(folder / "approvers");
    std::ofstream(folder / "approvers/cy") << "hash";
    const auto findings = doctor::look_at_approvals(rules, folder.path(), "alice", noon, fakes::no_tokens());
    CHECK(holds(findings.back().why, "cy had a passphrase in an earlier version"));
    CHECK(holds(findings.back().todo, "people invite cy"));
}

TEST_CASE("the page on stdio needs a display and something that opens it") {
    CHECK(doctor::look_at_page(true, true, true).level == Level::ok);
    CHECK(doctor::look_at_page(false, true, true).level == Level::warning);
    CHECK(holds(doctor::look_at_page(true, true, false).todo, "xdg-utils"));
    CHECK(doctor::look_at_page(false, false, false).level == Level::ok);
}

TEST_CASE("the journal is what audit verify says") {
    const fakes::TempFolder folder;
    CHECK(holds(doctor::look_at_journal(folder.path()).why, "none yet"));
    storage::Ledger::open(folder.path() / "ledger.db").value();
    CHECK(doctor::look_at_journal(folder.path()).level == Level::ok);
    CHECK(fakes::run_sql(folder.path() / "ledger.db", "DROP TABLE journal") == 0);
    CHECK(doctor::look_at_journal(folder.path()).level == Level::broken);
}

TEST_CASE("callers without a key that holds are refused, and the doctor says so") {
    const fakes::TempFolder folder;
    const auto look = [&] { return doctor::look_at_caller_keys(folder.path(), fakes::noon); };
    CHECK(look().level == Level::warning);
    const auto ledger = storage::Ledger::open(folder.path() / "ledger.db").value();
    storage::CallerKey key{.id = "K7Q29FXM", .person = "ada", .until = fakes::noon};
    REQUIRE(ledger->add_caller_key(key, fakes::entry("caller_key_created"), fakes::no_tokens()).has_value());
    CHECK(holds(look().why, "0 of 1 keys are valid: every call is refused"));
    key.id = "K7Q29FXN";
    key.until += std::chrono::hours{1};
    REQUIRE(ledger->add_caller_key(key, fakes::entry("caller_key_created"), fakes::no_tokens()).has_value());
    CHECK(look().level == Level::ok);
    CHECK(look().why == "1 of 2 keys are valid");
    fakes::enrol(*ledger, {"ada", "bob"});
    CHECK(look().level == Level::ok);
    key.id = "K7Q29FXP";
    key.person = "adda";
    REQUIRE(ledger->add_caller_key(key, fakes::entry("caller_key_created"), fakes::no_tokens()).has_value());
    CHECK(look().level == Level::warning);
    CHECK(look().why == "2 of 3 keys are valid; key:K7Q29FXP is for adda, which looks like a slip for ada");
}

TEST_CASE("hooks that answer for a person are named, wherever the host keeps them") {
    const fakes::TempFolder home, folder;
    CHECK(doctor::look_at_agents(home.path(), folder.path(), {}).empty());
    write(home.path() / ".claude/settings.json",
          R"({"hooks":{"PreToolUse":[{"command":"x/auto-approve-tfy-api.sh"}]}})");
    write(folder.path() / ".claude/settings.local.json", R"({"hooks":{"Elicitation":[]}})");
    write(home.path() / ".claude/plugins/tfy/hooks/auto-approve-tfy-api.sh", "exit 0");
    write(folder.path() / "hooks/auto-approve-tfy-api.sh", "exit 0");
    std::filesystem::create_directories(home / ".cursor");
    REQUIRE(::mkfifo((home / ".cursor/hooks.json").c_str(), 0600) == 0);  // no one writes into it
    const auto found = doctor::look_at_agents(home.path(), folder.path(), {});
    CHECK(found.size() == 4);
    for (const auto& each : found) CHECK(each.level == Level::warning);
}

TEST_CASE("a key that lies where agents look is named") {
    const fakes::TempFolder home, folder;
    auto upstream = configured();
    const auto level = [&] {
        return about(doctor::look_at_agents(home.path(), folder.path(), upstream), "agents").level;
    };
    CHECK(level() == Level::ok);
    for (const auto* from :
         {"TFY_API_KEY in .env", "TFY_API_KEY in the environment", "TFY_API_KEY_FILE in .env"}) {
        CAPTURE(from);
        upstream.key_from = from;
        CHECK(level() == (holds(from, "KEY_FILE") ? Level::ok : Level::warning));
    }
}

TEST_CASE("the report: what is broken first, with what to do, or JSON; 1 where anything is broken") {
    const fakes::TempFolder folder;
    doctor::DoctorOptions options{
        .server = {.sandbox = true, .listen = "127.0.0.1:0", .state_dir = (folder.path() / "state").string()},
        .settings = {{"--hold", "5s", "flag", "TFY_PAT_MCP_HOLD"}, {"--listen", "x", "default", ""}},
        .home = folder.path(),
        .folder = folder.path()};
    std::ostringstream fine;
    CHECK(doctor::run_doctor(options, fine) == 0);
    CHECK(holds(fine.str(), "ok       settings — --hold 5s (flag).\n"));
    CHECK(holds(fine.str(), "\nNothing is broken"));

    options.server.policy = (folder.path() / "none").string();
    std::ostringstream wrong;
    CHECK(doctor::run_doctor(options, wrong) == 1);
    CHECK(wrong.str().starts_with("broken   rules — "));
    CHECK(holds(wrong.str(),
                "\n         → Correct the rules, or the file that they name. To check the rules alone: "));
    CHECK(holds(wrong.str(), "\n1 thing is broken"));
    options.json = true;
    std::ostringstream out;
    CHECK(doctor::run_doctor(options, out) == 1);
    const auto document = Json::parse(out.str());
    CHECK(document.at("broken") == 1);
    CHECK(document.at("settings").at(0) ==
          Json{{"name", "--hold"}, {"variable", "TFY_PAT_MCP_HOLD"}, {"value", "5s"}, {"from", "flag"}});
    CHECK(document.at("findings").at(0) == Json{{"level", "ok"},
                                                {"what", "settings"},
                                                {"why", "--hold 5s (flag)."},
                                                {"todo", nullptr},
                                                {"cause", nullptr}});
    for (const auto& each : document.at("findings"))
        if (each.at("level") != "ok") CHECK(each.at("todo").is_string());
}

}  // namespace tfy::doctor_test
