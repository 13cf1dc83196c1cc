// libcurl, and what we use of OpenSSL beside it, loaded when they are first needed. With all that they bring
// along they would take a third of each start and a quarter of the memory, also where nothing is ever sent.
#pragma once

#define CURL_DISABLE_TYPECHECK  // its macros are for direct calls
#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace tfy::http_client {

/// The functions by their names, without "curl_".
struct CurlLibrary {
    decltype(&curl_easy_init) easy_init;
    decltype(&curl_easy_setopt) easy_setopt;
    decltype(&curl_easy_getinfo) easy_getinfo;
    decltype(&curl_easy_header) easy_header;
    decltype(&curl_easy_cleanup) easy_cleanup;
    decltype(&curl_slist_append) slist_append;
    decltype(&curl_slist_free_all) slist_free_all;
    decltype(&curl_multi_init) multi_init;
    decltype(&curl_multi_add_handle) multi_add_handle;
    decltype(&curl_multi_remove_handle) multi_remove_handle;
    decltype(&curl_multi_perform) multi_perform;
    decltype(&curl_multi_poll) multi_poll;
    decltype(&curl_multi_wakeup) multi_wakeup;
    decltype(&curl_multi_info_read) multi_info_read;
    decltype(&curl_multi_cleanup) multi_cleanup;
    decltype(&curl_global_init_mem) global_init_mem;
    decltype(&curl_getdate) getdate;
    decltype(&curl_url) url;
    decltype(&curl_url_set) url_set;
    decltype(&curl_url_get) url_get;
    decltype(&curl_url_cleanup) url_cleanup;
    decltype(&curl_free) free;
    decltype(&SSL_CTX_set_options) ssl_ctx_set_options;
};

struct CryptoLibrary {
    decltype(&X509_STORE_new) x509_store_new;
    decltype(&X509_STORE_load_file) x509_store_load_file;
    decltype(&X509_STORE_free) x509_store_free;
    decltype(&ERR_clear_error) err_clear_error;
};

/// Thread-safe, and a load only the first time. std::runtime_error, with a sentence, where the library is not
/// installed.
const CurlLibrary& curl();
const CryptoLibrary& crypto();

}  // namespace tfy::http_client
