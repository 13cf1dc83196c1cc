// "did you mean", under the name that configuration and commands know it by.
#pragma once

#include "protocol/near_miss.hpp"

namespace tfy::policy {

using protocol::edits_between;
using protocol::near_miss;

}  // namespace tfy::policy
