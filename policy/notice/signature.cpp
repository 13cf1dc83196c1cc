#include "policy/notice/signature.hpp"

#include <sodium.h>

#include <array>

#include "policy/sodium.hpp"

namespace tfy::notice {
namespace {

constexpr std::size_t least_key = 24;  // bytes, as Standard Webhooks asks for
constexpr std::string_view prefix = "whsec_";
constexpr int base64 = sodium_base64_VARIANT_ORIGINAL;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

class Hmac {
public:
    explicit Hmac(std::string_view key) { crypto_auth_hmacsha256_init(&state_, bytes_of(key), key.size()); }
    ~Hmac() { sodium_memzero(&state_, sizeof state_); }
    Hmac(const Hmac&) = delete;
    Hmac& operator=(const Hmac&) = delete;

    Hmac& add(std::string_view text) {
        crypto_auth_hmacsha256_update(&state_, bytes_of(text), text.size());
        return *this;
    }
    std::array<unsigned char, crypto_auth_hmacsha256_BYTES> end() {
        std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
        crypto_auth_hmacsha256_final(&state_, mac.data());
        return mac;
    }

private:
    crypto_auth_hmacsha256_state state_{};
};

std::string trimmed(std::string_view text) {
    constexpr auto white = " \t\r\n";
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(white) - first + 1));
}

/// Empty for what is no base64.
std::string decoded(std::string_view text) {
    std::string raw(text.size(), '\0');
    std::size_t size = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(raw.data()), raw.size(), text.data(), text.size(),
                          nullptr, &size, nullptr, base64) != 0)
        size = 0;
    raw.resize(size);
    return raw;
}

}  // namespace

std::string sign(const policy::Secret& key, std::string_view id, std::int64_t seconds,
                 const redaction::Redacted& body) {
    policy::ready_sodium();
    const auto mac =
        Hmac(key.reveal()).add(id).add(".").add(std::to_string(seconds)).add(".").add(body.text()).end();
    std::string text(sodium_base64_encoded_len(mac.size(), base64), '\0');
    sodium_bin2base64(text.data(), text.size(), mac.data(), mac.size(), base64);
    text.pop_back();  // sodium ends it with a zero byte
    return "v1," + text;
}

Result<policy::Secret> read_signing_key(std::string text) {
    policy::ready_sodium();
    auto key = trimmed(text);
    policy::wipe(text);
    if (key.starts_with(prefix)) {
        auto bytes = decoded(std::string_view(key).substr(prefix.size()));
        policy::wipe(key);
        key = std::move(bytes);
        if (key.empty()) return Error{Errc::refused, "does not hold base64 after 'whsec_'"};
    }
    if (key.size() >= least_key) return policy::Secret(std::move(key));
    policy::wipe(key);
    return Error{Errc::refused, "holds a key of less than 24 bytes"};
}

}  // namespace tfy::notice
