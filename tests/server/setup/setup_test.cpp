// What `setup` shows of a change.
#include "server/setup/setup.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "tests/fakes/state.hpp"

namespace tfy::setup_test {

TEST_CASE("setup: the tabs of a file are shown as white space, and written as they are") {
    const fakes::TempFolder home;
    const setup::Surroundings around{.home = home.path(),
                                     .variable = [](const char*) { return std::string{}; }};
    const auto file = setup::file_of(*setup::find_host("cursor"), around).value();
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << "{\n\t\"mcpServers\": {\n\t}\n}\n";
    setup::SetupPlan plan{.host = "cursor",
                          .connection = {.program = "/usr/bin/tfy-pat-mcp", .arguments = {"stdio"}}};
    std::string said;
    const setup::Printer out = [&](std::string_view text) { said += text; };
    REQUIRE(setup::run_setup(plan, around, out).has_value());
    CHECK(said.find("\n  +     \"command\": \"/usr/bin/tfy-pat-mcp\"") != std::string::npos);
    std::ifstream written(file);
    const std::string text(std::istreambuf_iterator<char>(written), {});
    CHECK(text.find("\n\t\t\t\"command\":") != std::string::npos);
    plan.remove = true;
    REQUIRE(setup::run_setup(plan, around, out).has_value());
    CHECK(said.find("\n  -     \"command\": \"/usr/bin/tfy-pat-mcp\"") != std::string::npos);
    CHECK(said.find('\t') == std::string::npos);
}

}  // namespace tfy::setup_test
