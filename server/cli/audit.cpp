// The journal is read page by page: it may be longer than memory.
#include "server/cli/audit.hpp"

#include "server/app/archive.hpp"

namespace tfy::cli {
namespace {

using journal::JournalRecord;

constexpr std::size_t page_size = 1000;

/// The pages one after the other, in order, until one is not full. An error of `each` ends it.
template <class Each>
Result<void> for_each_page(storage::Ledger& ledger, Each&& each) {
    for (std::int64_t first = 1;;) {
        const auto page = ledger.journal(first, page_size);
        if (!page) return page.error();
        if (auto done = each(*page); !done) return done;
        if (page->size() < page_size) return {};
        first = page->back().sequence + 1;
    }
}

Error broken_journal(const std::string& wrong) {
    return {Errc::storage,
            "The journal is broken: " + wrong + ". Keep the state directory as it is: it is evidence."};
}

std::string count_of(std::int64_t records) {
    return std::to_string(records) + (records == 1 ? " record" : " records");
}

std::string said_of(const JournalRecord& last, const storage::JournalEnd& end) {
    auto text = "The journal is intact: " + count_of(last.sequence) + ", the last one of " +
                policy::format_time_for_people(last.at) + " with hash " + last.hash + ".\n";
    if (end.since == 0)
        return text +
               "Its end is not protected yet: records cut off at the end would not be noticed. The next "
               "record protects it.\n";
    return text + "Its end is protected since record " + std::to_string(end.since) +
           ": later records cannot be cut off unnoticed.\nKeep these lines elsewhere: only they reveal that "
           "the whole state directory was replaced by an older copy.\n";
}

int verify(const app::Archive& archive, std::ostream& out, std::ostream& err) {
    const auto end = archive.ledger->journal_end();
    if (!end) return app::fail(&archive, err, end.error());
    std::optional<JournalRecord> last;
    const auto whole =
        for_each_page(*archive.ledger, [&](const std::vector<JournalRecord>& page) -> Result<void> {
            if (const auto wrong = journal::broken(page, last ? &*last : nullptr))
                return broken_journal(*wrong);
            if (!page.empty()) last = page.back();
            return {};
        });
    if (!whole) return app::fail(&archive, err, whole.error());
    if (end->wrong) return app::fail(&archive, err, broken_journal(*end->wrong));
    archive.say(out, last ? said_of(*last, *end) : "The journal is empty.\n");
    return 0;
}

int export_all(const app::Archive& archive, std::ostream& out, std::ostream& err) {
    const auto whole =
        for_each_page(*archive.ledger, [&](const std::vector<JournalRecord>& page) -> Result<void> {
            for (const auto& record : page) archive.print(out, record.json());
            if (out) return {};
            return Error{Errc::closed, "the output cannot be written"};
        });
    if (!out) return 1;  // the output says why: StandardOutput::ended()
    return whole ? 0 : app::fail(&archive, err, whole.error());
}

}  // namespace

int run_audit(const AuditOptions& options, std::ostream& out, std::ostream& err) {
    const auto archive = app::Archive::open(options.state_dir);
    if (!archive) return app::fail(nullptr, err, archive.error());
    return options.verb == AuditOptions::Verb::verify ? verify(*archive, out, err)
                                                      : export_all(*archive, out, err);
}

}  // namespace tfy::cli
