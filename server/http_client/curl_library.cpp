#include "server/http_client/curl_library.hpp"

#include <stdexcept>
#include <string>

#include "server/http_client/wiping_memory.hpp"
#include "server/loading/shared_library.hpp"

namespace tfy::http_client {
namespace {

void must_be_complete(const loading::SharedLibrary& library, const char* name) {
    if (library.complete()) return;
    throw std::runtime_error(
        std::string("The library ") + name +
        " is not installed, or is another version than this program needs. Nothing was sent. Install "
        "Debian's packages libcurl4 and libssl3.");
}

CurlLibrary load_curl() {
    CurlLibrary made{};
    loading::SharedLibrary library("libcurl.so.4");
    library.find("curl_easy_init", made.easy_init);
    library.find("curl_easy_setopt", made.easy_setopt);
    library.find("curl_easy_getinfo", made.easy_getinfo);
    library.find("curl_easy_header", made.easy_header);
    library.find("curl_easy_cleanup", made.easy_cleanup);
    library.find("curl_slist_append", made.slist_append);
    library.find("curl_slist_free_all", made.slist_free_all);
    library.find("curl_multi_init", made.multi_init);
    library.find("curl_multi_add_handle", made.multi_add_handle);
    library.find("curl_multi_remove_handle", made.multi_remove_handle);
    library.find("curl_multi_perform", made.multi_perform);
    library.find("curl_multi_poll", made.multi_poll);
    library.find("curl_multi_wakeup", made.multi_wakeup);
    library.find("curl_multi_info_read", made.multi_info_read);
    library.find("curl_multi_cleanup", made.multi_cleanup);
    library.find("curl_global_init_mem", made.global_init_mem);
    library.find("curl_getdate", made.getdate);
    library.find("curl_url", made.url);
    library.find("curl_url_set", made.url_set);
    library.find("curl_url_get", made.url_get);
    library.find("curl_url_cleanup", made.url_cleanup);
    library.find("curl_free", made.free);
    must_be_complete(library, "libcurl.so.4");
    loading::SharedLibrary tls("libssl.so.3");
    tls.find("SSL_CTX_set_options", made.ssl_ctx_set_options);
    must_be_complete(tls, "libssl.so.3");
    return made;
}

CryptoLibrary load_crypto() {
    CryptoLibrary made{};
    loading::SharedLibrary library("libcrypto.so.3");
    library.find("X509_STORE_new", made.x509_store_new);
    library.find("X509_STORE_load_file", made.x509_store_load_file);
    library.find("X509_STORE_free", made.x509_store_free);
    library.find("ERR_clear_error", made.err_clear_error);
    must_be_complete(library, "libcrypto.so.3");
    return made;
}

}  // namespace

const CurlLibrary& curl() {
    static const auto library = [] {
        auto made = load_curl();
        init_with_wiping_memory(made);  // what it gives must come from there from the first piece on
        return made;
    }();
    return library;
}

const CryptoLibrary& crypto() {
    static const auto library = load_crypto();
    return library;
}

}  // namespace tfy::http_client
