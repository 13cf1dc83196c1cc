#include "policy/mac.hpp"

#include <sodium.h>

#include "policy/canonical_json.hpp"
#include "policy/sodium.hpp"

namespace tfy::policy {

static_assert(sizeof(MacKey) == crypto_auth_KEYBYTES);

std::string to_hex(std::span<const unsigned char> bytes) {
    std::string hex(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
    hex.pop_back();  // sodium ends it with a zero byte
    return hex;
}

std::string mac_of(const Json& value, const MacKey& key) {
    ready_sodium();
    const auto text = canonical_json(value);
    std::array<unsigned char, crypto_auth_BYTES> mac{};
    crypto_auth(mac.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size(), key.data());
    return to_hex(mac);
}

bool same_bytes(std::string_view one, std::string_view other) {
    return one.size() == other.size() && sodium_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace tfy::policy
