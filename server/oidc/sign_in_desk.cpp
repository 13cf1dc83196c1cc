#include "server/oidc/sign_in_desk.hpp"

#include <array>

#include "policy/canonical_json.hpp"
#include "policy/sealed_state.hpp"
#include "protocol/text_in.hpp"
#include "server/oidc/form.hpp"
#include "server/oidc/id_token.hpp"
#include "server/storage/people_in_journal.hpp"

namespace tfy::oidc {
namespace {

using storage::Person;
using storage::ProviderPair;
using storage::ProviderSignIn;

constexpr std::chrono::minutes life_of_sign_in{10};
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

struct Arrival {
    ProviderPair pair;
    Result<void> may_enter;    // by what the provider says
    Result<std::string> name;  // to be enrolled under
    Json how;
    std::string connects;  // the person who is connected with them; empty: they sign in
};

/// The person, who is enrolled now if they were not; else why they are not let in.
Result<Person> person_for(storage::Ledger& ledger, const std::optional<Person>& known, const Arrival& arrival,
                          policy::Time now) {
    if (!arrival.may_enter) return arrival.may_enter.error();
    if (known && known->suspended)
        return Error{Errc::denied, known->name + " is suspended here. Ask a person who may decide."};
    if (!arrival.connects.empty()) return ledger.connect_provider(arrival.connects, arrival.pair, now);
    if (known) return *known;
    if (!arrival.name) return arrival.name.error();
    return ledger.enrol_by_provider(*arrival.name, arrival.pair, now);
}

}  // namespace

Error SignInDesk::not_begun(const std::string& why) const {
    log_.warn("a sign-in at the identity provider did not begin", {{"provider", host()}, {"why", why}});
    return {Errc::upstream,
            "The sign-in at " + host() + " did not begin: " + why +
                ". Nothing was changed. Try again, or sign in here in another way; if it stays "
                "so, tell the operator of this server, who finds more with tfy-pat-mcp doctor."};
}

// Errc::denied is about the token; all else about the provider.
Error SignInDesk::distrusted(const Error& why) const {
    log_.warn("a sign-in at the identity provider failed", {{"provider", host()}, {"why", why.message}});
    if (why.code == Errc::storage) return with_end(why);
    if (why.code != Errc::denied)
        return {Errc::upstream,
                host() + " could not be asked: " + why.message +
                    ". Nothing was changed. Try again; if it stays so, tell the operator of this "
                    "server, who finds more with tfy-pat-mcp doctor."};
    return {Errc::denied, "The ID token of " + host() + " does not count: " + why.message +
                              ". Nothing was changed. Begin again; if it stays so, tell the operator of this "
                              "server."};
}

Async<Result<SignInDesk::Begun>> SignInDesk::begin(std::string person) {
    const auto place = under_way_.take();
    if (!place) co_return too_many_at_once();
    const auto metadata = co_await provider_->metadata();
    if (!metadata) co_return not_begun(metadata.error().message);
    const auto now = clock_.now();
    const auto& settings = provider_->settings();
    auto state = policy::random_id(32);
    ProviderSignIn row{.hash = policy::sha256(state),
                       .person = std::move(person),
                       .issuer = settings.issuer,
                       .nonce = policy::random_id(32),
                       .verifier = policy::random_id(32),
                       .until = now + life_of_sign_in};
    std::string scope = "openid email profile";
    for (const auto& more : settings.scopes) scope += " " + more;
    const auto& endpoint = metadata->authorization_endpoint;
    auto address = endpoint + (endpoint.find('?') == std::string::npos ? "?" : "&") +
                   form_of({{"response_type", "code"},
                            {"client_id", settings.client_id},
                            {"redirect_uri", redirect_()},
                            {"scope", scope},
                            {"state", state},
                            {"nonce", row.nonce},
                            {"code_challenge", challenge_of(row.verifier)},
                            {"code_challenge_method", "S256"}});
    auto work = [row = std::move(row), now](storage::Ledger& ledger) {
        return ledger.add_provider_sign_in(row, now);
    };
    const auto kept = co_await store_.run(std::move(work));
    if (!kept) co_return with_end(kept.error());
    co_return Begun{std::move(address), std::move(state)};
}

Async<Result<std::string>> SignInDesk::finish(ProviderAnswer answer, std::string signed_in) {
    const auto place = under_way_.take();
    if (!place) co_return too_many_at_once();
    auto entering = enter(std::move(answer), std::move(signed_in));
    co_return co_await std::move(entering);
}

Async<Result<std::string>> SignInDesk::enter(ProviderAnswer answer, std::string signed_in) {
    auto take = [hash = policy::sha256(answer.state), now = clock_.now()](storage::Ledger& ledger) {
        return ledger.take_provider_sign_in(hash, now);
    };
    const auto taken = co_await store_.run(std::move(take));
    if (!taken) co_return with_end(taken.error());
    if (!*taken || (*taken)->issuer != provider_->settings().issuer) co_return begun_elsewhere();
    const auto begun = **taken;
    if (!begun.person.empty() && begun.person != signed_in) co_return begun_elsewhere();
    auto asking = token_for(std::move(answer), begun);
    auto token = co_await std::move(asking);
    if (!token) co_return token.error();
    auto taking = take_in(std::move(token->claims), begun);
    co_return co_await std::move(taking);
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
                ", where this sign-in was begun. Nothing was changed. Begin again; if it stays so, "
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
Async<Result<std::string>> SignInDesk::take_in(Json claims, ProviderSignIn begun) {
    const auto& settings = provider_->settings();
    const auto now = clock_.now();
    Arrival arrival{.pair = {settings.issuer, protocol::text_in(claims, "sub")},
                    .may_enter = may_enter(claims, settings),
                    .name = name_in(claims, settings),
                    .how = how_in(claims),
                    .connects = begun.person};
    if (!has_nonce(claims, begun.nonce))
        arrival.may_enter = Error{Errc::denied, "The ID token of " + host() + " belongs to another sign-in."};
    auto work = [arrival = std::move(arrival), now,
                 &redaction = redaction_](storage::Ledger& ledger) -> Result<std::string> {
        const auto known = ledger.person_of(arrival.pair);
        if (!known) return known.error();
        const auto person = person_for(ledger, *known, arrival, now);
        const auto who = person ? person->name : *known ? (*known)->name : arrival.connects;
        if (who.empty()) return person.error();
        auto body = arrival.how;
        body.update({{"person", who}, {"by", storage::provider_kind}, {"issuer", arrival.pair.issuer}});
        if (!person) body["why"] = person.error().message;
        const auto told =
            ledger.append({person ? "signed_in" : "sign_in_refused", "", redaction.seal(body), now});
        if (!person) return person.error();
        if (!told) return told.error();
        return person->name;
    };
    auto name = co_await store_.run(std::move(work));
    if (!name) co_return with_end(name.error());
    co_return name;
}

}  // namespace tfy::oidc
