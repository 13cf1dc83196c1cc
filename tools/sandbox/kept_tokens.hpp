// The tokens of a store as they are asked for: by the hash of a value, and as rows of a list. Made once for
// as long as the store's tokens stay the same.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tools/sandbox/world.hpp"

namespace tfy::sandbox {

class KeptTokens {
public:
    struct Row {
        const StoredToken* token = nullptr;
        std::string text = {};  // of the list; empty: not written yet
        bool expired = false;   // as it says

        /// As it is listed at this time, in JSON.
        const std::string& written(policy::Time now);
    };

    explicit KeptTokens(TokenStore::Tokens tokens);
    /// Whether it was made of these.
    bool are(const TokenStore::Tokens& tokens) const { return tokens_ == tokens; }

    /// The token whose value has this hash, or nullptr.
    const StoredToken* of_hash(std::string_view value_sha256) const;
    /// The newest one first; of one moment, the one that was kept first.
    std::vector<Row>& of_user(const std::string& user) { return rows_[user]; }

private:
    TokenStore::Tokens tokens_;
    std::unordered_map<std::string_view, const StoredToken*> by_hash_;
    std::map<std::string, std::vector<Row>> rows_;  // by the user's e-mail address
};

}  // namespace tfy::sandbox
