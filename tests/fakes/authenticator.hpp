// An authenticator in software: it registers and signs as devices do, and as those do that should be refused.
#pragma once

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "policy/base64url.hpp"
#include "server/people/passkey_desk.hpp"
#include "server/webauthn/bytes.hpp"
#include "tests/fakes/key_pair.hpp"

namespace tfy::fakes {

class Authenticator {
public:
    static constexpr int es256 = -7, eddsa = -8, rs256 = -257;
    static constexpr unsigned person_there = 0x01, person_verified = 0x04, may_be_backed_up = 0x08,
                              is_backed_up = 0x10, has_key = 0x40, has_extensions = 0x80;

    /// What an answer says; by default what the page expects.
    struct Says {
        std::string origin = "http://localhost:8780";
        std::string host = "localhost";
        std::string type = {};  // empty: the right one
        unsigned flags = person_there | person_verified;
        Json more = Json::object();  // members of the browser's part
        std::string trailing = {};   // behind the authenticator's part
    };

    explicit Authenticator(int algorithm = es256, std::string id = "key of a device")
        : id(std::move(id)), algorithm(algorithm), key_(make_key(algorithm), EVP_PKEY_free) {
        if (!key_) throw std::runtime_error("no key");
    }

    /// `challenge` as base64url, as the server gives it.
    people::PasskeyAnswer make(const std::string& challenge) { return make(challenge, Says{}); }
    people::PasskeyAnswer make(const std::string& challenge, const Says& says) {
        auto data = head(says, says.flags | has_key) + std::string(16, '\x11');
        data += static_cast<char>(id.size() >> 8U);
        data += static_cast<char>(id.size() & 0xFFU);
        data += id + cose_key() + says.trailing;
        return {.authenticator_data = policy::to_base64url(data),
                .client_data = policy::to_base64url(client_data("webauthn.create", challenge, says)),
                .algorithm = algorithm};
    }

    people::PasskeyAnswer sign(const std::string& challenge) { return sign(challenge, Says{}); }
    people::PasskeyAnswer sign(const std::string& challenge, const Says& says) {
        if (counts) ++count;
        const auto data = head(says, says.flags) + says.trailing;
        const auto client = client_data("webauthn.get", challenge, says);
        return {.key_id = policy::to_base64url(id),
                .authenticator_data = policy::to_base64url(data),
                .client_data = policy::to_base64url(client),
                .signature = policy::to_base64url(signature_of(data + webauthn::sha256_bytes(client)))};
    }

    std::string id;
    int algorithm;
    bool counts = true;
    std::uint32_t count = 0;

private:
    static EVP_PKEY* make_key(int algorithm) {
        if (algorithm == es256) return EVP_EC_gen("P-256");
        if (algorithm == rs256) return EVP_RSA_gen(2048);
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    }

    std::string head(const Says& says, unsigned flags) const {
        auto data = webauthn::sha256_bytes(says.host);
        data += static_cast<char>(flags);
        for (int shift = 24; shift >= 0; shift -= 8) data += static_cast<char>(count >> shift & 0xFFU);
        return data;
    }

    static std::string client_data(const char* type, const std::string& challenge, const Says& says) {
        Json data = {{"type", says.type.empty() ? type : says.type},
                     {"challenge", challenge},
                     {"origin", says.origin},
                     {"crossOrigin", false}};
        data.update(says.more);
        return data.dump();
    }

    std::string signature_of(const std::string& text) const {
        return signed_by(key_, algorithm == eddsa ? nullptr : "SHA256", text, [](EVP_PKEY_CTX*) {});
    }

    std::string number(const char* name, int size) const { return number_of(key_, name, size); }

    /// In CTAP2's canonical form.
    std::string cose_key() const {
        using namespace std::string_literals;
        if (algorithm == es256)
            return "\xA5\x01\x02\x03\x26\x20\x01\x21\x58\x20"s + number(OSSL_PKEY_PARAM_EC_PUB_X, 32) +
                   "\x22\x58\x20"s + number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
        if (algorithm == rs256)
            return "\xA4\x01\x03\x03\x39\x01\x00\x20\x59\x01\x00"s + number(OSSL_PKEY_PARAM_RSA_N, 256) +
                   "\x21\x43"s + number(OSSL_PKEY_PARAM_RSA_E, 3);
        std::string key(32, '\0');
        auto size = key.size();
        EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(key.data()), &size);
        return "\xA4\x01\x01\x03\x27\x20\x06\x21\x58\x20"s + key;
    }

    KeyPair key_;
};

}  // namespace tfy::fakes
