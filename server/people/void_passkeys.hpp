// Passkeys belong to the host of the page: those of another host cannot be used while the page is elsewhere.
#pragma once

#include <string>
#include <vector>

#include "server/storage/passkey.hpp"

namespace tfy::people {

/// A clause for each person who has passkeys for another host than that of the page's `origin`: how many, for
/// which hosts, and whether others are left.
std::vector<std::string> void_passkeys(const std::vector<storage::Passkey>& passkeys,
                                       const std::string& origin);
/// What to do about them.
std::string what_to_do_about_void_passkeys();

}  // namespace tfy::people
