#include "server/cli/audit.hpp"

#include <unistd.h>

#include "server/app/archive.hpp"
#include "server/app/console.hpp"
#include "server/app/services.hpp"
#include "server/cli/plain_bytes.hpp"
#include "server/storage/journal_check.hpp"
#include "server/system/progress.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

Result<storage::IntactJournal> prove(const app::Archive& archive) {
    const system::Progress progress("Checking the journal");
    return storage::check_journal(*archive.ledger, *archive.sealer);
}

int verify(const app::Archive& archive, bool json, std::ostream& out, std::ostream& err) {
    const auto checked = prove(archive);
    if (!checked) return archive.fail(err, checked.error());
    if (json)
        archive.print(out, checked->facts);
    else
        archive.say(out, checked->said);
    return 0;
}

/// What goes to a terminal, or to a program that may write there, is itself all the progress that is shown.
Result<void> print_records(const app::Archive& archive, std::ostream& out) {
    const system::Progress progress("Printing the journal", is_regular_file(STDOUT_FILENO));
    return storage::for_each_page(*archive.ledger,
                                  [&](const std::vector<journal::JournalRecord>& page) -> Result<void> {
                                      for (const auto& record : page) archive.print(out, record.json());
                                      if (out) return {};
                                      return Error{Errc::closed, "the output cannot be written"};
                                  });
}

int export_all(const app::Archive& archive, std::ostream& out, std::ostream& err) {
    const auto whole = print_records(archive, out);
    if (!out) return 1;  // the output says why: StandardOutput::ended()
    return whole ? 0 : archive.fail(err, whole.error());
}

int begin_anew(const std::filesystem::path& state_dir, std::ostream& out, std::ostream& err) {
    if (const auto begun = storage::Ledger::begin_anew(state_dir / "ledger.db", app::SystemClock().now());
        !begun)
        return app::Console(state_dir).fail(err, begun.error());
    const auto archive = app::Archive::open(state_dir);
    if (!archive) return app::Console(state_dir).fail(err, archive.error());
    archive->say(out,
                 "A new journal was begun, and its first record says that the one before it is lost. Here no "
                 "one is enrolled, no caller has a key, no request is open, and of the tokens only the "
                 "configured key is taken out of texts. Restart servers that run on this state directory. "
                 "Then be the first: " +
                     tools::own_command("people first") + "\n");
    return 0;
}

}  // namespace

void add_audit(CommandLine& line) {
    constexpr std::string_view settings = "--state-dir --sandbox --config";
    auto& audit =
        line.add({"audit",
                  "Check or print the journal",
                  {settings, {"tfy-pat-mcp audit verify", "tfy-pat-mcp audit export > journal.jsonl"}}});
    const auto json = std::make_shared<bool>(false);
    const auto runs = [json](AuditOptions::Verb verb) {
        return [verb, json](Invocation& call) {
            auto state = config::state_dir(call.options.state_dir);
            return state ? run_audit({verb, std::move(*state), *json}, call.out, call.err)
                         : call.fail(state.error());
        };
    };
    line.add(audit,
             {"verify",
              "Check that the journal is complete and unchanged",
              {settings,
               {"tfy-pat-mcp audit verify", "tfy-pat-mcp audit verify --state-dir /var/lib/tfy-pat-mcp"}},
              runs(AuditOptions::Verb::verify)})
        .add_flag("--json", *json, "Print JSON");
    line.add(audit,
             {"export",
              "Print the records as JSON lines",
              {settings, {"tfy-pat-mcp audit export > journal.jsonl", "tfy-pat-mcp audit export | jq .kind"}},
              runs(AuditOptions::Verb::export_all)});
    line.add(
        audit,
        {"begin-anew",
         "Begin a new journal in place of one that is lost",
         {settings,
          {"tfy-pat-mcp audit begin-anew", "tfy-pat-mcp audit begin-anew --state-dir /var/lib/tfy-pat-mcp"}},
         runs(AuditOptions::Verb::begin_anew)});
}

int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err) {
    if (options.verb == AuditOptions::Verb::begin_anew) return begin_anew(options.state_dir, out, err);
    const auto archive = app::Archive::open(options.state_dir);
    if (!archive) return app::Console(options.state_dir).fail(err, archive.error());
    return options.verb == AuditOptions::Verb::verify ? verify(*archive, options.json, out, err)
                                                      : export_all(*archive, out, err);
}

}  // namespace tfy::cli
