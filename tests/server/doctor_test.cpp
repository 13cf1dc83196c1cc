// What the doctor finds, and what it says of it.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/cli/doctor_checks.hpp"
#include "server/parts.hpp"
#include "tests/fakes/scripted_exchange.hpp"
#include "tests/fakes/sql.hpp"
#include "tests/fakes/state.hpp"

using namespace tfy;
using namespace tfy::server;
using namespace std::chrono_literals;
using Level = Finding::Level;
namespace fs = std::filesystem;

namespace {

constexpr policy::Time noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 12h};
const std::string probe = "GET /api/svc/v1/personal-access-tokens?limit=1&offset=0";

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void write(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

const Finding& about(const Findings& findings, std::string_view what) {
    const auto found = std::ranges::find(findings, what, &Finding::what);
    REQUIRE(found != findings.end());
    return *found;
}

Upstream configured() {
    Upstream upstream;
    upstream.base_url = "https://acme.example";
    upstream.url_from = "TFY_HOST in the environment";
    upstream.key_from = "TFY_API_KEY_FILE in the environment";
    return upstream;
}

Findings asked(Result<truefoundry::HttpResponse> answer, std::string& date) {
    const OwnKey key(policy::Secret(std::string("tfy-key-0123456789")));
    fakes::ScriptedExchange exchange;
    exchange.expect(probe, std::move(answer));
    return look_at_upstream(configured(), key, &exchange, noon, date);
}

}  // namespace

TEST_CASE("the state directory: made by the first start, or closed, this user's, writable") {
    const fakes::TempFolder folder;
    const auto state = folder.path() / "a" / "state";
    CHECK(about(look_at_state(state), "state directory").level == Level::ok);
    CHECK(holds(about(look_at_state(state), "state directory").why, "not there yet"));
    CHECK_FALSE(fs::exists(folder.path() / "a"));  // the doctor makes nothing

    write(state / "file", "x");
    for (const auto& [mode, level] :
         {std::pair{0700, Level::ok}, {0750, Level::broken}, {0701, Level::broken}}) {
        CAPTURE(mode);
        ::chmod(state.c_str(), static_cast<mode_t>(mode));
        CHECK(about(look_at_state(state), "state directory").level == level);
    }
    CHECK(holds(about(look_at_state(state), "state directory").todo, "chmod 700"));
    CHECK(about(look_at_state(state / "file"), "state directory").level == Level::broken);
    if (::geteuid() == 0) {
        CHECK(::chown(state.c_str(), 12345, 12345) == 0);
        CHECK(holds(about(look_at_state(state), "state directory").why, "uid 12345"));
    }
}

TEST_CASE("rules that a server would not start with are broken, with their line") {
    const fakes::TempFolder folder;
    std::optional<policy::Rules> rules;
    CHECK(look_at_rules("", rules).level == Level::ok);
    CHECK(rules.has_value());
    rules.reset();
    const auto file = folder.path() / "policy.toml";
    write(file, "[[rule]]\nsays = \"perhaps\"\n");
    const auto wrong = look_at_rules(file.string(), rules);
    CHECK(wrong.level == Level::broken);
    CHECK(holds(wrong.why, "line 2"));
    CHECK_FALSE(rules.has_value());
    CHECK(look_at_rules((folder.path() / "none").string(), rules).level == Level::broken);
}

TEST_CASE("address and key say where they came from; what TrueFoundry answers decides") {
    std::string date;
    const auto works =
        asked(truefoundry::HttpResponse{.status = 200, .body = R"({"data":[]})", .date = "some day"}, date);
    CHECK(date == "some day");
    CHECK(about(works, "base URL").why == "https://acme.example, from TFY_HOST in the environment");
    CHECK(holds(about(works, "key").why, "from TFY_API_KEY_FILE in the environment"));
    CHECK(about(works, "TrueFoundry").level == Level::ok);

    const auto refused = asked(truefoundry::HttpResponse{.status = 401}, date);
    CHECK(about(refused, "TrueFoundry").level == Level::broken);
    CHECK(holds(about(refused, "TrueFoundry").why, "(key_refused)"));
    const auto away = asked(Error{Errc::upstream, "No name.", {{"cause", "name_not_found"}}}, date);
    CHECK(holds(about(away, "TrueFoundry").why, "(name_not_found)"));
    for (const auto& each : works) CHECK_FALSE(holds(each.why + each.todo, "tfy-key-0123456789"));
}

TEST_CASE("nothing is asked where address or key cannot be used") {
    std::string date;
    fakes::ScriptedExchange nobody;
    auto upstream = configured();
    upstream.url_problem = "TFY_BASE_URL must be https.";
    upstream.url_cause = "base_url_not_https";
    const OwnKey key(policy::Secret(std::string("tfy-key-0123456789")));
    const auto plain = look_at_upstream(upstream, key, &nobody, noon, date);
    CHECK(holds(about(plain, "TrueFoundry").why, "(base_url_not_https)"));
    OwnKey none;
    none.report({Errc::storage, "It is empty.", {{"cause", "key_file_empty"}}});
    const auto empty = look_at_upstream(configured(), none, &nobody, noon, date);
    CHECK(holds(about(empty, "TrueFoundry").why, "(key_file_empty)"));
    CHECK(nobody.sent.empty());
}

