#include "tools/sandbox/kept_tokens.hpp"

#include <algorithm>

#include "tools/sandbox/listed_token.hpp"

namespace tfy::sandbox {

KeptTokens::KeptTokens(TokenStore::Tokens tokens) : tokens_(std::move(tokens)) {
    for (const auto& token : *tokens_) {
        by_hash_[token.value_sha256] = &token;
        rows_[token.owner].push_back({.token = &token});
    }
    // All of them stand in one vector, in the order in which they were kept.
    const auto newest_first = [](const Row& a, const Row& b) {
        return a.token->created == b.token->created ? a.token < b.token : a.token->created > b.token->created;
    };
    for (auto& [user, rows] : rows_) std::ranges::sort(rows, newest_first);
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

}  // namespace tfy::sandbox
