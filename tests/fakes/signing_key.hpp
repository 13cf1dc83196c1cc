// A key of an issuer, in software: what it publishes and what it signs, also as it should not.
#pragma once

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "policy/base64url.hpp"
#include "server/jwt/algorithm.hpp"
#include "tests/fakes/key_pair.hpp"

namespace tfy::fakes {

class SigningKey {
public:
    /// `bits`: of RSA.
    explicit SigningKey(const std::string& algorithm, std::string id = "key-1", unsigned bits = 2048)
        : algorithm(*jwt::find_algorithm(algorithm)), id(std::move(id)), key_(make(bits), EVP_PKEY_free) {
        if (!key_) throw std::runtime_error("no key");
    }

    /// As a JWK.
    Json published() const {
        Json jwk = {{"kid", id}, {"alg", algorithm.name}, {"use", "sig"}};
        if (algorithm.family == jwt::Algorithm::Family::ec) {
            const auto size = static_cast<int>(algorithm.number);
            jwk.update({{"kty", "EC"},
                        {"crv", algorithm.curve},
                        {"x", number(OSSL_PKEY_PARAM_EC_PUB_X, size)},
                        {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y, size)}});
        } else {
            jwk.update({{"kty", "RSA"},
                        {"n", number(OSSL_PKEY_PARAM_RSA_N, EVP_PKEY_get_size(key_.get()))},
                        {"e", number(OSSL_PKEY_PARAM_RSA_E, 3)}});
        }
        return jwk;
    }

    std::string sign(const Json& claims) const { return sign_text(header().dump(), claims.dump()); }
    std::string sign_text(const std::string& header, const std::string& claims) const {
        const auto text = policy::to_base64url(header) + "." + policy::to_base64url(claims);
        return text + "." + policy::to_base64url(signature_of(text));
    }
    Json header() const { return {{"alg", algorithm.name}, {"typ", "JWT"}, {"kid", id}}; }

    jwt::Algorithm algorithm;
    std::string id;

private:
    EVP_PKEY* make(unsigned bits) const {
        if (algorithm.family != jwt::Algorithm::Family::ec) return EVP_RSA_gen(bits);
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", std::string(algorithm.curve).c_str());
    }

    std::string number(const char* name, int size) const {
        return policy::to_base64url(number_of(key_, name, size));
    }

    std::string signature_of(const std::string& text) const {
        const auto made = signed_by(key_, algorithm.hash, text, [&](EVP_PKEY_CTX* settings) {
            if (algorithm.family != jwt::Algorithm::Family::rsa_pss) return;
            EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING);
            EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST);
        });
        return algorithm.family == jwt::Algorithm::Family::ec ? halves_of(made) : made;
    }

    std::string halves_of(const std::string& der) const {
        const auto* bytes = reinterpret_cast<const unsigned char*>(der.data());
        const std::unique_ptr<ECDSA_SIG, void (*)(ECDSA_SIG*)> read(
            d2i_ECDSA_SIG(nullptr, &bytes, static_cast<long>(der.size())), ECDSA_SIG_free);
        const auto size = static_cast<int>(algorithm.number);
        std::string halves(2 * algorithm.number, '\0');
        auto* place = reinterpret_cast<unsigned char*>(halves.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), place, size);
        BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), place + size, size);
        return halves;
    }

    KeyPair key_;
};

}  // namespace tfy::fakes
