#include "server/callers/issuer.hpp"

#include <charconv>

#include "policy/principals.hpp"
#include "server/callers/issuer_token.hpp"
#include "server/jwt/claims.hpp"

namespace tfy::callers {
namespace {

constexpr std::size_t most_seen = 1000;

/// What our own credentials begin with, of whichever kind.
constexpr std::string_view our_own = "tpm_";

Error keys_first() { return {Errc::upstream, "The issuer's keys have to be read first."}; }

}  // namespace

Issuer::Issuer(IssuerRules rules, jwt::IssuerKeys::Fetch fetch, const Clock& clock, RefusedHook refused)
    : rules_(std::move(rules)), keys_(std::move(fetch), clock), clock_(clock), refused_(std::move(refused)) {}

bool Issuer::takes(std::string_view credential) const { return !credential.starts_with(our_own); }

std::string_view Issuer::principals() const { return policy::issuer_principals; }

Result<jwt::Token> Issuer::read(std::string_view credential) const {
    return jwt::read_token(credential, access_token_types(rules_.any_type));
}

std::optional<transport::KnownCaller> Issuer::not_held(const std::string& why) const {
    if (refused_) refused_(why);
    return std::nullopt;
}

Result<std::optional<transport::KnownCaller>> Issuer::verify(std::string_view credential) {
    const auto print = jwt::print_of(credential);
    if (const auto seen = seen_.find(print); seen != seen_.end() && keys_.hold(print))
        return judge_again(seen->second);
    auto token = read(credential);
    if (!token) return not_held(token.error().message);
    auto judged = judge(*token);
    if (judged && *judged) remember({std::move(*token), **judged});
    return judged;
}

Result<std::optional<transport::KnownCaller>> Issuer::judge_again(const Seen& seen) {
    if (auto timely = jwt::check_times(seen.token.claims, clock_.now()); !timely)
        return not_held(timely.error().message);
    if (keys_.should_read_for(seen.token)) return keys_first();
    return std::optional(seen.caller);
}

Result<std::optional<transport::KnownCaller>> Issuer::judge(const jwt::Token& token) {
    const auto bearer = read_bearer(token.claims, rules_.issuer, rules_.resource, clock_.now());
    if (!bearer) return not_held(bearer.error().message);
    if (keys_.should_read_for(token)) return keys_first();
    if (const auto checked = keys_.check_by_known(token); !checked) {
        if (checked.error().code != Errc::denied) return checked.error();
        return not_held(checked.error().message);
    }
    if (!bearer->reads) return Error{Errc::denied, "It gives none of this server's scopes."};
    const auto end = jwt::seconds_in(token.claims, "exp");
    return std::optional(transport::KnownCaller(
        policy::Caller{.principal = bearer->principal,
                       .default_assurance = policy::Assurance::signed_in,
                       .may_request = bearer->requests},
        std::string(policy::issuer_principals) + std::to_string(static_cast<std::int64_t>(end.value_or(0)))));
}

void Issuer::remember(Seen seen) {
    if (seen_.size() >= most_seen) seen_.clear();
    seen.token.signed_part.clear();
    seen.token.signature.clear();
    auto print = seen.token.print;
    seen_.insert_or_assign(std::move(print), std::move(seen));
}

bool Issuer::still_holds(const std::string& held) {
    const auto end = std::string_view(held).substr(policy::issuer_principals.size());
    std::int64_t seconds = 0;
    std::from_chars(end.data(), end.data() + end.size(), seconds);
    return clock_.now() < policy::Time(std::chrono::seconds(seconds));
}

std::optional<Async<void>> Issuer::before_trying_again(std::string_view credential) {
    auto token = read(credential);
    if (!token || !keys_.should_read_for(*token)) return std::nullopt;
    return keys_.read_for(std::move(*token));
}

}  // namespace tfy::callers
