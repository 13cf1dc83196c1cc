// The file of certificate authorities, as libcurl's TLS will read it.
#pragma once

#include <string>

namespace tfy::http_client {

/// At least one certificate in PEM is in it, and can be read.
bool holds_certificates(const std::string& file);

}  // namespace tfy::http_client
