#include "server/storage/lost_journal.hpp"

#include <sys/stat.h>

#include "server/storage/private_files.hpp"
#include "tools/own_command.hpp"

namespace tfy::storage {
namespace {

// fingerprint.check is written when the database is there already, journal.key when the first record is in
// it.
bool had_a_journal(const std::filesystem::path& state_dir) {
    return is_there(state_dir / "keys" / "journal.key") || is_there(state_dir / "keys" / "fingerprint.check");
}

}  // namespace

std::optional<std::string> lost_journal(const std::filesystem::path& ledger) {
    struct stat found = {};
    const bool there = ::stat(ledger.c_str(), &found) == 0;
    if ((there && found.st_size > 0) || !had_a_journal(ledger.parent_path())) return std::nullopt;
    return there ? "empty" : "missing";
}

Error journal_is_lost(const std::filesystem::path& ledger, const std::string& what_is_wrong) {
    return {
        Errc::storage,
        "The journal of this state directory is lost: " + ledger.string() + " is " + what_is_wrong +
            ", though keys beside it show that there was one. With it went the people, the open requests, "
            "and the values that are taken out of texts. Nothing was run, and no new journal was begun. "
            "Put a backup of the whole state directory in its place, or use another --state-dir. To go on "
            "here without what is lost, on record: " +
            tools::own_command("audit begin-anew")};
}

}  // namespace tfy::storage
