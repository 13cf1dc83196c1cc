// How the principals of callers begin, by how a caller is known.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace tfy::policy {

inline constexpr std::string_view stdio_principals = "stdio:";      // and the account of the process
inline constexpr std::string_view http_principals = "http:";        // "http:loopback", the only one
inline constexpr std::string_view key_principals = "key:";          // and the id of a key of this server
inline constexpr std::string_view oauth_principals = "oauth:";      // PERSON/CLIENT
inline constexpr std::string_view issuer_principals = "issuer:";    // SUBJECT/CLIENT
inline constexpr std::string_view truefoundry_principals = "tfy:";  // USER, who brings the key that is used

/// Of a caller by TrueFoundry whose user is not known; no user's name begins so.
inline constexpr std::string_view without_user = "key-";

/// For people who type one.
inline constexpr auto principal_forms =
    "stdio:USER, http:loopback, key:ID, oauth:PERSON/CLIENT, issuer:SUBJECT/CLIENT or tfy:USER";

/// The same, as patterns.
inline constexpr std::array<std::string_view, 6> principal_patterns = {
    "stdio:?*", "http:loopback", "key:?*", "oauth:?*/?*", "issuer:?*/?*", "tfy:?*"};

/// Whether a caller could have this one.
constexpr bool is_principal(std::string_view text) {
    if (text.starts_with(http_principals)) return text == "http:loopback";
    constexpr std::array kinds{stdio_principals, key_principals, oauth_principals, issuer_principals,
                               truefoundry_principals};
    return std::ranges::any_of(
        kinds, [&](auto kind) { return text.starts_with(kind) && text.size() > kind.size(); });
}

/// The person whose agent it is, as far as the principal alone tells; empty if it does not.
constexpr std::string_view person_in(std::string_view principal) {
    if (principal.starts_with(stdio_principals)) return principal.substr(stdio_principals.size());
    if (!principal.starts_with(oauth_principals)) return {};
    const auto rest = principal.substr(oauth_principals.size());
    return rest.substr(0, rest.find('/'));
}

/// The user who, as TrueFoundry said, holds the key that the caller brings; empty if it did not, or brings
/// none.
constexpr std::string_view truefoundry_user_in(std::string_view principal) {
    if (!principal.starts_with(truefoundry_principals)) return {};
    const auto user = principal.substr(truefoundry_principals.size());
    return user.starts_with(without_user) ? std::string_view{} : user;
}

}  // namespace tfy::policy
