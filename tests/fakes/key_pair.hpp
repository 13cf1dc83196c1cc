// OpenSSL's keys, as tests make and use them.
#pragma once

#include <openssl/bn.h>
#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace tfy::fakes {

using KeyPair = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;

/// A number of the public key, in `size` bytes, the highest first.
inline std::string number_of(const KeyPair& key, const char* name, int size) {
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key.get(), name, &value);
    std::string bytes(static_cast<std::size_t>(size), '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), size);
    BN_free(value);
    return bytes;
}

/// `hash`: as OpenSSL names it; nullptr where the key brings its own. `prepare` may change how it is signed.
template <class Prepare>
std::string signed_by(const KeyPair& key, const char* hash, const std::string& text, Prepare prepare) {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    EVP_PKEY_CTX* settings = nullptr;
    std::size_t size = 0;
    EVP_DigestSignInit_ex(context.get(), &settings, hash, nullptr, nullptr, key.get(), nullptr);
    prepare(settings);
    EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
    std::string made(size, '\0');
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size, bytes,
                       text.size()) != 1)
        throw std::runtime_error("no signature");
    made.resize(size);
    return made;
}

}  // namespace tfy::fakes
