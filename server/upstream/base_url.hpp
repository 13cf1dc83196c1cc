// What may be in TFY_BASE_URL.
#pragma once

#include <string>

#include "protocol/error.hpp"

namespace tfy::upstream {

/// Errc::refused with the reason for anything but https://host[:port][/path], or http:// to a loopback host.
Result<std::string> read_base_url(std::string text);

}  // namespace tfy::upstream
