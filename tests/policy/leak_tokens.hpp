// Tokens made up for tests, different in every run of characters and the same in every run of the tests.
#pragma once

#include <random>
#include <string>
#include <string_view>

#include "policy/redaction/redactor.hpp"
#include "tests/fakes/redactor.hpp"
#include "tests/policy/leak_encoders.hpp"

namespace tfy::leaks {

inline constexpr std::string_view base62 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::string_view base64url_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

inline std::string random_text(std::mt19937_64& random, std::size_t size, std::string_view digits) {
    std::string text;
    while (text.size() < size) text += digits[random() % digits.size()];
    return text;
}

inline std::string opaque_token(unsigned seed = 1, std::size_t size = 40) {
    std::mt19937_64 random(seed);
    return random_text(random, size, base62);
}

/// As published: with the token's name, which has no underscore, inside.
inline std::string named_token(unsigned seed = 1, const std::string& name = "nightly-backup") {
    return (seed % 2 == 0 ? "tfy_pat_" : "tfy_va_") + name + "_" + opaque_token(seed, 40);
}

/// `issuer` decides whether the shape alone gives it away.
inline std::string jwt_token(unsigned seed = 1, const std::string& issuer = "https://login.example.com") {
    std::mt19937_64 random(seed);
    const Json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "signing-key-2026"}};
    const Json claims = {{"iss", issuer},
                         {"sub", random_text(random, 24, base62)},
                         {"jti", random_text(random, 36, base62)},
                         {"exp", 1803168000},
                         {"roles", {random_text(random, 40, base62), random_text(random, 120, base62)}}};
    return base64url(header.dump()) + "." + base64url(claims.dump()) + "." +
           random_text(random, 342, base64url_digits);
}

/// All but a JWT's header, which is the same in all tokens of an issuer, and all but a token's own name.
inline std::string secret_of(const std::string& token) {
    if (token.starts_with("tfy_pat_") || token.starts_with("tfy_va_"))
        return token.substr(token.find('_', token.find('_', 4) + 1) + 1);
    return token.starts_with("eyJ") ? token.substr(token.find('.') + 1) : token;
}

inline redaction::FingerprintKey a_key(unsigned char first = 7) {
    return redaction::FingerprintKeyForTests::make(first);
}

inline redaction::Redactor redactor_for(
    const std::vector<std::pair<std::string, std::string>>& named_tokens) {
    std::vector<redaction::TokenFingerprints> prints;
    for (const auto& [name, token] : named_tokens)
        prints.push_back(redaction::fingerprint(token, name, a_key()));
    return redaction::RedactorForTests::make(a_key(), std::move(prints));
}

}  // namespace tfy::leaks
