// `policy check`: what a rules file that is well-formed still does not do.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "server/app/console.hpp"
#include "server/cli/policy.hpp"
#include "tests/fakes/state.hpp"

namespace tfy::policy_check_test {
namespace {

std::string checked(const std::string& rules, bool json = false, mode_t mode = 0644) {
    const fakes::TempFolder folder;
    const auto file = (folder.path() / "policy.toml").string();
    std::ofstream(file) << rules;
    ::chmod(file.c_str(), mode);
    const app::Console console((folder.path() / "state").string());
    std::ostringstream out, err;
    CHECK(cli::run_policy_check(file, json, console, out, err) == 0);
    CHECK(err.str().empty());
    return out.str();
}

}  // namespace

TEST_CASE("a rule that asks about what only reads is warned of, since no one is asked") {
    const auto told =
        checked("[[rule]]\ntools = ['tfy_access_tokens_list', 'tfy_access_tokens_delete']\nsays = 'ask'\n");
    CHECK(told.ends_with(
        "Warning: The rule at line 1 asks about calls that only read (tfy_access_tokens_list): no person is "
        "asked about them, and they pass. To refuse them, write says = \"deny\".\n"));
    for (const auto* silent : {"tools = ['tfy_access_tokens_list']\nsays = 'deny'", "tools = ['*']",
                               "tools = ['tfy_access_tokens_*']", "says = 'ask'"}) {
        CAPTURE(silent);
        CHECK(checked("[[rule]]\n" + std::string(silent) + "\n") == "The rules are well-formed: 1 rule.\n");
    }
}

TEST_CASE("what is no TOML is told with its line, however it is broken") {
    for (const std::string broken : {"[[[", "[[[rule]]]", "[[]]", "[.]", "=", "a.", "a = [[[", "a = \"\\"}) {
        CAPTURE(broken);
        const fakes::TempFolder folder;
        const auto file = (folder.path() / "policy.toml").string();
        std::ofstream(file) << "# rules\n" << broken;
        const app::Console console((folder.path() / "state").string());
        std::ostringstream out, err;
        CHECK(cli::run_policy_check(file, false, console, out, err) == 1);
        CHECK(err.str().find(file + " line 2: ") != std::string::npos);
    }
}

TEST_CASE("a file that all users may write is warned of") {
    CHECK(
        checked("[[rule]]\nsays = 'deny'\n", false, 0646) ==
        "The rules are well-formed: 1 rule.\nWarning: Other users can write to that file (mode 0646), and so "
        "decide what needs approval. Run chmod o-w on it, then read it through.\n");
}

TEST_CASE("policy check prints JSON: rules, warnings and channels") {
    CHECK(Json::parse(checked("[terminal]\nrequire_passphrase = false\n", true)).at("warnings").size() == 1);
    const auto told =
        Json::parse(checked("[[rule]]\ntools = ['tfy_access_tokens_list']\nsays = 'ask'\n[[webhook]]\nurl = "
                            "'https://hooks.example.com/x'\nsecret_file = '/x'\n",
                            true));
    CHECK(told.at("rules") == 1);
    CHECK(told.at("warnings").at(0).get<std::string>().starts_with("The rule at line 1 asks about calls"));
    CHECK(told.at("channels").at(0).at("channel") == "webhook:4");
    CHECK(told.dump().find("hooks.example.com") == std::string::npos);
}

}  // namespace tfy::policy_check_test
