// libcurl and OpenSSL with memory that is wiped when it is given back: their buffers held the key and new
// tokens.
#pragma once

#include "server/http_client/curl_library.hpp"

namespace tfy::http_client {

/// In the place of curl_global_init: once, before any other use.
void init_with_wiping_memory(const CurlLibrary& library);

/// For CURLOPT_SSL_CTX_FUNCTION: OpenSSL overwrites what it has decrypted as soon as curl has read it.
CURLcode wipe_decrypted(CURL* curl, void* ssl_context, void* unused);

}  // namespace tfy::http_client
