#include "server/sealing/sealer.hpp"

#include <algorithm>
#include <limits>

namespace tfy::sealing {
namespace {

constexpr std::array<std::size_t, 3> most_in = {std::numeric_limits<std::size_t>::max(), 128, 8};

}  // namespace

Sealer::Sealer(redaction::FingerprintKey key, std::vector<redaction::TokenFingerprints> known,
               std::unique_ptr<storage::Reader> tokens, Names names)
    : key_(key),
      tokens_(std::move(tokens)),
      names_(names),
      at_start_(new redaction::Redactor(key_, as_marked(std::move(known)))),
      redactor_(at_start_) {
    for (auto& layer : layers_) layer.redactor = at_start_;
    if (tokens_) tokens_->known_by(key_);
}

Result<Sealer::Shared> Sealer::fresh() const {
    if (!tokens_) return redactor_.load();
    const std::lock_guard one_at_a_time(changing_);
    auto news = tokens_->new_tokens();
    if (!news) {
        ++failures_;
        return Error{
            Errc::storage,
            "The answer is withheld: the tokens that are registered in the state directory cannot be read, "
            "and it might hold the value of one. " +
                news.error().message + ". Try again when that is corrected."};
    }
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
    renew(0);
}

void Sealer::note_ids(const std::vector<ListedId>& listed) {
    const std::lock_guard one_at_a_time(changing_);
    for (const auto& [id, name] : listed) {
        const auto [place, is_new] = jwts_.try_emplace(id, news_.size());
        if (is_new) {
            news_.push_back({.name = name, .windows = {}, .jwt_ids = {id}});
        } else if (auto& known = news_[place->second].name; known != name) {
            known = name;
            taken_up_ = std::min(taken_up_, place->second);
        }
    }
}

void Sealer::take_up_ids() {
    const std::lock_guard one_at_a_time(changing_);
    take_up_news();
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
    const auto before = news_.size();
    for (auto& token : as_marked(std::move(tokens)))
        if (!is_known(token)) news_.push_back(std::move(token));
    if (news_.size() != before) take_up_news();
}

// The configured key may be forgotten: that it is known now says nothing.
bool Sealer::is_known(const redaction::TokenFingerprints& token) const {
    const auto same = [&token](const redaction::TokenFingerprints& each) {
        return each.windows == token.windows;
    };
    if (!same(configured_)) return redactor_.load()->knows(token);
    return at_start_->knows(token) || std::ranges::any_of(news_, same);
}

void Sealer::take_up_news() const {
    if (taken_up_ == news_.size()) return;
    auto from = layers_.size() - 1;
    while (from > 0 &&
           (taken_up_ < layers_[from].begin || news_.size() - layers_[from].begin > most_in[from]))
        --from;
    renew(from);
}

// From this layer on: what is in later ones joins it.
void Sealer::renew(std::size_t from) const {
    for (auto layer = from; layer < layers_.size(); ++layer) {
        const auto& below = layer == 0 ? at_start_ : layers_[layer - 1].redactor;
        auto& made = layers_[layer];
        if (layer > from) made.begin = news_.size();
        std::vector<redaction::TokenFingerprints> tokens(
            news_.begin() + static_cast<std::ptrdiff_t>(made.begin), news_.end());
        if (layer == 0 && !configured_.windows.empty() && !is_known(configured_))
            tokens.push_back(configured_);
        made.redactor =
            layer > from || tokens.empty()
                ? below
                : std::make_shared<const redaction::Redactor>(below->with(as_marked(std::move(tokens))));
    }
    taken_up_ = news_.size();
    redactor_.store(layers_.back().redactor);
}

}  // namespace tfy::sealing
