// People: what the journal tells of them holds, and rows that say something else are not believed.
#include <algorithm>
#include <set>

#include "policy/human.hpp"
#include "policy/sealed_state.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

Error not_enrolled(std::string_view undone) {
    return {Errc::not_found, "No one of that name is enrolled. " + std::string(undone)};
}

Error may_not(const std::string& person, std::string_view undone) {
    return {Errc::refused, person + " may not decide here. " + std::string(undone)};
}

Person read_person(SQLite::Statement& row) {
    Person person{.id = row.getColumn(0).getString(),
                  .name = row.getColumn(1).getString(),
                  .let_in_by = row.getColumn(2).getString(),
                  .enrolled = sqlite::read_time(row.getColumn(3)),
                  .confirmed = row.getColumn(4).getInt() == 1};
    if (!row.isColumnNull(5)) person.suspended = sqlite::read_time(row.getColumn(5));
    return person;
}

std::vector<Person> rows_of_people(SQLite::Database& database) {
    SQLite::Statement rows(
        database,
        "SELECT id, name, let_in_by, enrolled, confirmed, suspended FROM people ORDER BY enrolled, name");
    std::vector<Person> all;
    while (rows.executeStep()) all.push_back(read_person(rows));
    return all;
}

std::vector<Credential> rows_of_credentials(SQLite::Database& database) {
    SQLite::Statement rows(database, "SELECT id, person, kind, secret, created FROM credentials");
    std::vector<Credential> all;
    while (rows.executeStep())
        all.push_back({.id = rows.getColumn(0).getString(),
                       .person = rows.getColumn(1).getString(),
                       .kind = rows.getColumn(2).getString(),
                       .secret = rows.getColumn(3).getString(),
                       .created = sqlite::read_time(rows.getColumn(4))});
    return all;
}

bool knows(const PeopleInJournal& known, const Person& row) {
    const auto found = known.people.find(row.name);
    return found != known.people.end() && found->second == row;
}

bool knows(const PeopleInJournal& known, const Credential& row) {
    const auto found = known.credentials.find(row.id);
    return found != known.credentials.end() && found->second.person == row.person &&
           found->second.kind == row.kind && found->second.digest == digest_of_credential(row);
}

/// As the rows say, too.
std::optional<Person> believed(SQLite::Database& database, const PeopleInJournal& known,
                               const std::string& name) {
    for (auto& row : rows_of_people(database))
        if (row.name == name && knows(known, row)) return std::move(row);
    return std::nullopt;
}

std::optional<Credential> passphrase_in(SQLite::Database& database, const PeopleInJournal& known,
                                        const std::string& person) {
    for (auto& row : rows_of_credentials(database))
        if (row.person == person && row.kind == passphrase_kind && knows(known, row)) return std::move(row);
    return std::nullopt;
}

Result<void> may_decide(const PeopleInJournal& known, const std::string& name, std::string_view undone) {
    const auto found = known.people.find(name);
    if (found == known.people.end() || !found->second.decides()) return may_not(name, undone);
    return {};
}

Guesses read_guesses(SQLite::Statement& row) {
    return {.wrong = row.getColumn(0).getInt(), .until = sqlite::read_time(row.getColumn(1))};
}

}  // namespace

Result<PeopleInJournal> Ledger::Impl::people_in_journal() {
    auto records = journal_of_people();
    if (!records) return records.error();
    return people_in(*records);
}

Result<Credential> Ledger::Impl::add_passphrase(const std::string& person, const std::string& secret,
                                                policy::Time at) {
    run("DELETE FROM credentials WHERE person = ? AND kind = 'passphrase'", person);
    Credential made{.id = "crd_" + policy::random_id(),
                    .person = person,
                    .kind = std::string(passphrase_kind),
                    .secret = secret,
                    .created = at};
    run("INSERT INTO credentials (id, person, kind, secret, created) VALUES (?, ?, ?, ?, ?)", made.id,
        made.person, made.kind, made.secret, sqlite::stored(at));
    return made;
}

