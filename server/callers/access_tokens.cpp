#include "server/callers/access_tokens.hpp"

#include "policy/principals.hpp"
#include "server/oauth/client_document.hpp"
#include "server/oauth/values.hpp"

namespace tfy::callers {
AccessTokens::AccessTokens(std::unique_ptr<storage::AccessTokenReader> tokens, const Clock& clock)
    : tokens_(std::move(tokens)), clock_(clock) {}

bool AccessTokens::takes(std::string_view credential) const {
    return credential.starts_with(oauth::access_prefix);
}

std::string_view AccessTokens::principals() const { return policy::oauth_principals; }

Result<std::optional<transport::KnownCaller>> AccessTokens::verify(std::string_view credential) {
    auto hash = oauth::hash_of_value(credential);
    const auto token = tokens_->find(hash);
    if (!token) return token.error();
    if (!*token || (*token)->until <= clock_.now()) return std::optional<transport::KnownCaller>{};
    const auto kind = std::string(policy::oauth_principals);
    return std::optional(transport::KnownCaller(
        policy::Caller{.principal = kind + (*token)->person + "/" + (*token)->client_id,
                       .default_assurance = policy::Assurance::signed_in,
                       .person = (*token)->person,
                       .program = {.host = std::string(oauth::host_of_document((*token)->client_id)),
                                   .name = (*token)->client_name,
                                   .listed = (*token)->listed},
                       .may_request = (*token)->may_request},
        kind + hash));
}

bool AccessTokens::still_holds(const std::string& held) {
    const auto token = tokens_->find(held.substr(policy::oauth_principals.size()));
    return !token || (*token && (*token)->until > clock_.now());
}

}  // namespace tfy::callers
