// What `serve` and the page of `stdio` do not start with, whatever else is right.
#pragma once

#include "server/config/settings.hpp"

namespace tfy::config {

/// An error's data: it is about a public URL that is plain http off this machine.
inline constexpr const char* public_url_is_plain = "public_url_is_plain";

/// Errc::refused, with a sentence, for an address that others can reach without keys or without TLS here
/// or before it, for a certificate that cannot be used, for a public URL that is plain http off this machine,
/// and for settings that exclude each other. The
/// doctor asks the same.
Result<void> may_serve(const Settings& settings);

/// The same of the approvals page of `stdio` at --listen. Calls do not come that way, so no one has to show a
/// key. It has no TLS of its own: off loopback it needs a public URL on this machine, as a container's port
/// has that is published to the machine alone. Then people's browsers, which name that host, send nothing
/// over a network. And what a public URL leads to must be the page: not a path, nor TLS at the page's own
/// port.
Result<void> may_open_page(const Settings& settings);

}  // namespace tfy::config
