#include "server/dashboard/reveal_nonces.hpp"

#include <sodium.h>

#include "policy/sealed_state.hpp"

namespace tfy::dashboard {

std::string RevealNonces::issue(const std::string& session, const std::string& reveal_id) {
    auto& nonce = nonces_[{session, reveal_id}];
    if (nonce.empty()) nonce = policy::random_id();
    return nonce;
}

bool RevealNonces::spend(const std::string& session, const std::string& reveal_id, std::string_view nonce) {
    const auto found = nonces_.find({session, reveal_id});
    if (found == nonces_.end() || found->second.size() != nonce.size()) return false;
    if (sodium_memcmp(found->second.data(), nonce.data(), nonce.size()) != 0) return false;
    nonces_.erase(found);
    return true;
}

void RevealNonces::keep_only(const std::set<std::string>& reveal_ids) {
    std::erase_if(nonces_, [&](const auto& each) { return !reveal_ids.contains(each.first.second); });
}

}  // namespace tfy::dashboard
