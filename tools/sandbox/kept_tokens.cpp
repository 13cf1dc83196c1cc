#include "tools/sandbox/kept_tokens.hpp"

#include <algorithm>

#include "tools/sandbox/listed_token.hpp"

namespace tfy::sandbox {

namespace {

bool is_newer(const KeptTokens::Row& a, const KeptTokens::Row& b) {
    return a.token->created == b.token->created ? a.number < b.number : a.token->created > b.token->created;
}

}  // namespace

KeptTokens::KeptTokens(TokenStore::Tokens tokens) : tokens_(std::move(tokens)) {
    while (known_ < tokens_->size()) {
        auto row = know(known_++);
        users_[row.token->owner].rows.push_back(std::move(row));
    }
    for (auto& [address, user] : users_) std::ranges::sort(user.rows, is_newer);
}

KeptTokens::Row KeptTokens::know(std::size_t number) {
    const auto& token = (*tokens_)[number];
    by_hash_[token.value_sha256] = &token;
    by_id_[token.id] = &token;
    users_[token.owner].by_name.try_emplace(token.name, &token);
    return {.token = &token, .number = number};
}

bool KeptTokens::are(const TokenStore::Tokens& tokens) {
    if (tokens != tokens_) return false;
    while (known_ < tokens_->size()) {
        auto row = know(known_++);
        auto& user = users_[row.token->owner];
        forget_pages(user);
        user.rows.insert(std::ranges::upper_bound(user.rows, row, is_newer), std::move(row));
    }
    return true;
}

const StoredToken* KeptTokens::of_id(const std::string& user, std::string_view id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() || found->second->owner != user ? nullptr : found->second;
}

const StoredToken* KeptTokens::of_name(const std::string& user, std::string_view name) const {
    const auto owner = users_.find(user);
    if (owner == users_.end()) return nullptr;
    const auto found = owner->second.by_name.find(name);
    return found == owner->second.by_name.end() ? nullptr : found->second;
}

const StoredToken* KeptTokens::of_hash(std::string_view value_sha256) const {
    const auto found = by_hash_.find(value_sha256);
    return found == by_hash_.end() ? nullptr : found->second;
}

const std::string& KeptTokens::Row::written(policy::Time now) {
    const bool is_over = token->expires && *token->expires <= now;
    if (text.empty() || is_over != expired)
        text = write_virtual_account(*token, now).dump(-1, ' ', false, Json::error_handler_t::replace);
    expired = is_over;
    return text;
}

truefoundry::SharedText KeptTokens::page(const std::string& address, const Window& window, policy::Time now) {
    auto& user = users_[address];
    const auto found = user.pages.find({window.offset, window.limit});
    if (found != user.pages.end() && found->second.since <= now && now < found->second.until)
        return found->second.text;
    Written written{.text = {}, .since = policy::Time::min(), .until = policy::Time::max()};
    std::vector<const std::string*> rows;
    const auto begin = std::min(window.offset, user.rows.size());
    const auto end = begin + std::min(window.limit, user.rows.size() - begin);
    for (auto i = begin; i < end; ++i) {
        rows.push_back(&user.rows[i].written(now));
        const auto expires = user.rows[i].token->expires.value_or(policy::Time::max());
        auto& bound = expires <= now ? written.since : written.until;
        bound = expires <= now ? std::max(bound, expires) : std::min(bound, expires);
    }
    written.text = std::make_shared<const std::string>(write_page(rows, user.rows.size(), window));
    const auto before = found == user.pages.end() ? 0 : found->second.text->size();
    const auto after = page_bytes_ - before + written.text->size();
    if (after > most_bytes) return written.text;
    page_bytes_ = after;
    user.pages.insert_or_assign({window.offset, window.limit}, written);
    return written.text;
}

void KeptTokens::forget_pages(User& user) {
    for (const auto& [window, written] : user.pages) page_bytes_ -= written.text->size();
    user.pages.clear();
}

std::string write_page(const std::vector<const std::string*>& rows, std::size_t total, const Window& window) {
    const auto pagination = R"(],"pagination":{"limit":)" + std::to_string(window.limit) + R"(,"offset":)" +
                            std::to_string(window.offset) + R"(,"total":)" + std::to_string(total) + "}}";
    constexpr std::string_view begin = R"({"data":[)";
    auto size = begin.size() + pagination.size();
    for (const auto* row : rows) size += row->size() + 1;
    std::string page;
    page.reserve(size);  // a page is long: it is written once, where it stays
    page.append(begin);
    for (const auto* row : rows) page.append(row == rows.front() ? "" : ",").append(*row);
    page.append(pagination);
    return page;
}

}  // namespace tfy::sandbox
