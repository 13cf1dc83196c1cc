// How long a receiver asks to be left alone.
#pragma once

#include <string>

#include "policy/time.hpp"

namespace tfy::notify {

/// The Retry-After header, in seconds or as a date; zero where there is none, or it cannot be read. A day at
/// the most.
policy::Duration retry_after(const std::string& header, policy::Time now);

}  // namespace tfy::notify
