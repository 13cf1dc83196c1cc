// One key for every caller.
#pragma once

#include "server/upstream/key_identities.hpp"

namespace tfy::fakes {

/// `keys` must outlive it.
inline upstream::HoldersOfKeys one_holder(upstream::KeyIdentities& keys) {
    return [&keys](const policy::Caller&) {
        return std::shared_ptr<upstream::KeyIdentities>(std::shared_ptr<void>(), &keys);
    };
}

}  // namespace tfy::fakes
