// Why a transfer gave no answer, in our own words.
#pragma once

#include <string>

#include "protocol/error.hpp"
#include "server/http_client/curl_library.hpp"

namespace tfy::http_client {

struct FailedTransfer {
    CURLcode code = CURLE_OK;
    std::string host;
    bool maybe_sent = true;   // false only where not one byte of the request has left
    bool over_limit = false;  // we stopped it: the answer is too large
    std::string proxy = {};   // the variable that names the proxy: "HTTPS_PROXY"; empty if none is used
    long proxy_status = 0;    // what it answered to CONNECT; 0 if it has not answered, or was not asked anew
    std::size_t body_limit = 0;
    std::string setting = "TFY_BASE_URL";  // what to check if it cannot be reached
};

/// Errc::upstream if nothing can have arrived, Errc::ambiguous for all else.
Error explain(const FailedTransfer& failed);

}  // namespace tfy::http_client
