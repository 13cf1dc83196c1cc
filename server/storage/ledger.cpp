// How the ledger is opened.
#include "server/storage/ledger.hpp"

#include <algorithm>

#include "server/storage/database_error.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/storage/ledger_tables.hpp"
#include "server/storage/lost_journal.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::storage {

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::~Ledger() = default;

Result<std::unique_ptr<Ledger>> Ledger::open_database(const std::filesystem::path& place,
                                                      const LedgerLimits& limits) {
    auto database = sqlite::open(place, ledger_tables::migrations, {limits.lock_wait, limits.pages});
    if (!database) return database.error();
    Impl impl{.database = std::move(*database)};
    if (place != ":memory:") {
        impl.file = place;
        impl.id = FileId::of(place);
        impl.key_file = place.parent_path() / "keys" / "journal.key";
    }
    return std::unique_ptr<Ledger>(new Ledger(std::make_unique<Impl>(std::move(impl))));
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& file, const LedgerLimits& limits) {
    std::error_code ignored;
    const auto place = file == ":memory:" ? file : std::filesystem::absolute(file, ignored);
    if (const auto wrong = lost_journal(place)) return journal_is_lost(place, *wrong);
    auto ledger = open_database(place, limits);
    if (!ledger) return ledger;
    const auto lost = (*ledger)->impl_->is_lost();
    if (!lost) return with_its_file(lost.error(), place);
    if (*lost) return journal_is_lost(place, "without a record");
    return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::begin_anew(const std::filesystem::path& file, policy::Time now) {
    std::error_code ignored;
    const auto place = std::filesystem::absolute(file, ignored);
    const auto wrong = lost_journal(place);
    Error not_lost = {Errc::conflict, "No journal is lost in " + place.parent_path().string() +
                                          ", so there is nothing to begin anew. Nothing was done. Use "
                                          "audit verify to check the journal."};
    if (!wrong && !is_there(place)) return not_lost;
    auto ledger = open_database(place, {});
    if (!ledger) return ledger;
    auto& impl = *(*ledger)->impl_;
    const auto lost = impl.is_lost();
    if (!lost) return lost.error();
    if (!wrong && !*lost) return not_lost;
    impl.begins_anew = true;
    const Json body = {{"because", "ledger.db was " + wrong.value_or("without a record")}};
    const auto begun = impl.write([&] { return impl.append(now, begun_anew, "", body); });
    impl.begins_anew = false;
    if (!begun) return begun.error();
    return ledger;
}

std::filesystem::path Ledger::state_dir() const { return impl_->file.parent_path(); }

Result<void> Ledger::check_tables() {
    // Tables first: their indexes go with them.
    const auto names = [](SQLite::Database& database) {
        SQLite::Statement rows(
            database,
            "SELECT type || ' ' || name FROM sqlite_schema WHERE type IN ('table', 'index') "
            "ORDER BY type DESC");
        std::vector<std::string> all;
        while (rows.executeStep()) all.push_back(rows.getColumn(0).getString());
        return all;
    };
    auto checked = sqlite::read([&]() -> Result<void> {
        const auto fresh = sqlite::open(":memory:", ledger_tables::migrations, {});
        if (!fresh) return fresh.error();
        const auto here = names(*impl_->database);
        for (const auto& each : names(**fresh))
            if (std::ranges::find(here, each) == here.end()) return sqlite::lacking(each);
        return {};
    });
    if (!checked) return with_its_file(checked.error(), impl_->file);
    return checked;
}

void Ledger::begin_group() { impl_->begin_group(); }

bool Ledger::group_waits() const { return impl_->group && impl_->group->is_open(); }

Result<void> Ledger::end_group() { return impl_->end_group(); }

Result<void> Ledger::Impl::end_group() {
    const bool writes = group->is_open();
    auto done = group->commit();
    group.reset();
    if (!done) own_commits.forget();
    if (!done || !writes) return done;
    own_commits.committed();
    settle_key();
    return done;
}

// SQLite writes the page of this number, also if the number stays.
// An emptied file is seen by no connection that has its pages still.
Result<void> Ledger::try_writing() {
    auto& database = *impl_->database;
    std::error_code unknown;
    if (!impl_->file.empty() && std::filesystem::file_size(impl_->file, unknown) == 0 && !unknown)
        return Error{Errc::storage, "The state database is empty: it was damaged while this server runs."};
    return impl_->write([&database]() -> Result<void> {
        const auto version = database.execAndGet("PRAGMA user_version").getInt64();
        database.exec("PRAGMA user_version = " + std::to_string(version));
        return {};
    });
}

Result<void> Ledger::Impl::still_held() const {
    if (file.empty() || FileId::of(file) == id) return {};
    return Error{
        Errc::storage,
        "The state database was taken away or exchanged while this process uses it. Nothing was run. "
        "Put the state directory back as it was, and start the server again."};
}

Result<std::int64_t> Ledger::data_version() {
    return sqlite::read([&]() -> Result<std::int64_t> {
        return impl_->database->execAndGet("PRAGMA data_version").getInt64() + impl_->gone_with;
    });
}

}  // namespace tfy::storage
