#include "server/oauth/values.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>

#include "policy/base64url.hpp"
#include "policy/canonical_json.hpp"
#include "policy/sealed_state.hpp"

namespace tfy::oauth {
namespace {

constexpr std::string_view of_successor = "tfy-pat-mcp: successor of a refresh token";

std::string_view value_text(std::span<const unsigned char> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

const unsigned char* value_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

/// Not its hash, which is kept.
policy::SealKey key_under(std::string_view value) {
    policy::SealKey key;
    crypto_generichash(key.bytes.data(), key.bytes.size(), value_bytes(of_successor), of_successor.size(),
                       value_bytes(value),
                       std::min<std::size_t>(value.size(), crypto_generichash_KEYBYTES_MAX));
    return key;
}

}  // namespace

std::string make_value(std::string_view prefix) {
    std::array<unsigned char, 32> secret{};
    randombytes_buf(secret.data(), secret.size());
    auto value = std::string(prefix) + policy::to_base64url(value_text(secret));
    sodium_memzero(secret.data(), secret.size());
    return value;
}

std::string hash_of_value(std::string_view value) { return policy::sha256(value); }

std::string seal_under(std::string_view value, const Json& state) {
    auto key = key_under(value);
    auto sealed = policy::seal_state(state, of_successor, key);
    sodium_memzero(key.bytes.data(), key.bytes.size());
    return sealed;
}

std::optional<Json> open_under(std::string_view value, std::string_view sealed) {
    auto key = key_under(value);
    auto opened = policy::open_state(sealed, of_successor, key);
    sodium_memzero(key.bytes.data(), key.bytes.size());
    return opened;
}

}  // namespace tfy::oauth
