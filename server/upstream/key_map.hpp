// Which callers the operator gives which key (`--principals`).
#pragma once

#include <string>
#include <vector>

#include "policy/call.hpp"

namespace tfy::upstream {

struct MappedKey {
    std::string principal = "*";  // a pattern with * and ?
    std::string person = "*";     // whose agents these are; likewise
    std::string key_file = {};    // absolute; empty: this server's own key
};

struct KeyMap {
    std::vector<MappedKey> entries = {};  // the first one that fits counts
    bool server_key_for_others = true;    // whether callers whom none fits use this server's own key

    /// nullptr if none fits.
    const MappedKey* find(const policy::Caller& caller) const;
};

}  // namespace tfy::upstream
