#include "server/people/passkey_desk.hpp"

#include "policy/base64url.hpp"
#include "policy/canonical_json.hpp"
#include "policy/mac.hpp"
#include "policy/sealed_state.hpp"
#include "server/webauthn/bytes.hpp"

namespace tfy::people {
namespace {

using policy::from_base64url;
using policy::to_base64url;
using storage::Passkey;
using storage::PasskeyChallenge;
using webauthn::not_accepted;

constexpr std::chrono::minutes challenge_life{2};
constexpr std::string_view to_register_one = "register", to_sign_in_with = "sign_in", to_decide = "decision",
                           to_confirm_it = "confirm";

std::string to_join_by(const std::string& invitation) { return "join " + invitation; }

Error asked_too_long_ago() {
    return not_accepted("what it signed was asked for too long ago, or is used up. Try again");
}

std::string hex_of(std::string_view bytes) {
    return policy::to_hex({webauthn::data_of(bytes), bytes.size()});
}

/// Authenticators keep it with the passkey: the same for one person, and it tells no one who that is.
std::string user_handle(const std::string& person_id) {
    return webauthn::sha256_bytes("tfy-pat-mcp person " + person_id);
}

std::string person_id(const std::string& person, const std::vector<storage::Person>& people) {
    for (const auto& each : people)
        if (each.name == person) return each.id;
    return {};
}

/// What an answer must have signed.
struct Asked {
    std::string bytes;
    std::string hash;  // by which the store knows it
    Json statement = nullptr;
    std::optional<policy::Time> sealed_until = {};
};

/// A challenge that waits and fits `client_data`, for this purpose and person.
Result<Asked> find_challenge(storage::Ledger& ledger, const std::string& client_data,
                             std::string_view purpose, const std::string& person, policy::Time now) {
    const auto bytes = webauthn::challenge_in(client_data);
    if (!bytes) return not_accepted("the browser's part cannot be read");
    auto found = ledger.passkey_challenge(hex_of(*bytes), now);
    if (!found) return found.error();
    if (!*found || (*found)->person != person || (*found)->statement.value("purpose", "") != purpose)
        return asked_too_long_ago();
    return Asked{.bytes = webauthn::sha256_bytes(policy::canonical_json((*found)->statement)),
                 .hash = (*found)->hash,
                 .statement = std::move((*found)->statement)};
}

/// The same of one that is not kept, for someone who is not known yet.
Result<Asked> find_sealed(storage::Ledger& ledger, const std::string& client_data, std::string_view purpose,
                          policy::Time now) {
    auto bytes = webauthn::challenge_in(client_data);
    if (!bytes) return not_accepted("the browser's part cannot be read");
    const auto until = ledger.sealed_until(*bytes, purpose, now);
    if (!until) return until.error();
    if (!*until) return asked_too_long_ago();
    return Asked{.bytes = *bytes, .hash = hex_of(webauthn::sha256_bytes(*bytes)), .sealed_until = *until};
}

struct Checked {
    Asked asked;
    Passkey passkey;
    std::uint32_t sign_count = 0;

