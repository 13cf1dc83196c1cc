// Passkeys: what the journal tells of them holds, as for people. Challenges are used once.
#include <algorithm>

#include "policy/canonical_json.hpp"
#include "policy/mac.hpp"
#include "policy/members.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/parse.hpp"
#include "server/storage/ledger_impl.hpp"
#include "server/webauthn/ceremonies.hpp"

namespace tfy::storage {
namespace {

constexpr std::int64_t most_challenges = 32;  // of one person, that wait
constexpr std::int64_t most_used = 100;       // sealed ones that one person used, whose time is not over
// What a challenge that was used has in place of its statement.
constexpr auto used_already = R"({"purpose":"used"})";

Error challenge_is_gone() {
    return {Errc::denied,
            "What the passkey signed was asked for too long ago, or is used up. Nothing was changed. Try "
            "again."};
}

Error too_many_used(const std::string& person) {
    return {Errc::rate_limited, "Too many passkeys of " + person +
                                    " were used within two minutes. Nothing was changed. Wait two minutes, "
                                    "then try again."};
}

/// Of several that were begun behind one confirmation, the first one ends what the provider stands for.
Error has_one_by_now() {
    return {
        Errc::refused,
        "You have a passphrase or a passkey here by now, and no one else can confirm for you. Nothing was "
        "changed. Confirm with that one, then register this passkey again."};
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
    if (row.kind != passkey_kind || !known.knows(row)) return std::nullopt;
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

std::string mac_of_challenge(std::string_view purpose, std::string_view nonce, const std::string& until,
                             const policy::MacKey& key) {
    return policy::mac_of(
        {{"purpose", "sealed challenge"}, {"for", purpose}, {"nonce", nonce}, {"until", until}}, key);
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

// Only its own person's make room for it. What is used stays until its time is over.
Result<void> Ledger::add_passkey_challenge(const PasskeyChallenge& challenge, policy::Time now) {
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "DELETE FROM passkey_challenges WHERE until <= ?1 OR hash IN (SELECT hash FROM "
            "passkey_challenges WHERE person = ?2 AND statement <> ?3 ORDER BY until DESC, rowid DESC LIMIT "
            "-1 OFFSET ?4)",
            sqlite::stored(now), challenge.person, used_already, most_challenges - 1);
        impl_->run("INSERT INTO passkey_challenges (hash, person, statement, until) VALUES (?, ?, ?, ?)",
                   challenge.hash, challenge.person, challenge.statement.dump(),
                   sqlite::stored(challenge.until));
        return {};
    });
}

Result<std::string> Ledger::sealed_challenge(std::string_view purpose, policy::Time until) {
    return sqlite::read([&]() -> Result<std::string> {
        const auto key = impl_->session_key();
        if (!key) return key.error();
        const auto nonce = policy::random_id(32);
        const auto end = policy::format_time(until);
        return nonce + ' ' + end + ' ' + mac_of_challenge(purpose, nonce, end, *key);
    });
}

Result<std::optional<policy::Time>> Ledger::sealed_until(std::string_view bytes, std::string_view purpose,
                                                         policy::Time now) {
    return sqlite::read([&]() -> Result<std::optional<policy::Time>> {
        const auto first = bytes.find(' ');
        const auto second = bytes.find(' ', first + 1);
        if (first == std::string_view::npos || second == std::string_view::npos)
            return std::optional<policy::Time>{};
        const auto key = impl_->session_key();
        if (!key) return key.error();
        const std::string end(bytes.substr(first + 1, second - first - 1));
        const bool ours = policy::same_bytes(bytes.substr(second + 1),
                                             mac_of_challenge(purpose, bytes.substr(0, first), end, *key));
        const auto until = policy::read_time(end);
        if (!ours || !until || *until <= now) return std::optional<policy::Time>{};
        return until;
    });
}

Ledger::Impl::Spent Ledger::Impl::spend_sealed(const std::string& hash, const std::string& who,
                                               policy::Time until, policy::Time now) {
    run("DELETE FROM passkey_challenges WHERE until <= ?", sqlite::stored(now));
    auto used = prepare("SELECT count(*) FROM passkey_challenges WHERE person = ? AND statement = ?");
    SQLite::bind(used, who, used_already);
    used.executeStep();
    if (used.getColumn(0).getInt64() >= most_used) return Spent::too_many;
    used.reset();
    const auto noted =
        run("INSERT OR IGNORE INTO passkey_challenges (hash, person, statement, until) VALUES "
            "(?, ?, ?, ?)",
            hash, who, used_already, sqlite::stored(until));
    return noted == 1 ? Spent::now : Spent::before;
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
        const auto row = read_credential(rows);
        auto passkey = may_use(known, row.person) ? read_passkey(known, row) : std::nullopt;
        if (passkey) all.push_back(std::move(*passkey));
    }
    return all;
}

