#include "policy/base64url.hpp"

#include <sodium.h>

#include <array>

namespace tfy::policy {
namespace {

constexpr int unpadded = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string to_base64url(std::string_view bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), unpadded), '\0');
    sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                      bytes.size(), unpadded);
    text.pop_back();  // sodium ends it with a zero byte
    return text;
}

std::string sha256_base64url(std::string_view text) {
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return to_base64url({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

std::optional<std::string> from_base64url(std::string_view text) {
    std::string bytes(text.size() / 4 * 3 + 3, '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                          text.size(), nullptr, &size, nullptr, unpadded) != 0)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

}  // namespace tfy::policy