    storage::PasskeyUse use() const { return {asked.hash, passkey.id, sign_count, asked.sealed_until}; }
};

/// An assertion of a passkey that is kept here. `person`: whose it must be; empty to sign in: then the
/// passkey tells.
Result<Checked> check(storage::Ledger& ledger, const PasskeyAnswer& answer, std::string_view purpose,
                      const std::string& person, const webauthn::RelyingParty& party, policy::Time now) {
    const auto client_data = from_base64url(answer.client_data);
    const auto authenticator_data = from_base64url(answer.authenticator_data);
    const auto signature = from_base64url(answer.signature);
    if (!client_data || !authenticator_data || !signature) return not_accepted("it is not base64url");
    auto asked = person.empty() ? find_sealed(ledger, *client_data, purpose, now)
                                : find_challenge(ledger, *client_data, purpose, person, now);
    if (!asked) return asked.error();
    const auto known = ledger.passkeys();
    if (!known) return known.error();
    for (const auto& passkey : *known) {
        const bool is_it = passkey.key_id == answer.key_id && passkey.host == party.id() &&
                           (person.empty() || passkey.person == person);
        if (!is_it) continue;
        const webauthn::CredentialKey key{passkey.algorithm, from_base64url(passkey.public_key).value_or("")};
        const auto count = webauthn::check_assertion({*client_data, *authenticator_data, *signature}, key,
                                                     passkey.backup_eligible, party, asked->bytes);
        if (!count) return count.error();
        return Checked{std::move(*asked), passkey, *count};
    }
    return not_accepted(person.empty() ? "it is no one's passkey here, or was removed"
                                       : "it is not one of your passkeys, or was removed");
}

struct NewOne {
    Passkey passkey;  // without its person
    std::string challenge;
    std::uint32_t sign_count = 0;
    std::string by;  // how its person was known
};

/// A passkey that was just made, for what was `asked`.
Result<NewOne> read_new(const PasskeyAnswer& answer, const std::string& client_data, Result<Asked> asked,
                        const webauthn::RelyingParty& party, const std::string& name) {
    if (!asked) return asked.error();
    const auto authenticator_data = from_base64url(answer.authenticator_data);
    if (!authenticator_data) return not_accepted("it is not base64url");
    const auto made = webauthn::check_registration({client_data, *authenticator_data, answer.algorithm},
                                                   party, asked->bytes);
    if (!made) return made.error();
    return NewOne{.passkey = {.key_id = to_base64url(made->id),
                              .algorithm = made->key.algorithm,
                              .public_key = to_base64url(made->key.bytes),
                              .host = party.id(),
                              .name = name,
                              .aaguid = hex_of(made->aaguid),
                              .backup_eligible = made->backup_eligible},
                  .challenge = asked->hash,
                  .sign_count = made->sign_count,
                  .by = asked->statement.is_object() ? asked->statement.value("by", "") : ""};
}

constexpr auto of_passkeys = "public-key";

Json known_of(const std::vector<Passkey>& passkeys, const std::string& person, const std::string& host) {
    Json ids = Json::array();
    for (const auto& each : passkeys)
        if (each.person == person && each.host == host)
            ids.push_back({{"type", of_passkeys}, {"id", each.key_id}});
    return ids;
}

Json algorithms_asked_for() {
    Json all = Json::array();
    for (const auto name : webauthn::algorithms_asked_for())
        all.push_back({{"type", of_passkeys}, {"alg", name}});
    return all;
}

Json creation_options(const std::string& challenge, const std::string& host, const std::string& person,
                      const std::string& person_id, Json known) {
    const auto handle = to_base64url(user_handle(person_id));
    return {{"challenge", challenge},
            {"rp", {{"id", host}, {"name", "Approvals"}}},
            {"user", {{"id", handle}, {"name", person}, {"displayName", person}}},
            {"pubKeyCredParams", algorithms_asked_for()},
            {"excludeCredentials", std::move(known)},
            {"authenticatorSelection", {{"residentKey", "preferred"}, {"userVerification", "required"}}},
            {"attestation", "none"}};
}

Json request_options(const std::string& challenge, const std::string& host, Json known) {
    return {{"challenge", challenge},
            {"rpId", host},
            {"allowCredentials", std::move(known)},
            {"userVerification", "required"}};
}

}  // namespace

policy::Signing PasskeyDesk::signing() const {
    return {party().origin(), policy::random_id(32), clock_.now() + challenge_life};
}

Json PasskeyDesk::statement_for(std::string_view purpose, const std::string& person) const {
    const auto one = signing();
    return {{"purpose", purpose},
            {"origin", one.origin},
            {"person", person},
            {"nonce", one.nonce},
            {"until", policy::format_time(one.until)}};
}

Async<Result<std::string>> PasskeyDesk::challenge(std::string person, Json statement) {
    const auto now = clock_.now();
    const auto bytes = webauthn::sha256_bytes(policy::canonical_json(statement));
    PasskeyChallenge made{.hash = hex_of(bytes),
                          .person = std::move(person),
                          .statement = std::move(statement),
                          .until = now + challenge_life};
    auto work = [made = std::move(made), now](storage::Ledger& ledger) {
        return ledger.add_passkey_challenge(made, now);
    };
    const auto kept = co_await store_.run(std::move(work));
    if (!kept) co_return kept.error();
    co_return to_base64url(bytes);
}

Async<Result<Json>> PasskeyDesk::to_register(std::string person, std::string by) {
    struct Known {
        std::vector<storage::Person> people;
        std::vector<Passkey> passkeys;
    };
    auto look = [](storage::Ledger& ledger) -> Result<Known> {
        auto people = ledger.people();
        if (!people) return people.error();
        auto passkeys = ledger.passkeys();
        if (!passkeys) return passkeys.error();
        return Known{std::move(*people), std::move(*passkeys)};
    };
    const auto known = co_await store_.run(std::move(look));
    if (!known) co_return known.error();
    const auto id = person_id(person, known->people);
    if (id.empty())
        co_return Error{Errc::not_found,
                        "Only people who are enrolled can have passkeys. Nothing was changed."};
    auto statement = statement_for(to_register_one, person);
    statement["by"] = std::move(by);
    auto asking = challenge(person, std::move(statement));
    const auto asked = co_await std::move(asking);
    if (!asked) co_return asked.error();
    const auto host = party().id();
    co_return creation_options(*asked, host, person, id, known_of(known->passkeys, person, host));
}

Async<Result<Passkey>> PasskeyDesk::add(std::string person, std::string name, PasskeyAnswer answer) {
    auto work = [person = std::move(person), name = std::move(name), answer = std::move(answer),
                 party = party(), now = clock_.now()](storage::Ledger& ledger) -> Result<Passkey> {
        const auto client_data = from_base64url(answer.client_data);
        if (!client_data) return not_accepted("it is not base64url");
        auto made = read_new(answer, *client_data,
                             find_challenge(ledger, *client_data, to_register_one, person, now), party, name);
        if (!made) return made.error();
        made->passkey.person = person;
        return ledger.add_passkey(std::move(made->passkey), made->challenge, made->sign_count, now, made->by);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<std::string>> PasskeyDesk::sealed(std::string purpose) {
    auto work = [purpose = std::move(purpose), until = clock_.now() + challenge_life](
                    storage::Ledger& ledger) { return ledger.sealed_challenge(purpose, until); };
    const auto made = co_await store_.run(std::move(work));
    if (!made) co_return made.error();
    co_return to_base64url(*made);
}

Async<Result<Json>> PasskeyDesk::to_join(storage::Invitation invitation) {
    auto sealing = sealed(to_join_by(invitation.hash));
    const auto asked = co_await std::move(sealing);
    if (!asked) co_return asked.error();
    co_return creation_options(*asked, party().id(), invitation.person, storage::person_id_of(invitation),
                               Json::array());
}

Async<Result<Joined>> PasskeyDesk::join(std::string invitation, std::string name, PasskeyAnswer answer) {
    auto work = [invitation = std::move(invitation), name = std::move(name), answer = std::move(answer),
                 party = party(), now = clock_.now()](storage::Ledger& ledger) -> Result<storage::Person> {
        const auto client_data = from_base64url(answer.client_data);
        if (!client_data) return not_accepted("it is not base64url");
        auto made = read_new(answer, *client_data,
                             find_sealed(ledger, *client_data, to_join_by(invitation), now), party, name);
        if (!made) return made.error();
        return ledger.enrol_invited(invitation, {std::move(made->passkey), made->sign_count}, now);
    };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    SignInProof proof(person->name);
    co_return Joined{std::move(*person), std::move(proof)};
}

Async<Result<Json>> PasskeyDesk::to_sign(std::string person, Json statement) {
    auto looking = of(person);
    const auto passkeys = co_await std::move(looking);
    if (!passkeys) co_return passkeys.error();
    auto known = known_of(*passkeys, person, party().id());
    if (known.empty())
        co_return Error{Errc::not_found, "You have no passkey for this page. Nothing was decided."};
    auto asking = challenge(std::move(person), std::move(statement));
    const auto asked = co_await std::move(asking);
    if (!asked) co_return asked.error();
    co_return request_options(*asked, party().id(), std::move(known));
}

Async<Result<Json>> PasskeyDesk::to_confirm(std::string person) {
    auto statement = statement_for(to_confirm_it, person);
    auto asking = to_sign(std::move(person), std::move(statement));
    co_return co_await std::move(asking);
}

Async<Result<void>> PasskeyDesk::confirmed(std::string person, PasskeyAnswer answer) {
    auto work = [person = std::move(person), answer = std::move(answer), party = party(),
                 now = clock_.now()](storage::Ledger& ledger) -> Result<void> {
        const auto checked = check(ledger, answer, to_confirm_it, person, party, now);
        if (!checked) return checked.error();
        return ledger.use_passkey(checked->use(), now);
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<policy::Human>> PasskeyDesk::signer(std::string person, PasskeyAnswer answer) {
    auto work = [person, answer, party = party(), now = clock_.now()](storage::Ledger& ledger) {
        return check(ledger, answer, to_decide, person, party, now);
    };
    auto checked = co_await store_.run(std::move(work));
    if (!checked) co_return checked.error();
    co_return policy::Human(std::move(person), {.statement = std::move(checked->asked.statement),
                                                .credential = std::move(checked->passkey.id),
                                                .authenticator_data = std::move(answer.authenticator_data),
                                                .client_data = std::move(answer.client_data),
                                                .signature = std::move(answer.signature),
                                                .sign_count = checked->sign_count});
}

Async<void> PasskeyDesk::note_refused(std::string person, std::string approval_id, Error why) {
    journal::JournalEntry entry{"passkey_refused", std::move(approval_id),
                                redaction_.seal({{"person", person}, {"why", why.message}}), clock_.now()};
    auto work = [entry = std::move(entry)](storage::Ledger& ledger) { return ledger.append(entry); };
    std::ignore = co_await store_.run(std::move(work));  // nothing depends on it
}

Async<Result<Json>> PasskeyDesk::to_sign_in() {
    auto sealing = sealed(std::string(to_sign_in_with));
    const auto asked = co_await std::move(sealing);
    if (!asked) co_return asked.error();
    co_return request_options(*asked, party().id(), Json::array());
}

Async<Result<SignInProof>> PasskeyDesk::signed_in(PasskeyAnswer answer) {
    auto work = [answer = std::move(answer), party = party(),
                 now = clock_.now()](storage::Ledger& ledger) -> Result<std::string> {
        const auto checked = check(ledger, answer, to_sign_in_with, "", party, now);
        if (!checked) return checked.error();
        if (auto used = ledger.use_passkey(checked->use(), now); !used) return used.error();
        return checked->passkey.person;
    };
    auto person = co_await store_.run(std::move(work));
    if (!person) co_return person.error();
    co_return SignInProof(std::move(*person));
}

Async<Result<std::vector<Passkey>>> PasskeyDesk::of(std::string person) {
    auto work = [person = std::move(person)](storage::Ledger& ledger) {
        auto all = ledger.passkeys();
        if (all) std::erase_if(*all, [&](const Passkey& each) { return each.person != person; });
        return all;
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<void>> PasskeyDesk::remove(std::string id, std::string by) {
    auto work = [id = std::move(id), by = std::move(by), now = clock_.now()](storage::Ledger& ledger) {
        return ledger.remove_passkey(id, by, now);
    };
    co_return co_await store_.run(std::move(work));
}

}  // namespace tfy::people
