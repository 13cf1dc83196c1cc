// Derives the keys of the window hash, and the digest itself (BLAKE2b).
#include "policy/redaction/window_hash.hpp"

#include <sodium.h>

#include "policy/sodium.hpp"

namespace tfy::redaction {

WindowHash::WindowHash(const FingerprintKey& key) {
    policy::ready_sodium();
    constexpr std::string_view purpose = "tfy-pat-mcp token windows 1";
    std::array<unsigned char, 48> derived{};
    crypto_generichash(derived.data(), derived.size(), reinterpret_cast<const unsigned char*>(purpose.data()),
                       purpose.size(), key.bytes().data(), key.bytes().size());
    std::array<std::uint64_t, 2> halves{};
    std::memcpy(halves.data(), derived.data(), 16);
    quick_ = QuickHash(halves[0], halves[1]);
    std::memcpy(digest_key_.data(), derived.data() + 16, digest_key_.size());
    sodium_memzero(derived.data(), derived.size());
}

std::array<unsigned char, 16> WindowHash::digest(std::string_view window) const {
    std::array<unsigned char, window_size> plain{};
    for (std::size_t i = 0; i < window.size() && i < plain.size(); ++i)
        plain[i] = static_cast<unsigned char>(window[i] & '\xdf');
    std::array<unsigned char, 16> digest{};
    crypto_generichash(digest.data(), digest.size(), plain.data(), window.size(), digest_key_.data(),
                       digest_key_.size());
    sodium_memzero(plain.data(), plain.size());
    return digest;
}

}  // namespace tfy::redaction
