// The state directory's database: approvals, journal, fingerprints and reveals in SQLite. Blocking: call it
// from one thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/claim.hpp"
#include "policy/freeze.hpp"
#include "policy/journal/journal_entry.hpp"
#include "policy/journal/journal_record.hpp"
#include "policy/key_identity.hpp"
#include "policy/redaction/redactor.hpp"
#include "policy/standing_permission.hpp"
#include "server/storage/caller_key.hpp"
#include "server/storage/passkey.hpp"
#include "server/storage/person.hpp"
#include "server/storage/rotation_row.hpp"

namespace tfy::storage {

struct RevealRow {
    enum class State { held, claimed, lapsed, lost };
    std::string id;
    std::string token_name;
    std::string token_id;   // may be empty
    std::string principal;  // whose agent created it
    std::string instance;   // the process that holds the value
    State state = State::held;
    policy::Time created = {};
    policy::Time until = {};
};

/// What a database file may cost; the defaults are right but for tests.
struct LedgerLimits {
    std::chrono::milliseconds lock_wait{5'000};  // for another process's write to end
    std::int64_t pages = 0;  // that the file may have, 4 KiB each; 0: as many as the disk holds
};

/// Whether the journal ends where its head says (policy/journal/journal_head.hpp).
struct JournalEnd {
    std::int64_t since = 0;                 // the record from which on its end is guarded; 0: no head yet
    std::optional<std::string> wrong = {};  // a clause without a full stop
};

struct RequestLimits {
    std::size_t open_requests = 16;
    std::size_t requests_per_minute = 30;
};

/// The key of the journal's head is the file keys/journal.key beside the database, made with the first
/// record. A journal that does not end where its head says takes no record any more: whatever would be
/// written is Errc::storage, and stays undone.
///
/// Every method is one transaction, but for begin_group(); Errc::storage if the database cannot be read or
/// written (disk full, locked for 5 s, damaged), and then nothing changed. Several processes may have the
/// same database open.
class Ledger {
public:
    /// Creates and migrates. `file` ":memory:" for tests. Folder 0700, files 0600. Errc::storage, too, if
    /// there was a journal and is none (lost_journal.hpp).
    static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& file,
                                                const LedgerLimits& limits = {});
    /// Creates one in the place of one that is lost; its first record says so. Errc::conflict if none is.
    static Result<std::unique_ptr<Ledger>> begin_anew(const std::filesystem::path& file, policy::Time now);
    ~Ledger();

    /// Where it is; empty in memory.
    std::filesystem::path state_dir() const;

    /// What the methods below write until end_group() shares one commit. Each still stands or falls alone; a
    /// reader in between sees what was written before it. Nothing of it may be told before end_group().
    void begin_group();
    /// Something was written since, and waits for the commit.
    bool group_waits() const;
    /// Errc::storage if it could not be kept: nothing is there of what was written, though each said so.
    Result<void> end_group();

    struct Opened {
        policy::Approval approval;
        bool attached = false;  // one for the same principal and digest answers already: policy::answers()
    };
    /// Errc::denied if the principal is frozen, or its person suspended; Errc::rate_limited over the limits;
    /// Errc::conflict if another open request of this principal would change the same token (its id is the
    /// error's data: {approval_id}).
    Result<Opened> open_request(const policy::StoredApproval& fresh, const RequestLimits& limits,
                                const journal::JournalEntry& entry);
    Result<std::optional<policy::Approval>> find(const std::string& id);
    /// Of this principal and digest, open or ended: the one that was opened last.
    Result<std::optional<policy::Approval>> newest(const std::string& principal, const std::string& digest);
    /// Newest first.
    Result<std::vector<policy::Approval>> list(bool open_only, std::size_t limit);
    /// All that are open at `now`, newest first: pending and approved ones whose time is not over, and what
    /// is executing. There is no limit: none of them may be overlooked.
    Result<std::vector<policy::Approval>> all_open(policy::Time now);
    struct Waiting {
        std::vector<policy::Approval> page;
        std::size_t more = 0;  // behind the page
        std::size_t all = 0;
    };
    /// Those that wait for a person at `now`, oldest first: a page of them, behind `after` (from the first on
    /// if it is empty). Errc::not_found if there is no such request.
    Result<Waiting> waiting(policy::Time now, const std::string& after, std::size_t page_size);
    /// Those that are not open at `now`, newest first, that are older than `before` (all if it is empty).
    /// Errc::not_found if there is no such request.
    Result<std::vector<policy::Approval>> over(policy::Time now, std::size_t limit,
                                               const std::string& before = "");
    /// Of this principal, newest first, those that are older than `before` (all if it is empty).
    /// Errc::not_found if the principal has none of that id.
    Result<std::vector<policy::Approval>> list_of(const std::string& principal, const std::string& before,
                                                  std::size_t limit);
    /// Writes `next` if the stored row still is the one that it was made from: in `expected`, and not
    /// written since its `revision` was read. With its journal record. Errc::conflict if it is not.
    Result<void> change(policy::Approval::State expected, const policy::StoredApproval& next,
                        const journal::JournalEntry& entry);

