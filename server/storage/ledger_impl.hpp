// What the ledger's files share: the connection, and the one way in which a record joins the journal.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "policy/journal/journal_head.hpp"
#include "policy/mac.hpp"
#include "policy/sealed_state.hpp"
#include "server/storage/file_id.hpp"
#include "server/storage/ledger.hpp"
#include "server/storage/own_commits.hpp"
#include "server/storage/own_key.hpp"
#include "server/storage/people_in_journal.hpp"
#include "server/storage/sqlite.hpp"

namespace tfy::storage {

/// A record of the journal as it is there.
struct RecordRow {
    std::int64_t sequence = 0;
    std::int64_t at = 0;
    std::string kind, approval_id, body, previous, hash;

    bool operator==(const RecordRow&) const = default;
};

/// Of a row that begins with `id, person, kind, secret, created`.
Credential read_credential(SQLite::Statement& row);

struct Ledger::Impl {
    std::unique_ptr<SQLite::Database> database;
    sqlite::Statements statements{*database};
    OwnCommits own_commits{*database};
    std::unique_ptr<sqlite::Group> group = {};            // between begin_group() and end_group()
    std::filesystem::path file = {};                      // of the database; empty: in memory only
    std::optional<FileId> id = {};                        // as it was opened
    std::filesystem::path key_file = {};                  // of the journal's head; empty: in memory only
    std::optional<journal::JournalKey> journal_key = {};  // once it was needed
    std::optional<policy::MacKey> session_key_ = {};
    struct ReadPeople {
        std::vector<RecordRow> rows;
        PeopleInJournal people;
    };
    ReadPeople read_people = {};  // when people_in_journal() was last asked
    bool key_is_settled = false;  // it has its lasting name
    bool begins_anew = false;     // the first record comes after a journal that is lost
    std::int64_t gone_with = 0;   // see data_version()

    sqlite::Statements::Lent prepare(const char* sql) { return statements.lend(sql); }
    /// A statement that gives no rows; how many it changed.
    template <class... Values>
    int run(const char* sql, const Values&... values) {
        auto statement = prepare(sql);
        SQLite::bind(statement, values...);
        return statement.exec();
    }
    template <class Work>
    auto write(Work&& work) -> std::invoke_result_t<Work> {
        if (group) return piece(std::forward<Work>(work));
        begin_group();
        const std::unique_ptr<Impl, void (*)(Impl*)> end(this, [](Impl* self) { self->group.reset(); });
        auto done = piece(std::forward<Work>(work));
        if (auto kept = end_group(); !kept && done) return kept.error();
        return done;
    }
    void begin_group() { group = std::make_unique<sqlite::Group>(*database, statements); }
    Result<void> end_group();
    /// All that `work` reads is of one moment.
    template <class Work>
    auto snapshot(Work&& work) -> std::invoke_result_t<Work> {
        if (group && group->is_open()) return sqlite::read(work);
        return sqlite::snapshot(*database, std::forward<Work>(work));
    }

    /// What writes within the group's one transaction.
    template <class Work>
    auto piece(Work&& work) -> std::invoke_result_t<Work> {
        const bool first = !group->is_open();
        if (auto held = first ? still_held() : Result<void>{}; !held) return held.error();
        auto done = group->write([&] {
            if (first) own_commits.begin();
            return work();
        });
        if (!done) own_commits.forget();
        return done;
    }

    /// Errc::storage if the file was taken away or exchanged: what is written would be lost with it.
    Result<void> still_held() const;

    void add_fingerprints(const redaction::TokenFingerprints& token);
    void add_reveal(const RevealRow& row);

    // Inside a transaction that is open already: the record stands or falls with what it tells of.
    Result<void> append(const journal::JournalEntry& entry);
    Result<void> append(policy::Time at, std::string kind, std::string approval_id, Json body);
    Result<std::vector<journal::JournalRecord>> journal(std::int64_t first_sequence, std::size_t limit);
    Result<std::optional<policy::Approval>> find(const std::string& id);
    Result<JournalEnd> journal_end(const journal::JournalRecord* last);
    Result<void> move_head(const journal::JournalRecord* before, const journal::JournalRecord& last);
    /// After a commit: the key gets the name that shows that there is a journal.
    void settle_key();
    /// There is no record, though there was one.
    Result<bool> is_lost();

