#include "server/sealing/sealer.hpp"

#include <algorithm>

namespace tfy::sealing {

Sealer::Sealer(redaction::FingerprintKey key, std::vector<redaction::TokenFingerprints> known)
    : key_(key),
      at_start_(std::make_shared<const redaction::Redactor>(key_, std::move(known))),
      redactor_(at_start_) {}

void Sealer::add(std::vector<redaction::TokenFingerprints> tokens) {
    const auto before = added_.size();
    for (auto& token : tokens)
        if (!is_known(token)) added_.push_back(std::move(token));
    if (added_.size() != before) renew();
}

void Sealer::configure(redaction::TokenFingerprints key) {
    configured_ = std::move(key);
    renew();
}

bool Sealer::is_known(const redaction::TokenFingerprints& token) const {
    const auto same = [&token](const redaction::TokenFingerprints& each) {
        return each.windows == token.windows;
    };
    return at_start_->knows(token) || std::ranges::any_of(added_, same);
}

void Sealer::note_ids(const std::vector<truefoundry::AccessToken>& listed) {
    for (const auto& token : listed)
        for (const auto& id : token.jwt_ids) {
            auto& name = jwts_[id];
            noted_ = noted_ || name != token.name;
            name = token.name;
        }
}

void Sealer::take_up_ids() {
    if (noted_) renew();
}

std::string Sealer::quoted(std::string_view untrusted) const {
    return protocol::quoted(seal_text(untrusted).text());
}

void Sealer::renew() {
    noted_ = false;
    auto tokens = added_;
    if (!configured_.windows.empty() && !is_known(configured_)) tokens.push_back(configured_);
    for (const auto& [id, name] : jwts_) tokens.push_back({.name = name, .windows = {}, .jwt_ids = {id}});
    redactor_.store(std::make_shared<const redaction::Redactor>(at_start_->with(tokens)));
}

}  // namespace tfy::sealing
