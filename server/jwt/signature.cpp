#include "server/jwt/signature.hpp"

#include <openssl/core_names.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <vector>

#include "server/jwt/crypto_library.hpp"

namespace tfy::jwt {
namespace {

using KeyInUse = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

// OpenSSL writes to none of what it is given here, and has no word for that.
OSSL_PARAM param(const char* name, unsigned type, const std::string& value) {
    return {name, type, const_cast<char*>(value.data()), value.size(), OSSL_PARAM_UNMODIFIED};
}

OSSL_PARAM last_param() { return {nullptr, 0, nullptr, 0, 0}; }

/// As this machine keeps numbers.
std::string native(std::string number) {
    if constexpr (std::endian::native == std::endian::little) std::ranges::reverse(number);
    return number;
}

/// As OpenSSL names the curves of JWKs.
std::string group_of(const Algorithm& algorithm) { return std::string(algorithm.curve); }

/// nullptr for numbers that make no key: a point beside its curve.
KeyInUse key_from(const SignatureLibrary& ssl, const char* type, OSSL_PARAM* params) {
    EVP_PKEY* key = nullptr;
    const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
        ssl.pkey_ctx_new_from_name(nullptr, type, nullptr), ssl.pkey_ctx_free);
    if (context && ssl.pkey_fromdata_init(context.get()) == 1)
        ssl.pkey_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
    return {key, ssl.pkey_free};
}

KeyInUse make_rsa(const SignatureLibrary& ssl, const PublicKey& key) {
    const auto modulus = native(key.modulus), exponent = native(key.exponent);
    OSSL_PARAM params[] = {param(OSSL_PKEY_PARAM_RSA_N, OSSL_PARAM_UNSIGNED_INTEGER, modulus),
                           param(OSSL_PKEY_PARAM_RSA_E, OSSL_PARAM_UNSIGNED_INTEGER, exponent), last_param()};
    return key_from(ssl, "RSA", params);
}

KeyInUse make_ec(const SignatureLibrary& ssl, const PublicKey& key) {
    const auto group = group_of(*key.only), point = '\x04' + key.x + key.y;
    OSSL_PARAM params[] = {param(OSSL_PKEY_PARAM_GROUP_NAME, OSSL_PARAM_UTF8_STRING, group),
                           param(OSSL_PKEY_PARAM_PUB_KEY, OSSL_PARAM_OCTET_STRING, point), last_param()};
    return key_from(ssl, "EC", params);
}

/// A positive INTEGER of DER.
std::string der_integer(std::string number) {
    number.erase(0, std::min(number.find_first_not_of('\0'), number.size() - 1));
    if ((static_cast<unsigned char>(number.front()) & 0x80U) != 0) number.insert(0, 1, '\0');
    return '\x02' + std::string(1, static_cast<char>(number.size())) + number;
}

/// JWS writes both halves of such a signature side by side, OpenSSL wants them as DER.
std::string der_of(const std::string& halves) {
    const auto middle = halves.size() / 2;
    const auto both = der_integer(halves.substr(0, middle)) + der_integer(halves.substr(middle));
    constexpr std::size_t longest_short_form = 0x7F;
    const std::string before = both.size() > longest_short_form ? "\x30\x81" : "\x30";
    return before + static_cast<char>(both.size()) + both;
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

bool holds(const SignatureLibrary& ssl, EVP_PKEY* key, const Algorithm& algorithm, const std::string& text,
           const std::string& signature) {
    const std::string pss = OSSL_PKEY_RSA_PAD_MODE_PSS, salt = OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST;
    OSSL_PARAM params[] = {param(OSSL_SIGNATURE_PARAM_PAD_MODE, OSSL_PARAM_UTF8_STRING, pss),
                           param(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, OSSL_PARAM_UTF8_STRING, salt),
                           last_param()};
    const bool is_pss = algorithm.family == Algorithm::Family::rsa_pss;
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(ssl.md_ctx_new(), ssl.md_ctx_free);
    return context &&
           ssl.digest_verify_init(context.get(), nullptr, algorithm.hash, nullptr, nullptr, key,
                                  is_pss ? params : nullptr) == 1 &&
           ssl.digest_verify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                             text.size()) == 1;
}

}  // namespace

Result<void> check_signature(const Token& token, const PublicKey& key) {
    const auto library = signature_library();
    if (!library) return library.error();
    const auto& ssl = **library;
    const auto& algorithm = *token.algorithm;
    const bool on_curve = algorithm.family == Algorithm::Family::ec;
    const auto size = on_curve ? 2 * algorithm.number : key.modulus.size();
    if (!key.fits(algorithm) || token.signature.size() != size) return not_valid("its signature is wrong");
    const auto used = on_curve ? make_ec(ssl, key) : make_rsa(ssl, key);
    const bool good = used && holds(ssl, used.get(), algorithm, token.signed_part,
                                    on_curve ? der_of(token.signature) : token.signature);
    ssl.clear_errors();
    if (!good) return not_valid("its signature is wrong");
    return {};
}

}  // namespace tfy::jwt
