#include "server/callers/api_key.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "policy/canonical_json.hpp"

namespace tfy::callers {
namespace {

constexpr auto prefix = api_key_prefix;
constexpr std::string_view alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";  // 32 symbols; no 0, O, 1 and I
constexpr std::size_t id_size = 8;
constexpr std::size_t secret_bytes = 32;
constexpr std::size_t secret_size = 43;  // in base64url, without padding
constexpr std::size_t checksum_size = 6;
constexpr std::size_t whole = prefix.size() + id_size + secret_size + checksum_size;

template <std::size_t Size>
std::string symbols_of(const std::array<unsigned char, Size>& bytes) {
    std::string text;
    for (const auto byte : bytes) text += alphabet[byte % alphabet.size()];  // 256 is a multiple of 32
    return text;
}

std::string checksum(std::string_view text) {
    std::array<unsigned char, crypto_generichash_BYTES> hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size(), nullptr, 0);
    return symbols_of(hash).substr(0, checksum_size);
}

bool is_secret_digit(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

}  // namespace

ApiKey make_api_key() {
    std::array<unsigned char, id_size> id{};
    randombytes_buf(id.data(), id.size());
    std::array<unsigned char, secret_bytes> secret{};
    randombytes_buf(secret.data(), secret.size());
    std::array<char, secret_size + 1> digits{};
    sodium_bin2base64(digits.data(), digits.size(), secret.data(), secret.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    ApiKey key{.id = symbols_of(id), .text = std::string(prefix)};
    key.text += key.id + digits.data();
    key.text += checksum(key.text);
    sodium_memzero(secret.data(), secret.size());
    sodium_memzero(digits.data(), digits.size());
    return key;
}

std::optional<std::string> id_of_api_key(std::string_view text) {
    if (text.size() != whole || !text.starts_with(prefix)) return std::nullopt;
    const auto id = text.substr(prefix.size(), id_size);
    const auto secret = text.substr(prefix.size() + id_size, secret_size);
    const bool fits =
        std::ranges::all_of(id, [](char c) { return alphabet.find(c) != std::string_view::npos; }) &&
        std::ranges::all_of(secret, is_secret_digit) &&
        checksum(text.substr(0, whole - checksum_size)) == text.substr(whole - checksum_size);
    return fits ? std::optional(std::string(id)) : std::nullopt;
}

std::string hash_of_api_key(std::string_view text) { return policy::sha256(text); }

}  // namespace tfy::callers
