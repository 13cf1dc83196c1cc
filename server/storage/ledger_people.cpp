// People: what the journal tells of them holds, and rows that say something else are not believed.
#include <algorithm>
#include <set>

#include "policy/human.hpp"
#include "policy/sealed_state.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr std::size_t most_invitations = 50;  // of one person, at a time

Person read_person(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getString(),
            .name = row.getColumn(1).getString(),
            .let_in_by = row.getColumn(2).getString(),
            .enrolled = sqlite::read_time(row.getColumn(3)),
            .confirmed = row.getColumn(4).getInt() == 1,
            .suspended = sqlite::read_time_or_none(row.getColumn(5))};
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
    while (rows.executeStep()) all.push_back(read_credential(rows));
    return all;
}

bool knows(const PeopleInJournal& known, const Person& row) {
    const auto found = known.people.find(row.name);
    return found != known.people.end() && found->second == row;
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
        if (row.person == person && row.kind == passphrase_kind && known.knows(row)) return std::move(row);
    return std::nullopt;
}

/// Of a person who is enrolled and not suspended.
std::optional<Credential> passphrase_of(SQLite::Database& database, const PeopleInJournal& known,
                                        const std::string& person) {
    const auto found = believed(database, known, person);
    if (!found || found->suspended) return std::nullopt;
    return passphrase_in(database, known, person);
}

Guesses read_guesses(SQLite::Statement& row) {
    return {.wrong = row.getColumn(0).getInt(), .until = sqlite::read_time(row.getColumn(1))};
}

}  // namespace

Credential read_credential(SQLite::Statement& row) {
    return {.id = row.getColumn(0).getString(),
            .person = row.getColumn(1).getString(),
            .kind = row.getColumn(2).getString(),
            .secret = row.getColumn(3).getString(),
            .created = sqlite::read_time(row.getColumn(4))};
}

NamedPerson person_named(const std::vector<Person>& people, const std::string& name) {
    using Is = NamedPerson::Is;
    const auto found = std::ranges::find(people, name, &Person::name);
    if (found != people.end()) return {.is = found->suspended ? Is::suspended : Is::enrolled};
    const auto slip = std::ranges::find_if(
        people, [&](const Person& each) { return policy::is_slip_for(name, each.name); });
    if (slip == people.end()) return {};
    return {.is = Is::slip, .meant = slip->name};
}

Credential Ledger::Impl::replace_credential(const std::string& person, std::string_view kind,
                                            const std::string& secret, policy::Time at) {
    Credential made{.id = "crd_" + policy::random_id(),
                    .person = person,
                    .kind = std::string(kind),
                    .secret = secret,
                    .created = at};
    run("DELETE FROM credentials WHERE person = ? AND kind = ?", made.person, made.kind);
    run("INSERT INTO credentials (id, person, kind, secret, created) VALUES (?, ?, ?, ?, ?)", made.id,
        made.person, made.kind, made.secret, sqlite::stored(at));
    return made;
}

// A row of that name that someone has put there is no one's: it goes.
Result<Person> Ledger::Impl::enrol(Person person, const FirstCredential& first, Enrolment how) {
    if (person.id.empty()) person.id = "prs_" + policy::random_id();
    run("INSERT OR REPLACE INTO people (id, name, let_in_by, enrolled, confirmed, suspended) VALUES (?, ?, "
        "?, "
        "?, ?, NULL)",
        person.id, person.name, person.let_in_by, sqlite::stored(person.enrolled), person.confirmed ? 1 : 0);
    run("DELETE FROM credentials WHERE person = ?", person.name);
    const auto credential =
        first.passkey
            ? insert_passkey(person.name, *first.passkey, person.enrolled)
            : Result<Credential>(replace_credential(person.name, first.kind, first.kept, person.enrolled));
    if (!credential) return credential.error();
    if (first.passkey) note_passkey_count(credential->id, first.sign_count);
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
    return impl_->snapshot([&]() -> Result<std::vector<Person>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        auto rows = rows_of_people(*impl_->database);
        std::erase_if(rows, [&](const Person& row) { return !knows(*known, row); });
        return rows;
    });
}

Result<bool> Ledger::anyone_enrolled() {
    return impl_->snapshot([&]() -> Result<bool> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return !known->people.empty();
    });
}

Result<std::vector<std::string>> Ledger::people_the_journal_does_not_know() {
    return impl_->snapshot([&]() -> Result<std::vector<std::string>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        std::set<std::string> names;
        for (const auto& row : rows_of_people(*impl_->database))
            if (!knows(*known, row)) names.insert(row.name);
        for (const auto& row : rows_of_credentials(*impl_->database))
            if (!known->knows(row)) names.insert(row.person);
        std::set<std::pair<std::string, std::string>> own_keys;
        for (const auto& row : impl_->own_keys()) {
            own_keys.insert({row.person, row.base_url});
            if (!is_known(*known, row)) names.insert(row.person);
        }
        for (const auto& [owner, digest] : known->own_keys)
            if (!own_keys.contains(owner)) names.insert(owner.first);
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
        return impl_->enrol({.name = name, .enrolled = at, .confirmed = true}, FirstCredential(secret), how);
    });
}

