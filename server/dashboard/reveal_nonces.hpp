// Leave to ask for one showing of a value: single-use, and bound to the session that it was given to.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace tfy::dashboard {

class RevealNonces {
public:
    /// The nonce of this session for this value; the same one until it is spent.
    std::string issue(const std::string& session, const std::string& reveal_id);
    /// True once, for the nonce that was issued to this session for this value.
    bool spend(const std::string& session, const std::string& reveal_id, std::string_view nonce);
    /// Forgets the nonces of values that are held no longer.
    void keep_only(const std::set<std::string>& reveal_ids);

private:
    std::map<std::pair<std::string, std::string>, std::string> nonces_;
};

}  // namespace tfy::dashboard
