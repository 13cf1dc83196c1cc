// Text for a terminal, and commands to copy from it.
#include "server/cli/wrapped.hpp"

#include <doctest/doctest.h>

#include "tools/own_command.hpp"

namespace tfy::wrapped_test {

TEST_CASE("text is broken between words, counted in characters, and a long word stays whole") {
    const std::string word(40, 'a');
    CHECK(cli::wrapped("", 4).empty());
    CHECK(cli::wrapped(word + " " + std::string(39, 'b'), 0) == word + " " + std::string(39, 'b'));
    CHECK(cli::wrapped(word + " " + word, 0) == word + "\n" + word);
    CHECK(cli::wrapped(word + " " + std::string(38, 'b'), 2) == word + "\n  " + std::string(38, 'b'));
    CHECK(cli::wrapped(std::string(100, 'c') + " d", 0) == std::string(100, 'c') + "\nd");
    std::string umlauts;
    for (int i = 0; i < 39; ++i) umlauts += "ä";
    CHECK(cli::wrapped(word + " " + umlauts, 0) == word + " " + umlauts);
}

TEST_CASE("a command is never broken: it is copied as it stands") {
    tools::commands_name("/var/lib/some/long/folder/of a/server/with. a/name");
    const auto command = tools::own_command("approvals keep rot_k3f9aaaaaaaaaaaaaaaaaaaaaa");
    CHECK(cli::wrapped("To keep it, run: " + command, 4) == "To keep it, run:\n    " + command);
    CHECK(cli::wrapped("Run " + command + ". Then go on.", 2) == "Run\n  " + command + ".\n  Then go on.");
    tools::commands_name({});
}

TEST_CASE("a command names the state directory, quoted for a shell, once one is named") {
    CHECK(tools::own_command("approvals list") == "tfy-pat-mcp approvals list");
    tools::commands_name("/var/lib/tfy");
    CHECK(tools::own_command("approvals list") == "tfy-pat-mcp approvals list --state-dir /var/lib/tfy");
    tools::commands_name("/tmp/it's mine");
    CHECK(tools::own_command("audit verify") == "tfy-pat-mcp audit verify --state-dir '/tmp/it'\\''s mine'");
    tools::commands_name({});
    CHECK(tools::own_command("approvals list") == "tfy-pat-mcp approvals list");
}

}  // namespace tfy::wrapped_test
