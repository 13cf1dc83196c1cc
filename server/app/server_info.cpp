#include "server/app/server_info.hpp"

#include "manifests/embedded.hpp"

namespace tfy::app {

protocol::ServerInfo server_info() {
    return {.name = server_name,
            .title = "TrueFoundry access tokens",
            .version = TFY_VERSION,
            .instructions = std::string(manifests::file("instructions.md")),
            .capabilities = {.tools = true,
                             .prompts = true,
                             .resources = true,
                             .resources_change = true,
                             .subscribe = true,
                             .completions = true,
                             .logging = true,
                             .tasks = true,
                             .skills = true}};
}

}  // namespace tfy::app
