#include "server/cli/docs.hpp"

#include "server/cli/docs_commands.hpp"
#include "server/cli/docs_tools.hpp"

namespace tfy::cli {
namespace {

std::string page_of(const Invocation& call, std::string_view page) {
    if (page == "configuration") return configuration_page(call.app);
    if (page == "tools") return tools_page();
    if (page == "errors") return errors_page();
    return commands_page(call.app, dynamic_cast<const HelpFormatter&>(*call.app.get_formatter()));
}

}  // namespace

void add_docs(CommandLine& line) {
    const auto page = std::make_shared<std::string>();
    line.add({"docs",
              "Print a page of the reference, in Markdown",
              {"", {"tfy-pat-mcp docs tools", "tfy-pat-mcp docs commands > docs/reference/commands.md"}},
              [page](Invocation& call) {
                  call.console.say(call.out, page_of(call, *page));
                  return 0;
              }})
        .add_option("PAGE", *page, "commands, configuration, tools or errors")
        ->required()
        ->check(CLI::IsMember({"commands", "configuration", "tools", "errors"}));
}

}  // namespace tfy::cli
