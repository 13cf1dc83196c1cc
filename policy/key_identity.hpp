// By whose key a call was begun, as far as a key tells. Never the key.
#pragma once

#include <string>

namespace tfy::policy {

struct KeyIdentity {
    std::string print = {};  // a keyed hash of the key; empty: there was none
    std::string user = {};   // e-mail address or name; empty: nothing told it

    bool operator==(const KeyIdentity&) const = default;
};

enum class SameUser { yes, no, unknown };

/// The same key is the same user; another one is where both tell the same user. A user has many keys, so
/// that two keys of which one tells nothing say nothing.
inline SameUser same_user(const KeyIdentity& begun, const KeyIdentity& now) {
    if (begun.print == now.print) return SameUser::yes;
    if (begun.user.empty() || now.user.empty()) return SameUser::unknown;
    return begun.user == now.user ? SameUser::yes : SameUser::no;
}

}  // namespace tfy::policy
