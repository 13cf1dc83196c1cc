#include "server/dashboard/reveal_nonces.hpp"

#include "policy/mac.hpp"
#include "policy/sealed_state.hpp"

namespace tfy::dashboard {

std::string RevealNonces::issue(const std::string& session, const std::string& reveal_id) {
    auto& nonce = nonces_[{session, reveal_id}];
    if (nonce.empty()) nonce = policy::random_id();
    return nonce;
}

bool RevealNonces::spend(const std::string& session, const std::string& reveal_id, std::string_view nonce) {
    const auto found = nonces_.find({session, reveal_id});
    if (found == nonces_.end() || !policy::same_bytes(found->second, nonce)) return false;
    nonces_.erase(found);
    return true;
}

void RevealNonces::keep_only(const std::set<std::string>& reveal_ids) {
    std::erase_if(nonces_, [&](const auto& each) { return !reveal_ids.contains(each.first.second); });
}

}  // namespace tfy::dashboard
