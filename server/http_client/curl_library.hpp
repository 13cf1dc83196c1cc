// libcurl, and what we use of OpenSSL beside it, loaded when they are first needed. With all that they bring
// along they would take a third of each start and a quarter of the memory, also where nothing is ever sent.
#pragma once

#define CURL_DISABLE_TYPECHECK  // its macros are for direct calls
#include <curl/curl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include "server/loading/shared_library.hpp"

namespace tfy::http_client {

struct SslLibrary {
    loading::SharedLibrary from{"libssl.so.3"};
    TFY_FUNCTION(SSL_CTX_set_options, ctx_set_options);
};

/// The functions by their names, without "curl_".
struct CurlLibrary {
    loading::SharedLibrary from{"libcurl.so.4"};
    TFY_FUNCTION(curl_easy_init, easy_init);
    TFY_FUNCTION(curl_easy_setopt, easy_setopt);
    TFY_FUNCTION(curl_easy_getinfo, easy_getinfo);
    TFY_FUNCTION(curl_easy_header, easy_header);
    TFY_FUNCTION(curl_easy_cleanup, easy_cleanup);
    TFY_FUNCTION(curl_slist_append, slist_append);
    TFY_FUNCTION(curl_slist_free_all, slist_free_all);
    TFY_FUNCTION(curl_multi_init, multi_init);
    TFY_FUNCTION(curl_multi_add_handle, multi_add_handle);
    TFY_FUNCTION(curl_multi_remove_handle, multi_remove_handle);
    TFY_FUNCTION(curl_multi_perform, multi_perform);
    TFY_FUNCTION(curl_multi_poll, multi_poll);
    TFY_FUNCTION(curl_multi_wakeup, multi_wakeup);
    TFY_FUNCTION(curl_multi_info_read, multi_info_read);
    TFY_FUNCTION(curl_multi_cleanup, multi_cleanup);
    TFY_FUNCTION(curl_global_init_mem, global_init_mem);
    TFY_FUNCTION(curl_getdate, getdate);
    TFY_FUNCTION(curl_url, url);
    TFY_FUNCTION(curl_url_set, url_set);
    TFY_FUNCTION(curl_url_get, url_get);
    TFY_FUNCTION(curl_url_cleanup, url_cleanup);
    TFY_FUNCTION(curl_free, free);
    SslLibrary ssl;
};

struct CryptoLibrary {
    loading::SharedLibrary from{"libcrypto.so.3"};
    TFY_FUNCTION(X509_STORE_new, x509_store_new);
    TFY_FUNCTION(X509_STORE_load_file, x509_store_load_file);
    TFY_FUNCTION(X509_STORE_free, x509_store_free);
    TFY_FUNCTION(ERR_clear_error, err_clear_error);
};

/// Thread-safe, and a load only the first time. std::runtime_error, with a sentence, where the library is not
/// installed.
const CurlLibrary& curl();
const CryptoLibrary& crypto();

}  // namespace tfy::http_client
