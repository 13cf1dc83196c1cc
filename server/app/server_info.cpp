#include "server/app/server_info.hpp"

#include "manifests/embedded.hpp"
#include "server/features/offered_words.hpp"

namespace tfy::app {

protocol::ServerInfo server_info(const std::vector<Json>& tools) {
    return {.name = server_name,
            .title = "TrueFoundry access tokens",
            .version = TFY_VERSION,
            .instructions = features::fitting(manifests::file("instructions.md"), features::names_of(tools)),
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
