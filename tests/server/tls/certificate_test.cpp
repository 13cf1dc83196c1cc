#include "server/tls/certificate.hpp"

#include <doctest/doctest.h>

#include "tests/fakes/tls_client.hpp"

namespace tfy::tls::certificate_test {
namespace {

/// The same key, behind a passphrase.
std::string behind_passphrase(const std::string& key) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> in(
        BIO_new_mem_buf(key.data(), static_cast<int>(key.size())), BIO_free);
    const fakes::KeyPair read(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    std::string word = "correct horse";
    return tests::pem_of([&](BIO* out) {
        PEM_write_bio_PrivateKey(out, read.get(), EVP_aes_256_cbc(), nullptr, 0, nullptr, word.data());
    });
}

}  // namespace

TEST_CASE("a certificate says when it ends, and whom it names") {
    const auto made = tests::make_certificate("DNS:tfy.example.com,DNS:*.inner.example,IP:10.0.0.7", 86'400);
    const auto read = Certificate::read(made.chain, made.key);
    REQUIRE(read.has_value());
    const auto left = read->ends() - std::chrono::system_clock::now();
    CHECK(left > std::chrono::hours{23});
    CHECK(left < std::chrono::hours{25});
    for (const auto* name : {"tfy.example.com", "TFY.example.com", "a.inner.example", "10.0.0.7"})
        CHECK_MESSAGE(read->names(name), name);
    for (const auto* name : {"example.com", "b.a.inner.example", "10.0.0.8", "localhost", ""})
        CHECK_MESSAGE(!read->names(name), name);
}

TEST_CASE("a certificate's common name names nothing: clients do not look at it") {
    const auto made = tests::make_certificate("IP:10.0.0.7");  // its common name is "test"
    const auto read = Certificate::read(made.chain, made.key);
    REQUIRE(read.has_value());
    CHECK(!read->names("test"));
    CHECK(read->names("10.0.0.7"));
}

TEST_CASE("a chain in the file, and the key beside it, are read as well") {
    const auto made = tests::make_certificate(), above = tests::make_certificate();
    CHECK(Certificate::read(made.chain + above.chain, made.key).has_value());
    CHECK(Certificate::read(made.key + made.chain, made.chain + made.key).has_value());
}

TEST_CASE("what makes no pair is refused, and says why") {
    const auto made = tests::make_certificate(), other = tests::make_certificate();
    const auto small = tests::make_certificate("DNS:localhost", 3600, 1024);
    struct Row {
        const char* name;
        std::string chain, key, why;
    };
    const Row rows[] = {
        {"nothing", "", made.key,
         "the certificate's file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"},
        {"a key for a certificate", made.key, made.key,
         "the certificate's file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"},
        {"half a certificate", made.chain.substr(0, 300), made.key,
         "the certificate's file holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"},
        {"no key", made.chain, "", "the key's file holds no private key in PEM"},
        {"a certificate for a key", made.chain, made.chain, "the key's file holds no private key in PEM"},
        {"a passphrase", made.chain, behind_passphrase(made.key), "or one behind a passphrase"},
        {"another key", made.chain, other.key, "the key is not the one of the certificate"},
        {"a short key", small.chain, small.key, "the certificate cannot be used (ee key too small)"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.name);
        const auto read = Certificate::read(row.chain, row.key);
        REQUIRE(read.has_error());
        CHECK(read.error().code == Errc::refused);
        CHECK_MESSAGE(read.error().message.find(row.why) != std::string::npos, read.error().message);
        CHECK(read.error().message.find("start line") == std::string::npos);  // OpenSSL's words for a file
    }
}

}  // namespace tfy::tls::certificate_test
