// Passkeys: what the journal tells of them holds, as for people. Challenges are used once.
#include <algorithm>

#include "policy/canonical_json.hpp"
#include "policy/members.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/webauthn/ceremonies.hpp"

namespace tfy::storage {
namespace {

constexpr std::int64_t most_challenges = 1000;

Error challenge_is_gone() {
    return {Errc::denied,
            "What the passkey signed was asked for too long ago, or is used up. Nothing was changed. Try "
            "again."};
}

Error no_such_passkey() {
    return {Errc::not_found, "There is no such passkey here, or it was removed. Nothing was changed."};
}

std::optional<Json> read_stored(const std::string& text) {
    auto read = protocol::parse(text);
    if (!read) return std::nullopt;
    return std::move(*read);
}

/// Of a row of credentials that the journal knows.
std::optional<Passkey> read_passkey(const PeopleInJournal& known, const Credential& row) {
    const auto found = known.credentials.find(row.id);
    if (found == known.credentials.end() || found->second.kind != passkey_kind) return std::nullopt;
    if (found->second.person != row.person || found->second.digest != digest_of_credential(row))
        return std::nullopt;
    const auto kept = read_stored(row.secret);
    auto passkey = kept ? Passkey::read(*kept) : std::nullopt;
    if (!passkey) return std::nullopt;
    passkey->id = row.id;
    passkey->person = row.person;
    passkey->created = row.created;
    return passkey;
}

bool may_use(const PeopleInJournal& known, const std::string& person) {
    const auto found = known.people.find(person);
    return found != known.people.end() && !found->second.suspended;
}

std::uint32_t count_of(SQLite::Database& database, const std::string& credential) {
    SQLite::Statement row(database, "SELECT sign_count FROM passkey_counts WHERE credential = ?");
    SQLite::bind(row, credential);
    return row.executeStep() ? row.getColumn(0).getUInt() : 0;
}

}  // namespace

Json Passkey::kept() const {
    return {{"key_id", key_id}, {"algorithm", algorithm}, {"public_key", public_key},          {"host", host},
            {"name", name},     {"aaguid", aaguid},       {"backup_eligible", backup_eligible}};
}

std::optional<Passkey> Passkey::read(const Json& kept) {
    std::string problem;
    const policy::Members from(kept, "", problem);
    Passkey passkey{.key_id = from.text("key_id"),
                    .algorithm = static_cast<int>(from.integer("algorithm")),
                    .public_key = from.text("public_key"),
                    .host = from.text("host"),
                    .name = from.text("name"),
                    .aaguid = from.text("aaguid"),
                    .backup_eligible = from.flag("backup_eligible")};
    if (!problem.empty()) return std::nullopt;
    return passkey;
}

/// Whether there was one.
bool Ledger::Impl::take_passkey_challenge(const std::string& hash, policy::Time now) {
    return run("DELETE FROM passkey_challenges WHERE hash = ? AND until > ?", hash, sqlite::stored(now)) == 1;
}

void Ledger::Impl::note_passkey_count(const std::string& credential, std::uint32_t count) {
    run("INSERT OR REPLACE INTO passkey_counts (credential, sign_count) VALUES (?, ?)", credential,
        static_cast<std::int64_t>(count));
}

Result<void> Ledger::add_passkey_challenge(const PasskeyChallenge& challenge, policy::Time now) {
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "DELETE FROM passkey_challenges WHERE until <= ?1 OR hash IN (SELECT hash FROM "
            "passkey_challenges ORDER BY until DESC LIMIT -1 OFFSET ?2)",
            sqlite::stored(now), most_challenges - 1);
        impl_->run("INSERT INTO passkey_challenges (hash, person, statement, until) VALUES (?, ?, ?, ?)",
                   challenge.hash, challenge.person, challenge.statement.dump(),
                   sqlite::stored(challenge.until));
        return {};
    });
}

Result<std::optional<PasskeyChallenge>> Ledger::passkey_challenge(const std::string& hash, policy::Time now) {
    return sqlite::read([&]() -> Result<std::optional<PasskeyChallenge>> {
        auto row = impl_->prepare(
            "SELECT person, statement, until FROM passkey_challenges WHERE hash = ? AND until > ?");
        SQLite::bind(row, hash, sqlite::stored(now));
        if (!row.executeStep()) return std::optional<PasskeyChallenge>{};
        auto statement = read_stored(row.getColumn(1).getString());
        if (!statement) return sqlite::damaged("a challenge of a passkey");
        return std::optional(PasskeyChallenge{.hash = hash,
                                              .person = row.getColumn(0).getString(),
                                              .statement = std::move(*statement),
                                              .until = sqlite::read_time(row.getColumn(2))});
    });
}