TEST_CASE("the clock is held against TrueFoundry's") {
    const auto date = "Mon, 23 Nov 2026 12:00:00 GMT";
    CHECK(look_at_clock(date, noon + 60s).level == Level::ok);
    CHECK(look_at_clock(date, noon + 61s).level == Level::warning);
    CHECK(holds(look_at_clock(date, noon + 61s).why, "1 m 1 s ahead of"));
    CHECK(holds(look_at_clock(date, noon - 2h).why, "2 h behind"));
    CHECK(look_at_clock(date, noon - 2h).level == Level::broken);
    CHECK(holds(look_at_clock("", noon).why, "nothing to compare"));
    CHECK(holds(look_at_clock("yesterday, or so", noon).why, "nothing to compare"));
}

TEST_CASE("a terminal decides with a passphrase; without one, or where none is asked for, that is said") {
    const fakes::TempFolder folder;
    auto rules = load_rules("").value();
    const auto unset = about(look_at_approvals(rules, folder.path(), "alice"), "terminal");
    CHECK(unset.level == Level::warning);
    CHECK(holds(unset.todo, "approvals passphrase"));
    rules.terminal_requires_passphrase = false;
    rules.terminal_requires_tty = false;
    const auto open = about(look_at_approvals(rules, folder.path(), "alice"), "terminal");
    CHECK(holds(open.why, "can decide for you"));
}

TEST_CASE("the page on stdio needs a display and something that opens it") {
    CHECK(look_at_page(true, true, true).level == Level::ok);
    CHECK(look_at_page(false, true, true).level == Level::warning);
    CHECK(holds(look_at_page(true, true, false).todo, "xdg-utils"));
    CHECK(look_at_page(false, false, false).level == Level::ok);
}

TEST_CASE("the journal is what audit verify says") {
    const fakes::TempFolder folder;
    CHECK(holds(look_at_journal(folder.path()).why, "none yet"));
    Ledger::open(folder.path() / "ledger.db").value();
    CHECK(look_at_journal(folder.path()).level == Level::ok);
    CHECK(fakes::run_sql(folder.path() / "ledger.db", "DROP TABLE journal") == 0);
    CHECK(look_at_journal(folder.path()).level == Level::broken);
}

TEST_CASE("hooks that answer for a person are named, wherever the host keeps them") {
    const fakes::TempFolder home, folder;
    CHECK(look_at_agents(home.path(), folder.path(), {}).empty());
    write(home.path() / ".claude/settings.json",
          R"({"hooks":{"PreToolUse":[{"command":"x/auto-approve-tfy-api.sh"}]}})");
    write(folder.path() / ".claude/settings.local.json", R"({"hooks":{"Elicitation":[]}})");
    write(home.path() / ".claude/plugins/tfy/hooks/auto-approve-tfy-api.sh", "exit 0");
    write(folder.path() / "hooks/auto-approve-tfy-api.sh", "exit 0");
    const auto found = look_at_agents(home.path(), folder.path(), {});
    CHECK(found.size() == 4);
    for (const auto& each : found) CHECK(each.level == Level::warning);
}

TEST_CASE("a key that lies where agents look is named") {
    const fakes::TempFolder home, folder;
    auto upstream = configured();
    const auto level = [&] {
        return about(look_at_agents(home.path(), folder.path(), upstream), "agents").level;
    };
    CHECK(level() == Level::ok);
    for (const auto* from :
         {"TFY_API_KEY in .env", "TFY_API_KEY in the environment", "TFY_API_KEY_FILE in .env"}) {
        CAPTURE(from);
        upstream.key_from = from;
        CHECK(level() == (holds(from, "KEY_FILE") ? Level::ok : Level::warning));
    }
}

TEST_CASE("the report: a line each, or JSON; 1 where anything is broken") {
    const fakes::TempFolder folder;
    DoctorOptions options{.server = {.sandbox = true, .state_dir = (folder.path() / "state").string()},
                          .settings = {{"--hold", "5s", "flag"}, {"--listen", "x", "default"}},
                          .home = folder.path(),
                          .folder = folder.path()};
    std::ostringstream fine;
    CHECK(run_doctor(options, fine) == 0);
    CHECK(holds(fine.str(), "ok       settings — --hold 5s (flag).\n"));
    CHECK(holds(fine.str(), "\nNothing is broken.\n"));

    options.server.policy = (folder.path() / "none").string();
    options.json = true;
    std::ostringstream wrong;
    CHECK(run_doctor(options, wrong) == 1);
    const auto document = Json::parse(wrong.str());
    CHECK(document.at("broken") == 1);
    CHECK(document.at("settings").size() == 2);
    CHECK(document.at("findings").at(0) ==
          Json{{"level", "ok"}, {"what", "settings"}, {"why", "--hold 5s (flag)"}, {"todo", ""}});
}
