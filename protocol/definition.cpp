// Cutting a definition down to what a revision knows.
#include "protocol/definition.hpp"

#include "protocol/member.hpp"

namespace tfy::protocol {

Json members_of(const Json& definition, std::span<const VersionedMember> members, Version version) {
    auto out = Json::object();
    for (const auto& [name, since] : members)
        if (const auto* member = find_member(definition, name); member != nullptr && version >= since)
            out[name] = *member;
    return out;
}

}  // namespace tfy::protocol
