// Sign-ins at an identity provider, and whom its people are here.
#include "policy/canonical_json.hpp"
#include "policy/mac.hpp"
#include "server/storage/ledger_impl.hpp"

namespace tfy::storage {
namespace {

/// Of what was sealed with this key: no one else can tell it.
std::string secret_of(std::string_view sealed, const char* what, const policy::MacKey& key) {
    return policy::mac_of({{"purpose", "sign-in at a provider"}, {"what", what}, {"sealed", sealed}}, key);
}

ProviderSignIn sign_in_of(std::string_view sealed, policy::Time until, const policy::MacKey& key) {
    return {.sealed = std::string(sealed),
            .nonce = secret_of(sealed, "nonce", key),
            .verifier = secret_of(sealed, "verifier", key),
            .until = until};
}

}  // namespace

std::string ProviderPair::kept() const {
    return policy::canonical_json({{"issuer", issuer}, {"subject", subject}});
}

Result<ProviderSignIn> Ledger::begin_provider_sign_in(std::string_view purpose, policy::Time until) {
    const auto sealed = sealed_challenge(purpose, until);
    if (!sealed) return sealed.error();
    const auto key = impl_->session_key();
    if (!key) return key.error();
    return sign_in_of(*sealed, until, *key);
}

Result<std::optional<ProviderSignIn>> Ledger::provider_sign_in(std::string_view sealed,
                                                               std::string_view purpose, policy::Time now) {
    const auto until = sealed_until(sealed, purpose, now);
    if (!until) return until.error();
    if (!*until) return std::optional<ProviderSignIn>{};
    const auto key = impl_->session_key();
    if (!key) return key.error();
    return std::optional(sign_in_of(sealed, **until, *key));
}

Result<void> Ledger::spend_provider_sign_in(const ProviderSignIn& begun, const ProviderPair& pair,
                                            policy::Time now) {
    return impl_->write([&]() -> Result<void> {
        switch (impl_->spend_sealed(policy::sha256(begun.sealed), pair.kept(), begun.until, now)) {
            case Impl::Spent::now: return {};
            case Impl::Spent::before:
                return Error{Errc::denied, "This sign-in is used up. Begin again on this page."};
            case Impl::Spent::too_many: break;
        }
        return Error{Errc::rate_limited,
                     "You signed in there too often within ten minutes. Wait ten minutes, then try again."};
    });
}

std::optional<std::string> Ledger::Impl::holder_of(const PeopleInJournal& known, const ProviderPair& pair) {
    auto rows =
        prepare("SELECT id, person, kind, secret, created FROM credentials WHERE kind = ? AND secret = ?");
    SQLite::bind(rows, std::string(provider_kind), pair.kept());
    while (rows.executeStep()) {
        const auto row = read_credential(rows);
        if (known.knows(row)) return row.person;
    }
    return std::nullopt;
}

Result<bool> Ledger::has_own_credential(const std::string& person) {
    return impl_->snapshot([&]() -> Result<bool> {
        const auto known = impl_->people_in_journal();
        if (!known) return known.error();
        return known->has_own_credential(person);
    });
}

Result<std::optional<Person>> Ledger::person_of(const ProviderPair& pair) {
    return impl_->snapshot([&]() -> Result<std::optional<Person>> {
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
