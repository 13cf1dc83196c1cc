// Where a request comes from, also behind a proxy.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/transport/http.hpp"

namespace tfy::transport {

/// The network that limits are counted for: an IPv4 address, or the first 64 bits of an IPv6 one. If `remote`
/// is one of the trusted proxies, X-Forwarded-For is read from its end on: the first address there that is
/// no trusted proxy. Addresses before it do not count, and neither does the header of any other sender.
std::string client_network(std::string_view remote, const Headers& headers,
                           const std::vector<std::string>& trusted_proxies);

/// False for what is not an IP address.
bool is_ip_address(std::string_view text);
/// Of this machine itself.
bool is_loopback_address(std::string_view text);
/// Whether it is one of `addresses`, however either is written.
bool is_one_of(std::string_view address, const std::vector<std::string>& addresses);

}  // namespace tfy::transport