    /// executing → ended: the same. If it succeeded, what can no longer run because of it ends as
    /// superseded, each with its record.
    Result<void> finish(const policy::StoredApproval& stored, const journal::JournalEntry& entry);
    /// From `until` on an ended request answers the same call no more. It never answers longer than it was
    /// told before; nothing for an open one.
    Result<void> answer_until(const std::string& approval_id, policy::Time until);

    /// approved → executing: the same, and with whose key, if that is known.
    Result<policy::Claim> begin(const policy::StoredApproval& executing,
                                const std::optional<policy::KeyIdentity>& with,
                                const journal::JournalEntry& entry);
    /// With whose key the call of this approval was begun; nothing if it was not, or no one wrote it down.
    Result<std::optional<policy::KeyIdentity>> begun_with(const std::string& approval_id);

    /// A request that a standing permission has approved: opened, and one use counted, in one transaction.
    /// Nothing is counted if it attaches. Errc::conflict if the permission is over.
    Result<Opened> open_permitted(const policy::StoredApproval& stored, const RequestLimits& limits,
                                  const journal::JournalEntry& entry);
    Result<void> add_permission(const policy::StandingPermission& permission,
                                const journal::JournalEntry& entry);
    Result<std::optional<policy::StandingPermission>> find_permission(const std::string& id);
    /// In force at `now` for this principal, or for anyone if it is empty; oldest first. `used_up`: also
    /// those that are only used up.
    Result<std::vector<policy::StandingPermission>> permissions(const std::string& principal,
                                                                policy::Time now, bool used_up = false);
    /// Writes that it was revoked (policy::revoke); what it has approved and no one has begun is withdrawn
    /// with it, each with its record. Errc::conflict if it was revoked before.
    Result<void> revoke_permission(const policy::StandingPermission& revoked,
                                   const journal::JournalEntry& entry);

    /// Until unfreeze() no request of this principal is opened. What `stop` makes of its open ones is written
    /// with its record; it answers Errc::refused or Errc::expired for one that goes on or is over. The
    /// answer: how many were stopped. Errc::conflict if it is frozen already, Errc::not_found if it never
    /// asked for anything and has neither a key nor a grant.
    struct Stopped {
        policy::Approval next;
        journal::JournalEntry entry;
    };
    using Stop = std::function<Result<Stopped>(policy::Approval)>;
    Result<std::size_t> freeze(const policy::Freeze& freeze, const Stop& stop,
                               const journal::JournalEntry& entry);
    /// As it was. Errc::not_found.
    using JournalFreeze = std::function<journal::JournalEntry(const policy::Freeze&)>;
    Result<policy::Freeze> unfreeze(const std::string& principal, const JournalFreeze& record);
    /// Oldest first.
    Result<std::vector<policy::Freeze>> freezes();
    /// Nothing if this principal is not frozen.
    Result<std::optional<policy::Freeze>> freeze_of(const std::string& principal);

    /// A code that lets `person` sign in once until then; only its hash is kept.
    Result<void> add_sign_in_code(const std::string& hash, const std::string& person, policy::Time until,
                                  const journal::JournalEntry& entry);
    /// The person whose code it is; no one if there is none, or it is too old.
    Result<std::optional<std::string>> sign_in_code(const std::string& hash, policy::Time now);
    /// The person whose code it is, and it is used up; no one if there is none, or it is too old.
    Result<std::optional<std::string>> take_sign_in_code(const std::string& hash, policy::Time now);

