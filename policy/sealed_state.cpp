// Seals and opens states: version, nonce, ciphertext with tag, in base64url.
#include "policy/sealed_state.hpp"

#include <sodium.h>

#include <algorithm>

#include "policy/base64url.hpp"
#include "policy/repeatable_seal.hpp"
#include "policy/sodium.hpp"
#include "protocol/parse.hpp"

namespace tfy::policy {

namespace {

constexpr unsigned char version = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
using Nonce = std::array<unsigned char, nonce_size>;
constexpr std::size_t head_size = 1 + nonce_size;
constexpr std::size_t most = 64 * 1024;  // characters: no state of ours is near it

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

// Layout: version, nonce, ciphertext with tag. The version and the purpose are bound in, not encrypted.
std::string bound_data(std::string_view purpose) {
    return std::string("tfy-pat-mcp sealed state ").append(1, static_cast<char>(version)).append(purpose);
}

std::optional<std::string> decrypt(std::string_view raw, std::string_view purpose, const SealKey& key) {
    const std::string bound = bound_data(purpose);
    std::string plain(raw.size() - head_size - tag_size, '\0');
    const auto sealed = raw.substr(head_size);
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plain), nullptr, nullptr, bytes_of(sealed),
                                                   sealed.size(), bytes_of(bound), bound.size(),
                                                   bytes_of(raw) + 1, key.bytes.data()) != 0)
        return std::nullopt;
    return plain;
}

std::string plain_text(const Json& state) {
    return state.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string encrypt(std::string_view plain, std::string_view purpose, const SealKey& key,
                    const Nonce& nonce) {
    const std::string bound = bound_data(purpose);
    std::string raw(head_size + plain.size() + tag_size, '\0');
    raw[0] = static_cast<char>(version);
    std::ranges::copy(nonce, bytes_of(raw) + 1);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(raw) + head_size, nullptr, bytes_of(plain),
                                               plain.size(), bytes_of(bound), bound.size(), nullptr,
                                               bytes_of(raw) + 1, key.bytes.data());
    return to_base64url(raw);
}

}  // namespace

std::string seal_text(std::string_view plain, std::string_view purpose, const SealKey& key) {
    ready_sodium();
    Nonce nonce{};
    randombytes_buf(nonce.data(), nonce.size());
    return encrypt(plain, purpose, key, nonce);
}

std::string seal_state(const Json& state, std::string_view purpose, const SealKey& key) {
    return seal_text(plain_text(state), purpose, key);
}

std::string seal_repeatably(const Json& state, std::string_view purpose, const SealKey& key) {
    ready_sodium();
    const auto plain = plain_text(state);
    const auto bound = "nonce of a " + bound_data(purpose);
    SealKey nonce_key;
    crypto_generichash(nonce_key.bytes.data(), nonce_key.bytes.size(), bytes_of(std::string_view(bound)),
                       bound.size(), key.bytes.data(), key.bytes.size());
    Nonce nonce{};
    crypto_generichash(nonce.data(), nonce.size(), bytes_of(std::string_view(plain)), plain.size(),
                       nonce_key.bytes.data(), nonce_key.bytes.size());
    return encrypt(plain, purpose, key, nonce);
}

std::optional<std::string> open_text(std::string_view sealed, std::string_view purpose, const SealKey& key) {
    if (sealed.size() > most) return std::nullopt;
    const auto raw = from_base64url(sealed);
    if (!raw || raw->size() < head_size + tag_size || static_cast<unsigned char>(raw->front()) != version)
        return std::nullopt;
    return decrypt(*raw, purpose, key);
}

std::optional<Json> open_state(std::string_view sealed, std::string_view purpose, const SealKey& key) {
    const auto plain = open_text(sealed, purpose, key);
    if (!plain) return std::nullopt;
    auto state = protocol::parse(*plain);
    if (!state) return std::nullopt;
    return std::move(*state);
}

std::string random_id(std::size_t bytes) {
    constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz234567";
    ready_sodium();
    std::string raw(bytes, '\0');
    randombytes_buf(raw.data(), raw.size());
    std::string id;
    unsigned held = 0;
    unsigned bits = 0;
    for (const char byte : raw) {
        held = (held << 8U) | static_cast<unsigned char>(byte);
        for (bits += 8; bits >= 5; bits -= 5) id += digits[(held >> (bits - 5)) & 31U];
    }
    if (bits > 0) id += digits[(held << (5 - bits)) & 31U];
    return id;
}

}  // namespace tfy::policy
