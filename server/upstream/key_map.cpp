#include "server/upstream/key_map.hpp"

#include <algorithm>

#include "policy/rule.hpp"

namespace tfy::upstream {

const MappedKey* KeyMap::find(const policy::Caller& caller) const {
    const auto fits = [&caller](const MappedKey& entry) {
        return policy::glob(entry.principal, caller.principal) && policy::glob(entry.person, caller.person);
    };
    const auto found = std::ranges::find_if(entries, fits);
    return found == entries.end() ? nullptr : &*found;
}

}  // namespace tfy::upstream
