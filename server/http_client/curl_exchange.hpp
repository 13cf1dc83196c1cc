// The control plane over HTTPS: one thread drives one curl_multi.
#pragma once

#include <memory>
#include <string>

#include "policy/secret.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::upstream {
class OwnKey;
}

namespace tfy::http_client {

struct UpstreamOptions {
    std::string base_url;      // "https://acme.truefoundry.cloud": no trailing slash; http only for loopback
    std::string ca_file = {};  // beside the system's
    std::chrono::milliseconds connect_timeout{10'000};
    std::size_t body_limit = 1024 * 1024;
    bool ignore_body =
        false;  // of answers: not kept; over the limit, or cut off, the status alone is the answer
};

/// Keep-alive, TLS 1.2 and up and verified, no redirects, no cookies, proxy variables honoured. Starts its
/// thread at construction, ends it at destruction (open transfers end with Errc::ambiguous).
std::unique_ptr<truefoundry::Exchange> make_curl_exchange(UpstreamOptions options, policy::Secret api_key);
/// Each request carries the key that there is when it is sent.
std::unique_ptr<truefoundry::Exchange> make_curl_exchange(UpstreamOptions options,
                                                          std::shared_ptr<const upstream::OwnKey> api_key);

class TransferThread;

/// For several exchanges; ends with the last of them, or where somebody calls stop().
std::shared_ptr<TransferThread> start_transfers();

/// The same to an address of which nobody has our API key: none is ever sent.
std::unique_ptr<truefoundry::Exchange> make_keyless_exchange(std::shared_ptr<TransferThread> thread,
                                                             UpstreamOptions options);

}  // namespace tfy::http_client
