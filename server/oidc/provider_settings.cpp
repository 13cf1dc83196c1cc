#include "server/oidc/provider_settings.hpp"

#include "server/oidc/metadata.hpp"

namespace tfy::oidc {

std::string ProviderSettings::host() const {
    const auto begin = issuer.find("://");
    if (begin == std::string::npos) return issuer;
    const auto authority = issuer.substr(begin + 3);
    return authority.substr(0, authority.find('/'));
}

Result<void> check_issuer(const std::string& issuer, const std::string& setting, const std::string& whose) {
    if (is_provider_address(issuer, issuer) && issuer.find('?') == std::string::npos) return {};
    return Error{Errc::invalid_params, setting + " must be the address by which the " + whose +
                                           " names itself, for example "
                                           "https://idp.example.com: https, no user, no query."};
}

}  // namespace tfy::oidc
