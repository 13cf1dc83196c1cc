#include "server/redaction.hpp"

#include <algorithm>

namespace tfy::server {

Redaction::Redaction(policy::FingerprintKey key, std::vector<policy::TokenPrints> known)
    : key_(key),
      known_(std::move(known)),
      redactor_(std::make_shared<const policy::Redactor>(key_, known_)) {}

void Redaction::add(std::vector<policy::TokenPrints> tokens) {
    const auto before = known_.size();
    for (auto& token : tokens) {
        const auto same = [&token](const policy::TokenPrints& each) { return each.windows == token.windows; };
        if (std::ranges::none_of(known_, same)) known_.push_back(std::move(token));
    }
    if (known_.size() != before) redactor_.store(std::make_shared<const policy::Redactor>(key_, known_));
}

}  // namespace tfy::server