// A row of that name that someone has put there is no one's: it goes.
Result<Person> Ledger::Impl::enrol(Person person, const std::string& secret, Enrolment how) {
    person.id = "prs_" + policy::random_id();
    run("INSERT OR REPLACE INTO people (id, name, let_in_by, enrolled, confirmed, suspended) VALUES (?, ?, "
        "?, "
        "?, ?, NULL)",
        person.id, person.name, person.let_in_by, sqlite::stored(person.enrolled), person.confirmed ? 1 : 0);
    const auto credential = add_passphrase(person.name, secret, person.enrolled);
    if (!credential) return credential.error();
    auto told = append(person.enrolled, "person_enrolled", "", enrolled_body(person, *credential, how));
    if (!told) return told.error();
    return person;
}

Result<std::optional<Person>> Ledger::Impl::believed_person(const std::string& name) {
    const auto known = people_in_journal();
    if (!known) return known.error();
    return believed(*database, *known, name);
}

Result<std::vector<Person>> Ledger::people() {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::vector<Person>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        auto rows = rows_of_people(*impl_->database);
        std::erase_if(rows, [&](const Person& row) { return !knows(*known, row); });
        return rows;
    });
}

Result<bool> Ledger::anyone_enrolled() {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<bool> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return !known->people.empty();
    });
}

Result<std::vector<std::string>> Ledger::people_the_journal_does_not_know() {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::vector<std::string>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        std::set<std::string> names;
        for (const auto& row : rows_of_people(*impl_->database))
            if (!knows(*known, row)) names.insert(row.name);
        for (const auto& row : rows_of_credentials(*impl_->database))
            if (!knows(*known, row)) names.insert(row.person);
        for (const auto& [name, person] : known->people)
            if (!believed(*impl_->database, *known, name)) names.insert(name);
        return std::vector<std::string>(names.begin(), names.end());
    });
}

Result<Person> Ledger::enrol_first(const std::string& name, const std::string& secret, Enrolment how,
                                   policy::Time at) {
    return impl_->write([&]() -> Result<Person> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (!known->people.empty())
            return Error{Errc::conflict,
                         "Someone is enrolled here already, and only one person is the first. No one was "
                         "enrolled."};
        return impl_->enrol({.name = name, .enrolled = at, .confirmed = true}, secret, how);
    });
}

Result<void> Ledger::invite(const Invitation& invitation, policy::Time at) {
    constexpr std::string_view undone = "No one was invited.";
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = may_decide(*known, invitation.by, undone); !may) return may;
        if (known->people.contains(invitation.person))
            return Error{Errc::conflict,
                         "Someone of that name is or was enrolled here, and a name is never "
                         "used again. No one was invited."};
        return impl_->append(at, "person_invited", "", invited_body(invitation));
    });
}

// Where the one who invites is the only one who decides, there is no one else to confirm.
Result<Person> Ledger::enrol_invited(const std::string& hash, const std::string& secret, policy::Time at) {
    return impl_->write([&]() -> Result<Person> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = known->invitations.find(hash);
        if (found == known->invitations.end() || found->second.until <= at ||
            !may_decide(*known, found->second.by, ""))
            return Error{Errc::denied,
                         "This invitation is wrong, used or expired. No one was enrolled. Ask "
                         "the person who invited you for another one."};
        const auto& invitation = found->second;
        return impl_->enrol({.name = invitation.person,
                             .let_in_by = invitation.by,
                             .enrolled = at,
                             .confirmed = known->deciding() == 1},
                            secret, Enrolment::invitation);
    });
}

Result<std::optional<Invitation>> Ledger::invitation(const std::string& hash, policy::Time now) {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::optional<Invitation>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = known->invitations.find(hash);
        if (found == known->invitations.end() || found->second.until <= now)
            return std::optional<Invitation>{};
        return std::optional(found->second);
    });
}