Result<void> Ledger::invite(const Invitation& invitation, policy::Time at) {
    constexpr std::string_view undone = "No one was invited.";
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = known->may_decide(invitation.by, undone); !may) return may;
        if (known->open_invitations(invitation.by, at) >= most_invitations)
            return Error{Errc::rate_limited,
                         "You have invited " + std::to_string(most_invitations) +
                             " people who have not come yet. No one was invited. Wait until some of these "
                             "invitations are used or over."};
        if (known->people.contains(invitation.person))
            return Error{Errc::conflict,
                         "Someone of that name is or was enrolled here, and a name is never "
                         "used again. No one was invited."};
        return impl_->append(at, "person_invited", "", invited_body(invitation));
    });
}

Result<void> Ledger::pair(const Invitation& first, const Json& where, policy::Time at) {
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (!known->people.empty())
            return Error{Errc::conflict,
                         "Someone is enrolled here already, and only one person is the first. No link was "
                         "made."};
        return impl_->append(at, "person_pairing", "", pairing_body(first, where));
    });
}

// If the one who invites is the only one who decides, there is no one else to confirm.
Result<Person> Ledger::enrol_invited(const std::string& hash, const FirstCredential& first, policy::Time at) {
    return impl_->write([&]() -> Result<Person> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = known->invitations.find(hash);
        if (found == known->invitations.end() || !known->counts(found->second, at))
            return Error{Errc::denied,
                         "This invitation is wrong, used or expired. No one was enrolled. Ask "
                         "the person who invited you for another one."};
        const auto& invitation = found->second;
        const bool is_first = invitation.by.empty();
        return impl_->enrol({.id = person_id_of(invitation),
                             .name = invitation.person,
                             .let_in_by = invitation.by,
                             .enrolled = at,
                             .confirmed = is_first || known->deciding() == 1},
                            first, is_first ? Enrolment::first : Enrolment::invitation);
    });
}

Result<std::optional<Invitation>> Ledger::invitation(const std::string& hash, policy::Time now) {
    return impl_->snapshot([&]() -> Result<std::optional<Invitation>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = known->invitations.find(hash);
        if (found == known->invitations.end() || !known->counts(found->second, now))
            return std::optional<Invitation>{};
        return std::optional(found->second);
    });
}

Result<void> Ledger::confirm_person(const std::string& name, const std::string& by, policy::Time at) {
    constexpr std::string_view undone = "No one was confirmed.";
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (auto may = known->may_decide(by, undone); !may) return may;
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

Result<void> Ledger::set_passphrase(const std::string& person, const std::string& secret, policy::Time at) {
    return impl_->write([&]() -> Result<void> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto found = believed(*impl_->database, *known, person);
        if (!found || found->suspended) return not_enrolled("Nothing was set.");
        const auto credential = impl_->replace_credential(person, passphrase_kind, secret, at);
        return impl_->append(at, "person_credential", "", credential_body(credential));
    });
}

Result<bool> Ledger::has_passphrase(const std::string& person) {
    return impl_->snapshot([&]() -> Result<bool> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return passphrase_of(*impl_->database, *known, person).has_value();
    });
}

// The guess counts as wrong until it is known to be right: many at once are no more than one after another.
Result<std::optional<Credential>> Ledger::begin_guess(const std::string& person, policy::Time now) {
    return impl_->write([&]() -> Result<std::optional<Credential>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        auto passphrase = passphrase_of(*impl_->database, *known, person);
        if (!passphrase) return passphrase;
        auto row = impl_->prepare("SELECT wrong, until FROM guesses WHERE person = ?");
        SQLite::bind(row, person);
        const auto before = row.executeStep() ? read_guesses(row) : Guesses{};
        row.reset();
        if (auto refusal = before.refusal(person, now)) return *refusal;
        const auto after = before.after_wrong(now);
        impl_->run("INSERT OR REPLACE INTO guesses (person, wrong, until) VALUES (?, ?, ?)", person,
                   after.wrong, sqlite::stored(after.until));
        return passphrase;
    });
}

Result<void> Ledger::take_guess_back(const std::string& person) {
    return impl_->write([&]() -> Result<void> {
        impl_->run("UPDATE guesses SET wrong = wrong - 1, until = 0 WHERE person = ? AND wrong > 0", person);
        return {};
    });
}

Result<void> Ledger::guessed_right(const std::string& person) {
    return impl_->write([&]() -> Result<void> {
        impl_->run("DELETE FROM guesses WHERE person = ?", person);
        return {};
    });
}

}  // namespace tfy::storage
