#include "server/cli/redact_known.hpp"

#include <map>

#include "policy/visible.hpp"
#include "server/app/console.hpp"
#include "server/app/services.hpp"
#include "server/cli/command_window.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

int list(const app::Archive& archive, bool json, std::ostream& out, std::ostream& err) {
    const auto tokens = archive.ledger->fingerprints();
    if (!tokens) return archive.fail(err, tokens.error());
    std::map<std::string, int> values;
    for (const auto& token : *tokens) ++values[token.name];
    PrintedList known;
    for (const auto& [name, count] : values)
        known.add({{"name", name}, {"values", count}},
                  policy::shown(*archive.sealer, name) +
                      (count == 1 ? "" : " (" + std::to_string(count) + " values)") + "\n");
    return known.print(archive, out, json, "known", "");
}

int forget(const app::Archive& archive, const std::string& name, std::ostream& out, std::ostream& err) {
    const Json body = {{"name", name}, {"by", config::os_user()}};
    const journal::JournalEntry entry{"token_forgotten", "", archive.sealer->seal(body),
                                      app::SystemClock().now()};
    const auto forgotten = archive.ledger->forget_fingerprints(name, entry);
    if (!forgotten && forgotten.error().code == Errc::not_found)
        return archive.fail(
            err, {Errc::not_found,
                  "No token is known by the name " + policy::shown(*archive.sealer, name) +
                      ". Nothing was forgotten. To list the names: " + tools::own_command("redact --known")});
    if (!forgotten) return archive.fail(err, forgotten.error());
    archive.say(out,
                "Forgotten: " + policy::shown(*archive.sealer, name) +
                    ". Servers that run now still redact it, until they start again. A key that is still "
                    "configured is known again with its next use.\n");
    return 0;
}

}  // namespace

int run_known_tokens(const config::Options& options, const RedactOptions& redact, std::ostream& out,
                     std::ostream& err) {
    const auto root = config::state_dir(options.state_dir);
    if (!root) return app::Console(options.state_dir).fail(err, root.error());
    const auto archive = app::Archive::open(*root);
    if (!archive) return app::Console(options.state_dir).fail(err, archive.error());
    return redact.forget.empty() ? list(*archive, redact.json, out, err)
                                 : forget(*archive, redact.forget, out, err);
}

}  // namespace tfy::cli
