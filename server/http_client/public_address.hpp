// Which addresses belong to the public internet.
#pragma once

#include <sys/socket.h>

namespace tfy::http_client {

/// False for whatever is special (RFC 6890 and the registries that follow it): loopback, private networks,
/// link-local with the clouds' metadata services, shared and documentation blocks, multicast, and IPv6 that
/// carries an IPv4 address inside (mapped, NAT64, 6to4, Teredo).
bool is_public_address(const sockaddr& address);

}  // namespace tfy::http_client