    /// Who is enrolled, oldest first, suspended people too. A row that the journal's records do not tell of,
    /// or tell otherwise, is not among them. Each of these is Errc::storage if the journal does not end as
    /// it was written.
    Result<std::vector<Person>> people();
    /// By the journal alone: rows that were taken away change nothing.
    Result<bool> anyone_enrolled();
    /// Names whose rows, those of their own keys too, are not as the journal tells.
    Result<std::vector<std::string>> people_the_journal_does_not_know();
    /// `secret` is what is kept of the passphrase. Errc::conflict once anyone is enrolled.
    Result<Person> enrol_first(const std::string& name, const std::string& secret, Enrolment how,
                               policy::Time at);
    /// An invitation for the first person, while no one is enrolled: there is one, and it takes the place of
    /// an earlier one. `where` it was given out is journalled. Errc::conflict once anyone is enrolled.
    Result<void> pair(const Invitation& first, const Json& where, policy::Time at);
    /// Takes the place of an earlier invitation of that person. Errc::refused if who invites may not decide,
    /// Errc::conflict if the name was ever used, Errc::rate_limited if very many have not come yet.
    Result<void> invite(const Invitation& invitation, policy::Time at);
    /// Nothing if it is unknown, used or too old, or who invited may decide no more.
    Result<std::optional<Invitation>> invitation(const std::string& hash, policy::Time now);
    /// The invitation is used up. Errc::denied if there is none, or who invited may decide no more.
    Result<Person> enrol_invited(const std::string& hash, const FirstCredential& first, policy::Time at);
    /// By a person who did not invite. Errc::refused, Errc::not_found; Errc::conflict if there is nothing to
    /// confirm.
    Result<void> confirm_person(const std::string& name, const std::string& by, policy::Time at);
    /// Ends with it, and journals, their sessions, codes, challenges and invitations, their own key to
    /// TrueFoundry, their agents' keys, grants and open requests, the standing permissions that they gave,
    /// and their votes: what they approved and no one has begun is withdrawn. What runs goes on.
    /// Errc::refused for the last one who may decide; Errc::not_found, Errc::conflict.
    Result<Ended> suspend_person(const std::string& name, const std::string& by, policy::Time at);
    /// Instead of the one before. Errc::not_found.
    Result<void> set_passphrase(const std::string& person, const std::string& secret, policy::Time at);
    /// Whether begin_guess() finds one.
    Result<bool> has_passphrase(const std::string& person);
    /// The passphrase to compare with, of a person who is enrolled and not suspended. It counts as a wrong
    /// guess until guessed_right(); Errc::rate_limited after too many.
    Result<std::optional<Credential>> begin_guess(const std::string& person, policy::Time now);
    Result<void> guessed_right(const std::string& person);
    /// What begin_guess() counted was never compared.
    Result<void> take_guess_back(const std::string& person);

    /// Counts until its end. Of very many of its person the oldest are forgotten; of others none are.
    Result<void> add_passkey_challenge(const PasskeyChallenge& challenge, policy::Time now);
    /// Nothing if it is unknown, used or too old.
    Result<std::optional<PasskeyChallenge>> passkey_challenge(const std::string& hash, policy::Time now);
    /// Bytes for a passkey to sign that are known again by their mac: nothing is kept of them, since those
    /// who are not known yet could ask for them without end.
    Result<std::string> sealed_challenge(std::string_view purpose, policy::Time until);
    /// When its time ends; nothing if it is over, or was not sealed here for this purpose.
    Result<std::optional<policy::Time>> sealed_until(std::string_view bytes, std::string_view purpose,
                                                     policy::Time now);
    /// One more of its person, who is enrolled; the challenge is used up. `sign_count`: what the
    /// authenticator begins with; `by`: how the person was known, for the journal. Errc::denied if the
    /// challenge is gone, Errc::conflict if the passkey is known, Errc::not_found.
    Result<Passkey> add_passkey(Passkey passkey, const std::string& challenge, std::uint32_t sign_count,
                                policy::Time at, const std::string& by);
    /// Of people who are enrolled and not suspended, oldest first.
    Result<std::vector<Passkey>> passkeys();
    /// By its person, or by another one who may decide. Errc::not_found, Errc::refused.
    Result<void> remove_passkey(const std::string& id, const std::string& by, policy::Time at);
    /// The challenge is used up and the count is noted. Errc::denied if the challenge is gone, the passkey
    /// is no one's any more, or the count went back: a copy of the passkey may be about. Errc::rate_limited
    /// if its person used very many sealed ones.
    Result<void> use_passkey(const PasskeyUse& use, policy::Time now);
    /// change() and use_passkey(), in one transaction.
    Result<void> change_signed(policy::Approval::State expected, const policy::StoredApproval& next,
                               const journal::JournalEntry& entry, const PasskeyUse& use);