Result<void> Ledger::confirm_person(const std::string& name, const std::string& by, policy::Time at) {
    constexpr std::string_view undone = "No one was confirmed.";
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = may_decide(*known, by, undone); !may) return may;
        const auto person = believed(*impl_->database, *known, name);
        if (!person) return not_enrolled(undone);
        if (person->suspended) return Error{Errc::conflict, name + " is suspended. No one was confirmed."};
        if (person->confirmed) return Error{Errc::conflict, name + " was confirmed before."};
        if (person->let_in_by == by)
            return Error{Errc::refused,
                         "You invited " + name + ". Another person has to confirm. No one was confirmed."};
        impl_->run("UPDATE people SET confirmed = 1 WHERE name = ?", name);
        return impl_->append(at, "person_confirmed", "", {{"person", name}, {"by", by}});
    });
}

Result<void> Ledger::suspend_person(const std::string& name, const std::string& by, policy::Time at) {
    constexpr std::string_view undone = "No one was suspended.";
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = may_decide(*known, by, undone); !may) return may;
        const auto found = known->people.find(name);
        if (found == known->people.end()) return not_enrolled(undone);
        if (found->second.suspended) return Error{Errc::conflict, name + " was suspended before."};
        if (found->second.decides() && known->deciding() == 1)
            return Error{Errc::refused, name +
                                            " is the last person who may decide here, and cannot be "
                                            "suspended. Invite another person first."};
        impl_->run("UPDATE people SET suspended = ? WHERE name = ?", sqlite::stored(at), name);
        if (auto ended = impl_->end_all_of(name, by, at); !ended) return ended;
        return impl_->append(at, "person_suspended", "", {{"person", name}, {"by", by}});
    });
}

Result<void> Ledger::Impl::end_all_of(const std::string& name, const std::string& by, policy::Time at) {
    for (const auto* sql :
         {"DELETE FROM page_sessions WHERE person = ?", "DELETE FROM sign_in_codes WHERE person = ?",
          "DELETE FROM guesses WHERE person = ?", "DELETE FROM passkey_challenges WHERE person = ?"}) {
        auto rows = prepare(sql);
        SQLite::bind(rows, name);
        rows.exec();
    }
    auto keys =
        prepare("UPDATE caller_keys SET revoked = ? WHERE person = ? AND revoked IS NULL RETURNING id");
    SQLite::bind(keys, sqlite::stored(at), name);
    std::vector<std::string> ids;
    while (keys.executeStep()) ids.push_back(keys.getColumn(0).getString());
    for (const auto& id : ids)
        if (auto told = append(at, "caller_key_revoked", "", {{"key", id}, {"person", name}, {"by", by}});
            !told)
            return told;
    return {};
}

Result<void> Ledger::set_passphrase(const std::string& person, const std::string& secret, policy::Time at) {
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = believed(*impl_->database, *known, person);
        if (!found || found->suspended) return not_enrolled("Nothing was set.");
        const auto credential = impl_->add_passphrase(person, secret, at);
        if (!credential) return credential.error();
        return impl_->append(at, "person_credential", "", credential_body(*credential));
    });
}

// The guess counts as wrong until it is known to be right: many at once are no more than one after another.
Result<std::optional<Credential>> Ledger::begin_guess(const std::string& person, policy::Time now) {
    return impl_->write([&]() -> Result<std::optional<Credential>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = believed(*impl_->database, *known, person);
        auto passphrase =
            found && !found->suspended ? passphrase_in(*impl_->database, *known, person) : std::nullopt;
        if (!passphrase) return passphrase;
        auto row = impl_->prepare("SELECT wrong, until FROM guesses WHERE person = ?");
        SQLite::bind(row, person);
        const auto before = row.executeStep() ? read_guesses(row) : Guesses{};
        row.tryReset();
        if (before.until > now)
            return Error{Errc::rate_limited, "Too many wrong passphrases for " + person +
                                                 ". Nothing was changed. Try again in " +
                                                 policy::format_duration(before.until - now) + "."};
        const auto after = before.after_wrong(now);
        impl_->run("INSERT OR REPLACE INTO guesses (person, wrong, until) VALUES (?, ?, ?)", person,
                   after.wrong, sqlite::stored(after.until));
        return passphrase;
    });
}

Result<void> Ledger::guessed_right(const std::string& person) {
    return impl_->write([&]() -> Result<void> {
        impl_->run("DELETE FROM guesses WHERE person = ?", person);
        return {};
    });
}

}  // namespace tfy::storage
