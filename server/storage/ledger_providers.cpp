// Sign-ins at an identity provider, and whom its people are here.
#include "policy/canonical_json.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

constexpr std::int64_t most_sign_ins = 1000;

}  // namespace

std::string ProviderPair::kept() const {
    return policy::canonical_json({{"issuer", issuer}, {"subject", subject}});
}

Result<void> Ledger::add_provider_sign_in(const ProviderSignIn& begun, policy::Time now) {
    return impl_->write([&]() -> Result<void> {
        impl_->run(
            "DELETE FROM provider_sign_ins WHERE until <= ?1 OR hash IN (SELECT hash FROM provider_sign_ins "
            "ORDER BY until DESC LIMIT -1 OFFSET ?2)",
            sqlite::stored(now), most_sign_ins - 1);
        impl_->run(
            "INSERT INTO provider_sign_ins (hash, person, issuer, nonce, verifier, until) VALUES (?, ?, ?, "
            "?, "
            "?, ?)",
            begun.hash, begun.person, begun.issuer, begun.nonce, begun.verifier, sqlite::stored(begun.until));
        return {};
    });
}

Result<std::optional<ProviderSignIn>> Ledger::take_provider_sign_in(const std::string& hash,
                                                                    policy::Time now) {
    // Guesses only read: writing takes turns with everyone else.
    auto known = sqlite::read([&]() -> Result<std::optional<ProviderSignIn>> {
        auto row = impl_->prepare(
            "SELECT person, issuer, nonce, verifier, until FROM provider_sign_ins WHERE hash = ? AND until > "
            "?");
        SQLite::bind(row, hash, sqlite::stored(now));
        if (!row.executeStep()) return std::optional<ProviderSignIn>{};
        return std::optional(ProviderSignIn{.hash = hash,
                                            .person = row.getColumn(0).getString(),
                                            .issuer = row.getColumn(1).getString(),
                                            .nonce = row.getColumn(2).getString(),
                                            .verifier = row.getColumn(3).getString(),
                                            .until = sqlite::read_time(row.getColumn(4))});
    });
    if (!known || !*known) return known;
    return impl_->write([&]() -> Result<std::optional<ProviderSignIn>> {
        if (impl_->run("DELETE FROM provider_sign_ins WHERE hash = ?", hash) == 1) return known;
        return std::optional<ProviderSignIn>{};
    });
}

std::optional<std::string> Ledger::Impl::holder_of(const PeopleInJournal& known, const ProviderPair& pair) {
    auto rows =
        prepare("SELECT id, person, kind, secret, created FROM credentials WHERE kind = ? AND secret = ?");
    SQLite::bind(rows, std::string(provider_kind), pair.kept());
    while (rows.executeStep()) {
        const Credential row{.id = rows.getColumn(0).getString(),
                             .person = rows.getColumn(1).getString(),
                             .kind = rows.getColumn(2).getString(),
                             .secret = rows.getColumn(3).getString(),
                             .created = sqlite::read_time(rows.getColumn(4))};
        if (known.knows(row)) return row.person;
    }
    return std::nullopt;
}

Result<std::optional<Person>> Ledger::person_of(const ProviderPair& pair) {
    return sqlite::snapshot(*impl_->database, [&]() -> Result<std::optional<Person>> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto holder = impl_->holder_of(*known, pair);
        if (!holder) return std::optional<Person>{};
        return impl_->believed_person(*holder);
    });
}

Result<Person> Ledger::enrol_by_provider(const std::string& name, const ProviderPair& pair, policy::Time at) {
    return impl_->write([&]() -> Result<Person> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        if (known->people.empty())
            return Error{Errc::refused,
                         "No one is enrolled on this server yet, and the first person is enrolled in a "
                         "terminal on its machine."};
        if (known->people.contains(name))
            return Error{
                Errc::conflict,
                "Someone is or was enrolled here as " + name +
                    ", and a name is never used again. If that is you, sign in as you did before, choose "
                    "your name at the top, and connect this account there."};
        if (impl_->holder_of(*known, pair))
            return Error{Errc::conflict, "Someone was enrolled for you meanwhile."};
        return impl_->enrol({.name = name, .let_in_by = pair.issuer, .enrolled = at}, FirstCredential(pair),
                            Enrolment::provider);
    });
}

Result<Person> Ledger::connect_provider(const std::string& name, const ProviderPair& pair, policy::Time at) {
    return impl_->write([&]() -> Result<Person> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        const auto person = impl_->believed_person(name);
        if (!person) return person.error();
        if (!*person || (*person)->suspended)
            return Error{Errc::not_found, "No one of your name is enrolled here."};
        if (const auto holder = impl_->holder_of(*known, pair); holder && *holder != name)
            return Error{Errc::conflict, "This account is connected with another person here."};
        const auto credential = impl_->replace_credential(name, provider_kind, pair.kept(), at);
        auto told = impl_->append(at, "person_credential", "", credential_body(credential));
        if (!told) return told.error();
        return **person;
    });
}

}  // namespace tfy::storage