    /// By the records that tell of people, each of them checked with its neighbours in the chain.
    Result<PeopleInJournal> people_in_journal();
    Result<Person> enrol(Person person, const FirstCredential& first, Enrolment how);
    /// Instead of the one of that kind that there was.
    Credential replace_credential(const std::string& person, std::string_view kind, const std::string& secret,
                                  policy::Time at);
    /// Errc::conflict if any person has it.
    Result<Credential> insert_passkey(const std::string& person, const Passkey& passkey, policy::Time at);
    /// Whose pair it is; nothing if it is no one's.
    std::optional<std::string> holder_of(const PeopleInJournal& known, const ProviderPair& pair);
    bool take_passkey_challenge(const std::string& hash, policy::Time now);
    enum class Spent { now, before, too_many };
    /// Keeps that what was sealed, by its hash, was used by `who`, for as long as it would count.
    Spent spend_sealed(const std::string& hash, const std::string& who, policy::Time until, policy::Time now);
    void note_passkey_count(const std::string& credential, std::uint32_t count);
    std::vector<Passkey> believed_passkeys(const PeopleInJournal& known);
    Result<void> use_passkey(const PasskeyUse& use, policy::Time now);
    /// As the rows say, too; nothing if there is none.
    Result<std::optional<Person>> believed_person(const std::string& name);
    Result<policy::MacKey> session_key();
    /// Everything but their invitations, which are the journal's alone.
    /// What this caller asked for and no one has begun is withdrawn, and the permissions for it end. `with`:
    /// what it came by, "key" or "grant".
    Result<void> end_caller(const std::string& principal, const std::string& with, policy::Time at);
    Result<bool> caller_has_ended(const std::string& principal, policy::Time now);
    /// Errc::denied if caller_has_ended().
    Result<void> check_caller(const std::string& principal, policy::Time now);
    Result<policy::SealKey> own_keys_key();
    std::vector<OwnKeyRow> own_keys();
    Result<void> end_own_keys_of(const std::string& name, const std::string& by, policy::Time at,
                                 Ended& ended);
    /// What this person's agents asked of that control plane and no one has begun, but for callers that
    /// bring keys of their own; how many. `why`, `next_step`: see policy::withdraw().
    Result<std::size_t> withdraw_for_key(const std::string& person, const std::string& base_url,
                                         const std::string& why, policy::Time at,
                                         const std::string& next_step = {});
    Result<Ended> end_all_of(const std::string& name, const std::string& by, policy::Time at);
    Result<void> end_keys_of(const std::string& name, const std::string& by, policy::Time at, Ended& ended);
    Result<void> end_grants_of(const std::string& name, const std::string& by, policy::Time at, Ended& ended);
    Result<void> end_permissions_of(const std::string& name, const std::string& by, policy::Time at,
                                    Ended& ended);
    Result<void> end_requests_with(const std::string& name, policy::Time at, Ended& ended);
    /// Errc::refused if anyone whose word makes `next` is suspended; `kind` of record that it gets.
    Result<void> check_deciders(const policy::Approval& next, std::string_view kind);
    Result<void> check_giver(const std::string& person);
    /// Errc::denied if they are: their agents ask for nothing any more.
    Result<void> check_suspended(const policy::Caller& caller);

    std::optional<RevealRow> find_reveal(const std::string& id);
    /// What a reveal's end means for the rotation that waits for it, if one does.
    Result<void> follow_reveal(const std::string& reveal_id, RevealRow::State ended, policy::Time at);
    /// The same, and what waits to show it.
    Result<void> end_what_needs_value(const std::string& reveal_id, RevealRow::State ended, policy::Time at);

    Result<std::optional<policy::Approval>> newest(const std::string& principal, const std::string& digest);
    /// `own`: the open requests of fresh's principal.
    static Result<void> check_target(const std::vector<policy::Approval>& own, const policy::Approval& fresh,
                                     policy::Time now);
    /// The same call under another definition of its tool: what is open under the old one can never run, and
    /// would block the new one. It ends as superseded, and leaves `own`.
    Result<void> end_other_definitions(std::vector<policy::Approval>& own, const policy::Approval& fresh,
                                       policy::Time now);
    /// With its record; `by` is what ended it. Nothing happens to a request whose time is over.
    Result<void> supersede(const policy::Approval& open, std::string_view why, const std::string& by,
                           policy::Time now, const std::string& next = {});
    /// The same for every request that waits, needs one of these keys, and `cannot_run` any more.
    Result<void> supersede_where(const std::vector<std::string>& keys,
                                 const std::function<bool(const policy::Approval&)>& cannot_run,
                                 std::string_view why, const std::string& by, policy::Time now,
                                 const std::string& next = {});
    /// nullptr if they are not known without reading all of them.
    const OwnCommits::OpenCalls* open_calls();
    /// Whether an open request might conflict with `fresh`. True also if that is not known.
    bool may_meet(const policy::Approval& fresh);
    Result<std::optional<policy::Freeze>> freeze_of(const std::string& principal);
    Result<Opened> open_row(const policy::StoredApproval& stored, policy::Time now,
                            const RequestLimits& limits);
    bool has_a_past();
    Result<std::vector<policy::Approval>> open_approvals();
    Result<std::vector<policy::Approval>> open_approvals_of(const std::string& principal);
    void insert(const policy::StoredApproval& stored);
    Result<void> change(policy::Approval::State expected, const policy::StoredApproval& stored);
    /// What to say of a request that is not any more as it was read, when it was in `from`. Errc::conflict.
    Error has_changed(const std::string& id, policy::Approval::State from);
    Result<std::vector<policy::StandingPermission>> permissions(const std::string& principal,
                                                                policy::Time now, bool used_up);
    Result<void> withdraw_under(const std::string& permission, policy::Time now);
    Result<void> lapse(const policy::Approval& overdue, policy::Time now);
    /// Exact from `enough` on.
    std::size_t count_open(const std::string& principal, policy::Time now, std::size_t enough);
    std::size_t count_since(const std::string& principal, policy::Time since, std::size_t enough);
    Result<void> check_limits(const std::string& principal, policy::Time now, const RequestLimits& limits);
};

}  // namespace tfy::storage
