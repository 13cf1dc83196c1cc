// What may be in TFY_BASE_URL.
#pragma once

#include <string>

#include "protocol/error.hpp"

namespace tfy::upstream {

/// Errc::refused for anything but https://host[:port][/path], or http:// to a loopback host: with what is
/// wrong about it, as in "cannot be read".
Result<std::string> read_base_url(std::string text);

}  // namespace tfy::upstream