Result<std::vector<Passkey>> Ledger::passkeys() {
    return impl_->snapshot([&]() -> Result<std::vector<Passkey>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return impl_->believed_passkeys(*known);
    });
}

Result<Credential> Ledger::Impl::insert_passkey(const std::string& person, const Passkey& passkey,
                                                policy::Time at) {
    const auto known = people_in_journal();
    if (!known) return known.error();
    const auto all = believed_passkeys(*known);
    if (std::ranges::find(all, passkey.key_id, &Passkey::key_id) != all.end())
        return Error{Errc::conflict, "This passkey is registered already. Nothing was changed."};
    Credential made{.id = "crd_" + policy::random_id(),
                    .person = person,
                    .kind = std::string(passkey_kind),
                    .secret = policy::canonical_json(passkey.kept()),
                    .created = at};
    run("INSERT INTO credentials (id, person, kind, secret, created) VALUES (?, ?, ?, ?, ?)", made.id,
        made.person, made.kind, made.secret, sqlite::stored(at));
    return made;
}

Result<Passkey> Ledger::add_passkey(Passkey passkey, const std::string& challenge, std::uint32_t sign_count,
                                    policy::Time at, const std::string& by) {
    return impl_->write([&]() -> Result<Passkey> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (!may_use(*known, passkey.person)) return not_enrolled("Nothing was changed.");
        if (!impl_->take_passkey_challenge(challenge, at)) return challenge_is_gone();
        if (by == provider_kind && known->has_own_credential(passkey.person)) return has_one_by_now();
        const auto made = impl_->insert_passkey(passkey.person, passkey, at);
        if (!made) return made.error();
        auto body = credential_body(*made);
        body["confirmed_by"] = by;
        if (auto told = impl_->append(at, "person_credential", "", std::move(body)); !told)
            return told.error();
        impl_->note_passkey_count(made->id, sign_count);
        passkey.id = made->id;
        passkey.created = at;
        return passkey;
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
    const auto passkey = std::ranges::find(all, use.credential, &Passkey::id);
    if (passkey == all.end()) return no_such_passkey();
    if (use.sealed_until) {
        const auto spent = spend_sealed(use.challenge, passkey->person, *use.sealed_until, now);
        if (spent == Spent::too_many) return too_many_used(passkey->person);
        if (spent == Spent::before) return challenge_is_gone();
    } else if (!take_passkey_challenge(use.challenge, now)) {
        return challenge_is_gone();
    }
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

Result<void> Ledger::change_signed(policy::Approval::State expected, const policy::StoredApproval& next,
                                   const journal::JournalEntry& entry, const PasskeyUse& use) {
    return impl_->write([&]() -> Result<void> {
        if (auto used = impl_->use_passkey(use, entry.at); !used) return used;
        if (auto changed = impl_->change(expected, next); !changed) return changed;
        return impl_->append(entry);
    });
}

}  // namespace tfy::storage
