// How the parts of a stored approval are read.
#pragma once

#include "policy/facts.hpp"
#include "policy/members.hpp"

namespace tfy::policy {

Facts read_facts(const Members& from);

}  // namespace tfy::policy
