#include "tools/sandbox/mint.hpp"

#include <sodium.h>

namespace tfy::sandbox {
namespace {

constexpr std::size_t signature_size = 256;  // RS256 with a 2048-bit key

std::string random_text(std::string_view alphabet, std::size_t size) {
    std::string text(size, '\0');
    for (auto& c : text) c = alphabet[randombytes_uniform(static_cast<std::uint32_t>(alphabet.size()))];
    return text;
}

std::string base64url(std::string_view bytes) {
    constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), variant);
    text.pop_back();  // libsodium's closing zero
    return text;
}

std::int64_t seconds(policy::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::string random_word(std::size_t size) {
    return random_text("0123456789abcdefghijklmnopqrstuvwxyz", size);
}

std::string random_request_id() { return random_text("0123456789abcdef", 32); }

std::string mint_opaque() {
    return "tfy-" + random_text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 44);
}

std::string mint_jwt(const StoredToken& token) {
    const Json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", "sandbox-signing-key"}};
    Json claims = {{"iss", "truefoundry.com"},
                   {"aud", "sandbox-" + token.account},
                   {"sub", token.id},
                   {"jti", token.jwt_id},
                   {"jwtId", token.jwt_id},
                   {"tenantName", token.account},
                   {"subjectType", "user"},
                   {"subjectSlug", token.owner},
                   {"subjectPatName", token.name},
                   {"userType", "user"},
                   {"username", token.owner},
                   {"email", token.owner},
                   {"roles", {"tenant-member"}},
                   {"iat", seconds(token.created)}};
    if (token.expires) claims["exp"] = seconds(*token.expires);
    std::string signature(signature_size, '\0');
    randombytes_buf(signature.data(), signature.size());
    return base64url(header.dump()) + "." + base64url(claims.dump()) + "." + base64url(signature);
}

}  // namespace tfy::sandbox
