// Definitions of ours (tools, prompts, resources): what of them each revision knows.
#pragma once

#include <span>

#include "protocol/error.hpp"
#include "protocol/version.hpp"

namespace tfy::protocol {

/// A member of a definition, and the first revision that has it.
struct VersionedMember {
    const char* name;
    Version since;
};

/// Those of `members` that `definition` has and `version` knows; everything else is left out.
Json members_of(const Json& definition, std::span<const VersionedMember> members, Version version);

}  // namespace tfy::protocol