    /// Nothing is kept of it, as of sealed_challenge(): the browser brings it back.
    Result<ProviderSignIn> begin_provider_sign_in(std::string_view purpose, policy::Time until);
    /// The same again. Nothing where its time is over, or it was not begun here for this purpose.
    Result<std::optional<ProviderSignIn>> provider_sign_in(std::string_view sealed, std::string_view purpose,
                                                           policy::Time now);
    /// It is used up by whom the provider sent. Errc::denied if it was before; Errc::rate_limited if they
    /// used very many.
    Result<void> spend_provider_sign_in(const ProviderSignIn& begun, const ProviderPair& pair,
                                        policy::Time now);
    /// Whether they have a passphrase or a passkey, so that a provider's word is not all that is known of
    /// them.
    Result<bool> has_own_credential(const std::string& person);
    /// Whose pair it is, suspended or not; nothing where it is no one's.
    Result<std::optional<Person>> person_of(const ProviderPair& pair);
    /// By that pair; they may look until someone who decides confirms them. Errc::refused while no one is
    /// enrolled, Errc::conflict if the name or the pair was ever used.
    Result<Person> enrol_by_provider(const std::string& name, const ProviderPair& pair, policy::Time at);
    /// It is from now on one of theirs, instead of the pair that was. Errc::not_found, Errc::conflict if it
    /// is another person's.
    Result<Person> connect_provider(const std::string& name, const ProviderPair& pair, policy::Time at);

    Result<void> open_page_session(const PageSession& session);
    /// Nothing if there is none, it is over, an hour without use has passed, its person is suspended, or
    /// it is a guest's and someone is enrolled by now.
    Result<std::optional<PageSession>> page_session(const std::string& hash, policy::Time now);
    /// Written down once a minute at the most.
    Result<void> note_use_of_page_session(const PageSession& session, policy::Time now);
    Result<void> end_page_session(const std::string& hash);

    /// Errc::refused if `seal` finds a value in what it is called, or in whom it is for.
    Result<void> add_caller_key(const CallerKey& key, const journal::JournalEntry& entry,
                                const policy::Seals& seal);
    /// What it asked for and no one has begun is withdrawn with it, and the standing permissions for it end.
    /// What it was before: revoked already if that is set. Nothing if there is none.
    using JournalCallerKey = std::function<journal::JournalEntry(const CallerKey&)>;
    Result<std::optional<CallerKey>> revoke_caller_key(const std::string& id, policy::Time at,
                                                       const JournalCallerKey& record);
    /// Oldest first, those that are over too.
    Result<std::vector<CallerKey>> caller_keys();
    /// Whose agent a caller is by its name: "key:ID" as that key says, "oauth:PERSON/CLIENT"; empty for
    /// others.
    Result<std::string> person_behind(const std::string& principal);
    /// Whether the key or the grants by which this caller came were revoked or are over: what it asked for
    /// and no one has begun runs no more. False for callers who come by neither.
    Result<bool> caller_has_ended(const std::string& principal, policy::Time now);
    static constexpr std::string_view its_caller_ended =
        "Withdrawn before it ran: the key or the grant by which its caller came has ended. Nothing was done.";
    static constexpr std::string_view after_its_caller_ended =
        "Tell the user. If they still want it, they first give this caller a new key, or allow its program "
        "again; then call again with the same arguments.";
    Result<void> note_use_of_caller_key(const std::string& id, policy::Time day);

