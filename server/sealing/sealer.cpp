#include "server/sealing/sealer.hpp"

#include <algorithm>

namespace tfy::sealing {

Sealer::Sealer(redaction::FingerprintKey key, std::vector<redaction::TokenFingerprints> known,
               std::unique_ptr<storage::Reader> tokens, Names names)
    : key_(key),
      tokens_(std::move(tokens)),
      names_(names),
      at_start_(new redaction::Redactor(key_, as_marked(std::move(known)))),
      redactor_(at_start_) {
    if (tokens_) tokens_->known_by(key_);
}

Result<Sealer::Shared> Sealer::fresh() const {
    if (!tokens_) return redactor_.load();
    const std::lock_guard one_at_a_time(changing_);
    auto news = tokens_->new_tokens();
    if (!news)
        return Error{
            Errc::storage,
            "The answer is withheld: the tokens that are registered in the state directory cannot be read, "
            "and it might hold the value of one. " +
                news.error().message + ". Try again when that is corrected."};
    if (!news->empty()) take_up(std::move(*news));
    return redactor_.load();
}

Sealer::Shared Sealer::now() const {
    auto known = fresh();
    if (known) return std::move(*known);
    return std::make_shared<const redaction::Redactor>(redactor_.load()->withholding());
}

void Sealer::add(std::vector<redaction::TokenFingerprints> tokens) {
    const std::lock_guard one_at_a_time(changing_);
    take_up(std::move(tokens));
}

void Sealer::configure(redaction::TokenFingerprints key) {
    const std::lock_guard one_at_a_time(changing_);
    configured_ = std::move(key);
    renew();
}

void Sealer::note_ids(const std::vector<ListedId>& listed) {
    const std::lock_guard one_at_a_time(changing_);
    for (const auto& [id, name] : listed) {
        auto& known = jwts_[id];
        noted_ = noted_ || known != name;
        known = name;
    }
}

void Sealer::take_up_ids() {
    const std::lock_guard one_at_a_time(changing_);
    if (noted_) renew();
}

std::string Sealer::escaped(std::string_view untrusted) const {
    return protocol::escaped(seal_text(untrusted).text());
}

std::string Sealer::quoted(std::string_view untrusted) const {
    return protocol::quoted(seal_text(untrusted).text());
}

std::vector<redaction::TokenFingerprints> Sealer::as_marked(
    std::vector<redaction::TokenFingerprints> tokens) const {
    if (names_ == Names::hidden)
        for (auto& token : tokens) token.name.clear();
    return tokens;
}

void Sealer::take_up(std::vector<redaction::TokenFingerprints> tokens) const {
    const auto before = added_.size();
    for (auto& token : as_marked(std::move(tokens)))
        if (!is_known(token)) added_.push_back(std::move(token));
    if (added_.size() != before) renew();
}

bool Sealer::is_known(const redaction::TokenFingerprints& token) const {
    const auto same = [&token](const redaction::TokenFingerprints& each) {
        return each.windows == token.windows;
    };
    return at_start_->knows(token) || std::ranges::any_of(added_, same);
}

void Sealer::renew() const {
    noted_ = false;
    auto tokens = added_;
    if (!configured_.windows.empty() && !is_known(configured_)) tokens.push_back(configured_);
    for (const auto& [id, name] : jwts_) tokens.push_back({.name = name, .windows = {}, .jwt_ids = {id}});
    redactor_.store(
        std::make_shared<const redaction::Redactor>(at_start_->with(as_marked(std::move(tokens)))));
}

}  // namespace tfy::sealing