std::vector<Passkey> Ledger::Impl::believed_passkeys(const PeopleInJournal& known) {
    auto rows = prepare(
        "SELECT id, person, kind, secret, created FROM credentials WHERE kind = 'passkey' ORDER BY created, "
        "id");
    std::vector<Passkey> all;
    while (rows.executeStep()) {
        const Credential row{.id = rows.getColumn(0).getString(),
                             .person = rows.getColumn(1).getString(),
                             .kind = rows.getColumn(2).getString(),
                             .secret = rows.getColumn(3).getString(),
                             .created = sqlite::read_time(rows.getColumn(4))};
        auto passkey = may_use(known, row.person) ? read_passkey(known, row) : std::nullopt;
        if (passkey) all.push_back(std::move(*passkey));
    }
    return all;
}

Result<std::vector<Passkey>> Ledger::passkeys() {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::vector<Passkey>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return impl_->believed_passkeys(*known);
    });
}

Result<Passkey> Ledger::Impl::add_passkey(const PeopleInJournal& known, Passkey passkey, policy::Time at) {
    const auto all = believed_passkeys(known);
    if (std::ranges::find(all, passkey.key_id, &Passkey::key_id) != all.end())
        return Error{Errc::conflict, "This passkey is registered already. Nothing was changed."};
    passkey.id = "crd_" + policy::random_id();
    passkey.created = at;
    const Credential made{.id = passkey.id,
                          .person = passkey.person,
                          .kind = std::string(passkey_kind),
                          .secret = policy::canonical_json(passkey.kept()),
                          .created = at};
    run("INSERT INTO credentials (id, person, kind, secret, created) VALUES (?, ?, ?, ?, ?)", made.id,
        made.person, made.kind, made.secret, sqlite::stored(at));
    if (auto told = append(at, "person_credential", "", passkey_body(made)); !told) return told.error();
    return passkey;
}

Result<Passkey> Ledger::add_passkey(Passkey passkey, const std::string& challenge, std::uint32_t sign_count,
                                    policy::Time at) {
    return impl_->write([&]() -> Result<Passkey> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (!may_use(*known, passkey.person))
            return Error{Errc::not_found, "No one of that name is enrolled. Nothing was changed."};
        if (!impl_->take_passkey_challenge(challenge, at)) return challenge_is_gone();
        auto added = impl_->add_passkey(*known, std::move(passkey), at);
        if (added) impl_->note_passkey_count(added->id, sign_count);
        return added;
    });
}

Result<void> Ledger::remove_passkey(const std::string& id, const std::string& by, policy::Time at) {
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto all = impl_->believed_passkeys(*known);
        const auto found = std::ranges::find(all, id, &Passkey::id);
        if (found == all.end()) return no_such_passkey();
        const auto person = known->people.find(by);
        const bool may = person != known->people.end() && !person->second.suspended &&
                         (found->person == by || person->second.decides());
        if (!may) return Error{Errc::refused, by + " may not remove this passkey. Nothing was changed."};
        impl_->run("DELETE FROM credentials WHERE id = ?", id);
        impl_->run("DELETE FROM passkey_counts WHERE credential = ?", id);
        return impl_->append(at, "person_credential_removed", "", removed_body(*found, by));
    });
}

Result<void> Ledger::Impl::use_passkey(const PasskeyUse& use, policy::Time now) {
    const auto known = people_in_journal();
    if (!known) return known.error();
    const auto all = believed_passkeys(*known);
    if (std::ranges::find(all, use.credential, &Passkey::id) == all.end()) return no_such_passkey();
    if (!take_passkey_challenge(use.challenge, now)) return challenge_is_gone();
    const auto before = count_of(*database, use.credential);
    if (!webauthn::may_follow(before, use.sign_count))
        return Error{Errc::denied,
                     "The passkey's count of signatures went back, so a copy of it may be about. Nothing was "
                     "changed. Remove this passkey, and register another one."};
    note_passkey_count(use.credential, use.sign_count);
    return {};
}

Result<void> Ledger::use_passkey(const PasskeyUse& use, policy::Time now) {
    return impl_->write([&] { return impl_->use_passkey(use, now); });
}

Result<void> Ledger::change_signed(policy::Approval::State expected, const policy::Approval& next,
                                   const journal::JournalEntry& entry, const PasskeyUse& use) {
    return impl_->write([&]() -> Result<void> {
        if (auto used = impl_->use_passkey(use, entry.at); !used) return used;
        if (auto changed = impl_->change(expected, next); !changed) return changed;
        return impl_->append(entry);
    });
}

}  // namespace tfy::storage
