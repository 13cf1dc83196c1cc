// What the doctor says is said once, in commands that can be used as they are.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "server/doctor/doctor_approvals.hpp"
#include "server/doctor/doctor_settings.hpp"
#include "server/doctor/doctor_state.hpp"
#include "server/doctor/doctor_upstream.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::doctor_texts_test {

using Level = doctor::CheckResult::Level;

namespace {

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

void write(const std::filesystem::path& file, const std::string& text) { std::ofstream(file) << text; }

const doctor::CheckResult& about(const doctor::CheckResults& findings, std::string_view what) {
    const auto found = std::ranges::find(findings, what, &doctor::CheckResult::what);
    REQUIRE(found != findings.end());
    return *found;
}

}  // namespace

TEST_CASE("where the state directory cannot be used, nothing is advised that needs one") {
    const fakes::TempFolder folder;
    const auto file = folder.path() / "file";
    write(file, "x");
    doctor::DoctorOptions options{
        .server = {.sandbox = true, .listen = "127.0.0.1:0", .state_dir = file.string()},
        .home = folder.path(),
        .folder = folder.path()};
    options.server.callers = {"keys"};
    std::ostringstream out;
    CHECK(doctor::run_doctor(options, out) == 1);
    CHECK(holds(out.str(), "broken   state directory — " + file.string() + " is not a folder.\n"));
    for (const auto* command : {" people ", " approvals ", " keys "}) {
        CAPTURE(command);
        CHECK_FALSE(holds(out.str(), "tfy-pat-mcp" + std::string(command)));
    }
    CHECK(holds(doctor::look_at_page(true, true, false).todo, "approvals list"));
    CHECK_FALSE(holds(doctor::look_at_page(true, true, false, false).todo, "approvals list"));
}

TEST_CASE("a line ends with one mark") {
    const fakes::TempFolder folder;
    const auto rules = folder.path() / "rules.toml";
    write(rules, "[[rules]]\nsays = 'ask'\n");
    doctor::DoctorOptions options{.server = {.sandbox = true,
                                             .listen = "127.0.0.1:0",
                                             .state_dir = (folder.path() / "state").string(),
                                             .policy = rules.string()},
                                  .home = folder.path(),
                                  .folder = folder.path()};
    std::ostringstream out;
    CHECK(doctor::run_doctor(options, out) == 1);
    CHECK(holds(out.str(), "did you mean 'rule'?\n"));
}

TEST_CASE("a public URL that is plain http is told once") {
    config::Settings settings;
    settings.listen = {"127.0.0.1", 0};
    settings.public_url = "http://tfy.example.com";
    CHECK_FALSE(doctor::look_at_listen(settings).has_value());
    const auto plain = doctor::look_at_public_url(settings);
    CHECK(plain.level == Level::broken);
    CHECK(plain.why ==
          "http://tfy.example.com: sign-in codes can be read on the way, because it is not https");
}

TEST_CASE("what is not set is named, and what to do about it is said once") {
    std::optional<policy::Time> date;
    const auto unset =
        doctor::look_at_upstream({}, upstream::OwnKey{}, nullptr, policy::Time{}, date, fakes::no_tokens());
    CHECK(about(unset, "TrueFoundry").why == "Not set: TFY_BASE_URL and TFY_API_KEY (or TFY_API_KEY_FILE).");
    CHECK(holds(about(unset, "TrueFoundry").todo, "tfy-pat-mcp login"));
}

TEST_CASE("a setting that cannot be used is named once") {
    config::Options options;
    options.hold = "banana";
    options.ca_file = "/nowhere/ca.pem";
    std::vector<config::Setting> settings;
    const auto found = doctor::look_at_settings(config::read_settings(options), settings);
    CHECK(about(found, "setting --hold").why ==
          "must be a length of time, for example 45s or 2m. No server would start with it");
    CHECK(about(found, "setting --ca-file").why.starts_with("the file /nowhere/ca.pem is not there"));
}

TEST_CASE("a rules file that other users may write to is warned of, and checked by a command without more") {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "policy.toml").string();
    write(file, "[[rule]]\nsays = \"deny\"\n");
    ::chmod(file.c_str(), 0664);
    config::Options options;
    options.policy = file;
    CHECK(doctor::look_at_rules(config::read_settings(options), file).level == Level::ok);
    ::chmod(file.c_str(), 0666);
    const auto open = doctor::look_at_rules(config::read_settings(options), file);
    CHECK(open.level == Level::warning);
    CHECK(open.why ==
          "1 rule, from " + file +
              ". Other users can write to that file (mode 0666), and so decide what needs approval");
    write(file, "[[rule]]\nsays = \"perhaps\"\n");
    CHECK(doctor::look_at_rules(config::read_settings(options), file)
              .todo.ends_with(": tfy-pat-mcp policy check " + file));
}

}  // namespace tfy::doctor_texts_test