    /// The record alone; if there is a `deed` outside the database, the record is there only if it was
    /// done, and it is done last: if the record cannot be written, nothing was. Errors are the deed's own,
    /// too.
    Result<void> append(const journal::JournalEntry& entry, const std::function<Result<void>()>& deed = {});
    /// From `first_sequence`, oldest first.
    Result<std::vector<journal::JournalRecord>> journal(std::int64_t first_sequence = 1,
                                                        std::size_t limit = 10'000);

    /// Tells nothing of the chain: policy::broken() does.
    Result<JournalEnd> journal_end();

    Result<void> add_fingerprints(const redaction::TokenFingerprints& token);
    /// All that are known by that name. Errc::not_found if none is.
    Result<void> forget_fingerprints(const std::string& name, const journal::JournalEntry& entry);
    Result<std::vector<redaction::TokenFingerprints>> fingerprints();

    Result<void> add_reveal(const RevealRow& row);
    /// A value is held from now on: add_fingerprints() and add_reveal(), in one transaction.
    Result<void> hold_value(const redaction::TokenFingerprints& token, const RevealRow& row);
    Result<std::optional<RevealRow>> find_reveal(const std::string& id);
    /// held → `next`, with its journal record; a rotation that waits for it becomes due (claimed), or keeps
    /// its old token, in the same transaction. Errc::conflict if it is not held any more.
    Result<void> end_reveal(const std::string& id, RevealRow::State next, const journal::JournalEntry& entry);
    Result<std::vector<RevealRow>> reveals(RevealRow::State state);
    /// Whether what this request waits for is a value whose process has ended; `instance`, this one, has not.
    /// That it is lost is written down then, and what waits for it ends as superseded, and says why.
    Result<bool> lose_value_of(const policy::Approval& open, const std::string& instance, policy::Time now);
    /// The same for all that is open.
    Result<void> lose_values_asked_for(const std::string& instance, policy::Time now);

    /// No other approval gets this old token until begin_rotation() or release_rotation() with the same one.
    /// Errc::conflict if its rotation is open, or another reservation `stands`; one that does not is
    /// replaced.
    using StillStands = std::function<bool(const RotationReservation&)>;
    Result<void> reserve_rotation(const RotationReservation& wanted, const StillStands& stands,
                                  const policy::Seals& seal);
    Result<void> release_rotation(const std::string& approval_id);
    /// The second half of what `order` lets run: waiting, or as far as the value's reveal has come already.
    /// Takes the place of its reservation. Errc::conflict if its approval or its reveal has a rotation.
    Result<RotationRow> begin_rotation(const access_tokens::RotationOrder& order, const RotationStart& start,
                                       const journal::JournalEntry& entry);
    Result<std::optional<RotationRow>> find_rotation(const std::string& id);
    Result<std::optional<RotationRow>> find_rotation_of(const std::string& approval_id);
    /// waiting, due and deleting; oldest first.
    Result<std::vector<RotationRow>> open_rotations();
    /// Writes `next` if the stored revision still is its own, with its journal record. Errc::conflict
    /// if it is not.
    Result<void> change_rotation(const RotationRow& next, const journal::JournalEntry& entry);

    /// The ids that begin so, newest first: of requests ("apr_…"), rotations ("rot_…") or standing
    /// permissions ("per_…").
    Result<std::vector<std::string>> ids_beginning(const std::string& beginning, std::size_t limit);

    /// Whether all tables and indexes are there: without one, some calls work, and others find the database
    /// damaged. Errc::storage.
    Result<void> check_tables();

    /// Writes without changing anything, durably: what keeps it from being written keeps the journal from it.
    Result<void> try_writing();
    /// A number that differs after any other process has written, and after requests or permissions of this
    /// one went with a grant, a key or a person: what ends those does not know who looks at the requests.
    Result<std::int64_t> data_version();

    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;

private:
    friend class Deliveries;   // server/storage/deliveries.hpp: tables of its own, the same connection
    friend class ToldOnce;     // server/storage/told_once.hpp: the same
    friend class OAuthGrants;  // server/storage/oauth_grants.hpp: the same
    friend class OwnKeyRows;   // server/storage/own_key_rows.hpp: the same
    struct Impl;
    explicit Ledger(std::unique_ptr<Impl> impl);
    static Result<std::unique_ptr<Ledger>> open_database(const std::filesystem::path& place,
                                                         const LedgerLimits& limits);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tfy::storage
