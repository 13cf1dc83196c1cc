#include "server/redaction.hpp"

namespace tfy::server {

Redaction::Redaction(policy::FingerprintKey key, std::vector<policy::TokenPrints> known)
    : key_(key),
      known_(std::move(known)),
      redactor_(std::make_shared<const policy::Redactor>(key_, known_)) {}

void Redaction::add(policy::TokenPrints token) {
    known_.push_back(std::move(token));
    redactor_.store(std::make_shared<const policy::Redactor>(key_, known_));
}

}  // namespace tfy::server
