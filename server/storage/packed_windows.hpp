// A token's windows as they are kept in the database: one blob.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/redaction/fingerprint.hpp"
#include "protocol/error.hpp"

namespace tfy::storage {

std::string pack_windows(const std::vector<redaction::Fingerprint>& windows);
/// Errc::storage if the blob is not what pack_windows() makes.
Result<std::vector<redaction::Fingerprint>> unpack_windows(std::string_view blob);

}  // namespace tfy::storage
