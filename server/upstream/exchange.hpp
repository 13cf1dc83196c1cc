// The control plane over HTTPS, asked with this server's own key.
#pragma once

#include <memory>

#include "server/http_client/http_client.hpp"
#include "server/upstream/api_key.hpp"
#include "server/upstream/request_counts.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::upstream {

/// Each request carries the key that there is when it is sent, and is counted if there are `counts`,
/// unless it was cancelled. Starts a thread, and ends it at destruction (open requests end with
/// Errc::ambiguous).
std::unique_ptr<truefoundry::Exchange> make_exchange(http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key,
                                                     std::shared_ptr<RequestCounts> counts = {});
/// The same on a thread, and over the connections, that it shares with others.
std::unique_ptr<truefoundry::Exchange> make_exchange(std::shared_ptr<http_client::TransferThread> thread,
                                                     http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key,
                                                     std::shared_ptr<RequestCounts> counts = {});

}  // namespace tfy::upstream
