#include "tools/sandbox/mint.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <utility>

#include "policy/base64url.hpp"

namespace tfy::sandbox {
namespace {

constexpr std::size_t signature_size = 256;  // RS256 with a 2048-bit key

// The system is asked for 4 KiB of randomness at a time: once in some hundred answers. A byte is used once,
// and is wiped then.
template <std::size_t Size>
std::array<unsigned char, Size> random_bytes() {
    thread_local std::array<unsigned char, 4096> bytes;
    thread_local std::size_t used = bytes.size();
    if (bytes.size() - used < Size) {
        randombytes_buf(bytes.data(), bytes.size());
        used = 0;
    }
    std::array<unsigned char, Size> taken;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(used), Size, taken.begin());
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(used), Size, static_cast<unsigned char>(0));
    used += Size;
    return taken;
}

// Each letter is as likely as the others: a byte beyond the last whole round of the alphabet is passed over.
std::string random_text(std::string_view alphabet, std::size_t size) {
    const auto rounds_end = 256 / alphabet.size() * alphabet.size();
    std::string text;
    text.reserve(size);
    while (text.size() < size)
        if (const auto [byte] = random_bytes<1>(); byte < rounds_end)
            text += alphabet[byte % alphabet.size()];
    return text;
}

std::int64_t seconds(policy::Time time) {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

std::string random_word(std::size_t size) {
    return random_text("0123456789abcdefghijklmnopqrstuvwxyz", size);
}

std::string random_request_id() {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text(32, '\0');
    auto place = text.begin();
    for (const auto byte : random_bytes<16>()) {
        *place++ = digits[byte >> 4U];
        *place++ = digits[byte & 15U];
    }
    return text;
}

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
    return policy::to_base64url(header.dump()) + "." + policy::to_base64url(claims.dump()) + "." +
           policy::to_base64url(signature);
}

}  // namespace tfy::sandbox
