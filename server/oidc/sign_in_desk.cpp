#include "server/oidc/sign_in_desk.hpp"

#include <array>

#include "policy/base64url.hpp"
#include "protocol/percent_encoded.hpp"
#include "protocol/text_in.hpp"
#include "server/oidc/id_token.hpp"
#include "server/storage/people_in_journal.hpp"

namespace tfy::oidc {
namespace {

using storage::Person;
using storage::ProviderPair;
using storage::ProviderSignIn;

constexpr std::chrono::minutes life_of_sign_in{10}, life_of_proof{5};
constexpr std::size_t longest_code = 4096;
constexpr std::array<std::string_view, 2> types_of_id_tokens = {"", "jwt"};

Error with_end(const Error& error) { return {error.code, error.message + " Nothing was changed."}; }

Error too_many_at_once() {
    return {Errc::rate_limited,
            "Too many people are signing in at once. Nothing was changed. Try again in a few seconds."};
}

Error begun_elsewhere() {
    return {
        Errc::denied,
        "This sign-in was begun elsewhere, more than ten minutes ago, or is used up. Nothing was changed. "
        "Begin again on this page."};
}

/// What its own person has here, the provider does not stand for: it could take them over.
Result<void> may_be_confirmed(storage::Ledger& ledger, const std::string& person) {
    const auto has = ledger.has_own_credential(person);
    if (!has) return has.error();
    if (!*has) return {};
    return Error{Errc::refused,
                 "You have a passphrase or a passkey here, and no one else can confirm for you. Nothing was "
                 "changed. Use that one; if it is lost, another person removes it, or suspends you."};
}

struct Arrival {
    ProviderPair pair;
    Result<void> may_enter;    // by what the provider says
    Result<std::string> name;  // to be enrolled under
    Json how;
    SignInDesk::Came wanted;
};

/// The person, who is enrolled now if they were not; else why they are not let in.
Result<Person> person_for(storage::Ledger& ledger, const std::optional<Person>& known, const Arrival& arrival,
                          policy::Time now) {
    if (!arrival.may_enter) return arrival.may_enter.error();
    if (known && known->suspended)
        return Error{Errc::denied, known->name + " is suspended here. Ask a person who may decide."};
    if (arrival.wanted.purpose == Purpose::connect)
        return ledger.connect_provider(arrival.wanted.person, arrival.pair, now);
    if (arrival.wanted.purpose == Purpose::confirm && (!known || known->name != arrival.wanted.person))
        return Error{Errc::denied, "The account there is not connected with " + arrival.wanted.person + "."};
    if (known) return *known;
    if (!arrival.name) return arrival.name.error();
    return ledger.enrol_by_provider(*arrival.name, arrival.pair, now);
}

}  // namespace

Error SignInDesk::not_begun(const std::string& why) const {
    log_.warn("a sign-in at the identity provider did not begin", {{"provider", host()}, {"why", why}});
    return {Errc::upstream,
            "The sign-in at " + host() + " did not begin: " + why +
                ". Nothing was changed. Try again, or sign in here in another way; if this "
                "keeps happening, tell the operator of this server, who finds more with tfy-pat-mcp doctor."};
}

// Errc::denied is about the token; all else about the provider.
Error SignInDesk::distrusted(const Error& why) const {
    log_.warn("a sign-in at the identity provider failed", {{"provider", host()}, {"why", why.message}});
    if (why.code == Errc::storage) return with_end(why);
    if (why.code != Errc::denied)
        return {Errc::upstream,
                host() + " could not be asked: " + why.message +
                    ". Nothing was changed. Try again; if this keeps happening, tell the operator of this "
                    "server, who finds more with tfy-pat-mcp doctor."};
    return {Errc::denied,
            "The ID token of " + host() + " does not count: " + why.message +
                ". Nothing was changed. Begin again; if this keeps happening, tell the operator of this "
                "server."};
}

std::string SignInDesk::sealed_for(Purpose purpose, const std::string& person) const {
    const auto at = " at " + provider_->settings().issuer;
    switch (purpose) {
        case Purpose::sign_in: break;
        case Purpose::connect: return "connect " + person + at;
        case Purpose::confirm: return "confirm " + person + at;
    }
    return "sign in" + at;
}

Async<Result<SignInDesk::Begun>> SignInDesk::begin(Purpose purpose, std::string person) {
    const auto place = under_way_.take();
    if (!place) co_return too_many_at_once();
    const auto metadata = co_await provider_->metadata();
    if (!metadata) co_return not_begun(metadata.error().message);
    auto work = [of = sealed_for(purpose, person), purpose, person,
                 until = clock_.now() + life_of_sign_in](storage::Ledger& ledger) -> Result<ProviderSignIn> {
        if (purpose == Purpose::confirm)
            if (const auto may = may_be_confirmed(ledger, person); !may) return may.error();
        return ledger.begin_provider_sign_in(of, until);
    };
    const auto begun = co_await store_.run(std::move(work));
    if (!begun) co_return begun.error().code == Errc::refused ? begun.error() : with_end(begun.error());
    const auto& settings = provider_->settings();
    auto state = policy::to_base64url(begun->sealed);
    std::string scope = "openid email profile";
    for (const auto& more : settings.scopes) scope += " " + more;
    const auto& endpoint = metadata->authorization_endpoint;
    auto address = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                   protocol::form_of({{"response_type", "code"},
                                      {"client_id", settings.client_id},
                                      {"redirect_uri", redirect_()},
                                      {"scope", scope},
                                      {"state", state},
                                      {"nonce", begun->nonce},
                                      {"code_challenge", policy::sha256_base64url(begun->verifier)},
                                      {"code_challenge_method", "S256"}});
    if (purpose == Purpose::confirm) address += "&prompt=login&max_age=0";
    co_return Begun{std::move(address), std::move(state)};
}

Async<Result<SignInDesk::Finished>> SignInDesk::finish(ProviderAnswer answer, std::string signed_in) {
    const auto place = under_way_.take();
    if (!place) co_return too_many_at_once();
    auto entering = enter(std::move(answer), std::move(signed_in));
    auto came = co_await std::move(entering);
    if (!came) co_return came.error();
    std::optional<people::SignInProof> proof;
    if (came->purpose != Purpose::confirm) proof.emplace(people::SignInProof(came->person));
    co_return Finished{std::move(*came), std::move(proof)};
}

Async<Result<SignInDesk::Came>> SignInDesk::enter(ProviderAnswer answer, std::string signed_in) {
    auto looking = begun_with(answer.state, std::move(signed_in));
    const auto wish = co_await std::move(looking);
    if (!wish) co_return wish.error();
    auto asking = token_for(std::move(answer), wish->begun);
    auto token = co_await std::move(asking);
    if (!token) co_return token.error();
    auto taking = take_in(std::move(token->claims), *wish);
    co_return co_await std::move(taking);
}

Async<Result<SignInDesk::Wish>> SignInDesk::begun_with(std::string state, std::string signed_in) {
    std::vector<std::pair<std::string, Came>> all = {
        {sealed_for(Purpose::sign_in, ""), {"", Purpose::sign_in}}};
    if (!signed_in.empty())
        for (const auto purpose : {Purpose::connect, Purpose::confirm})
            all.emplace_back(sealed_for(purpose, signed_in), Came{signed_in, purpose});
    auto work = [all = std::move(all), sealed = policy::from_base64url(state).value_or(""),
                 now = clock_.now()](storage::Ledger& ledger) -> Result<Wish> {
        for (const auto& [purpose, of] : all) {
            const auto begun = ledger.provider_sign_in(sealed, purpose, now);
            if (!begun) return with_end(begun.error());
            if (*begun) return Wish{of, **begun};
        }
        return begun_elsewhere();
    };
    co_return co_await store_.run(std::move(work));
}

Async<Result<std::string>> SignInDesk::proof(std::string person, std::string session) {
    auto work = [of = "proof of " + person + " in " + session, until = clock_.now() + life_of_proof](
                    storage::Ledger& ledger) { return ledger.sealed_challenge(of, until); };
    co_return co_await store_.run(std::move(work));
}

Async<Result<void>> SignInDesk::is_proof(std::string text, std::string person, std::string session) {
    auto work = [text = std::move(text), person, of = "proof of " + person + " in " + session,
                 now = clock_.now()](storage::Ledger& ledger) -> Result<std::optional<policy::Time>> {
        if (const auto may = may_be_confirmed(ledger, person); !may) return may.error();
        return ledger.sealed_until(text, of, now);
    };
    const auto until = co_await store_.run(std::move(work));
    if (!until) co_return until.error();
    if (!*until)
        co_return Error{Errc::denied, "You confirmed at " + host() +
                                          " more than five minutes ago, or elsewhere. Nothing was changed. "
                                          "Confirm once more."};
    co_return Result<void>{};
}

// RFC 9207: with several providers about, the answer of one must not be taken to another.
Async<Result<jwt::Token>> SignInDesk::token_for(ProviderAnswer answer, ProviderSignIn begun) {
    const auto metadata = co_await provider_->metadata();
    if (!metadata) co_return distrusted(metadata.error());
    const bool names_other = !answer.issuer.empty() && answer.issuer != provider_->settings().issuer;
    if (names_other || (answer.issuer.empty() && metadata->names_issuer))
        co_return Error{
            Errc::denied,
            "The answer is not from " + host() +
                ", where this sign-in was begun. Nothing was changed. Begin again; if this keeps happening, "
                "tell the operator of this server."};
    if (answer.code.empty() || answer.code.size() > longest_code) co_return begun_elsewhere();
    auto exchanging = provider_->exchange(std::move(answer.code), begun.verifier, redirect_());
    auto text = co_await std::move(exchanging);
    if (!text && text.error().code == Errc::denied)
        co_return Error{Errc::denied, host() + " was asked who you are: " + text.error().message +
                                          ". Nothing was changed. Begin again on this page."};
    if (!text) co_return distrusted(text.error());
    auto token = jwt::read_token(*text, types_of_id_tokens);
    policy::wipe(*text);
    if (!token) co_return distrusted(token.error());
    auto checking = provider_->check_signature(*token);
    if (const auto held = co_await std::move(checking); !held) co_return distrusted(held.error());
    if (const auto held = check_id_token(token->claims, provider_->settings(), clock_.now()); !held)
        co_return distrusted(held.error());
    co_return token;
}

// Everything about a person whom the journal knows is told there, also that they were not let in.
Async<Result<SignInDesk::Came>> SignInDesk::take_in(Json claims, Wish wish) {
    const auto& settings = provider_->settings();
    const auto now = clock_.now();
    Arrival arrival{.pair = {settings.issuer, protocol::text_in(claims, "sub")},
                    .may_enter = may_enter(claims, settings),
                    .name = name_in(claims, settings),
                    .how = how_in(claims),
                    .wanted = wish.of};
    if (!has_nonce(claims, wish.begun.nonce))
        arrival.may_enter = Error{Errc::denied, "The ID token of " + host() + " belongs to another sign-in."};
    else if (wish.of.purpose == Purpose::confirm && arrival.may_enter)
        arrival.may_enter = signed_in_since(claims, settings, wish.begun.until - life_of_sign_in, now);
    auto work = [arrival = std::move(arrival), begun = std::move(wish.begun), now,
                 &redaction = redaction_](storage::Ledger& ledger) -> Result<Came> {
        if (const auto spent = ledger.spend_provider_sign_in(begun, arrival.pair, now); !spent)
            return spent.error();
        const auto known = ledger.person_of(arrival.pair);
        if (!known) return known.error();
        const auto& wanted = arrival.wanted;
        const auto person = person_for(ledger, *known, arrival, now);
        const auto who = person ? person->name : *known ? (*known)->name : wanted.person;
        if (who.empty()) return person.error();
        auto body = arrival.how;
        body.update({{"person", who}, {"by", storage::provider_kind}, {"issuer", arrival.pair.issuer}});
        if (wanted.purpose == Purpose::confirm) body["confirms"] = wanted.person;
        if (!person) body["why"] = person.error().message;
        const auto told =
            ledger.append({person ? "signed_in" : "sign_in_refused", "", redaction.seal(body), now});
        if (!person) return person.error();
        if (!told) return told.error();
        return Came{person->name, wanted.purpose};
    };
    auto came = co_await store_.run(std::move(work));
    if (!came) co_return with_end(came.error());
    co_return came;
}

}  // namespace tfy::oidc
