#include "server/http_client/ca_file.hpp"

#include <memory>

#include "server/http_client/curl_library.hpp"

namespace tfy::http_client {

bool holds_certificates(const std::string& file) {
    const auto& openssl = crypto();
    const std::unique_ptr<X509_STORE, decltype(CryptoLibrary::x509_store_free)> store(
        openssl.x509_store_new(), openssl.x509_store_free);
    const bool loaded = store && openssl.x509_store_load_file(store.get(), file.c_str()) == 1;
    openssl.err_clear_error();
    return loaded;
}

}  // namespace tfy::http_client
