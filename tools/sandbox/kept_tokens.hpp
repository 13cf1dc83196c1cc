// The tokens of a store as they are asked for: by the hash of a value, and as rows and pages of a list. Made
// once for as long as the store's tokens stay the same.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tools/sandbox/world.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::sandbox {

/// Which part of a list is asked for.
struct Window {
    std::size_t limit = 0;
    std::size_t offset = 0;
};
/// A page of a list: these rows, already written, out of `total`.
std::string write_page(const std::vector<const std::string*>& rows, std::size_t total, const Window& window);

class KeptTokens {
public:
    struct Row {
        const StoredToken* token = nullptr;
        std::size_t number = 0;  // in the order in which they were kept
        std::string text = {};   // of the list; empty: not written yet
        bool expired = false;    // as it says

        /// As it is listed at this time, in JSON.
        const std::string& written(policy::Time now);
    };

    /// Of pages; what would be more is written each time.
    static constexpr std::size_t most_bytes = std::size_t{2} * 1024 * 1024;

    explicit KeptTokens(TokenStore::Tokens tokens);
    /// Whether it was made of these. What came behind them since is taken up.
    bool are(const TokenStore::Tokens& tokens);

    /// The token whose value has this hash, or nullptr.
    const StoredToken* of_hash(std::string_view value_sha256) const;
    /// Of this user, or nullptr.
    const StoredToken* of_id(const std::string& user, std::string_view id) const;
    const StoredToken* of_name(const std::string& user, std::string_view name) const;
    /// The newest one first; of one moment, the one that was kept first.
    std::deque<Row>& of_user(const std::string& user) { return users_[user].rows; }
    /// That part of them as it is listed at this time: the same object for as long as it says the same.
    truefoundry::SharedText page(const std::string& user, const Window& window, policy::Time now);

private:
    struct Written {
        truefoundry::SharedText text;
        policy::Time since;  // when the last of its tokens has expired
        policy::Time until;  // when the next one does
    };
    struct User {
        std::deque<Row> rows;
        std::unordered_map<std::string_view, const StoredToken*> by_name;
        std::map<std::pair<std::size_t, std::size_t>, Written> pages;  // by offset and limit
    };
    /// Where it goes is left to do.
    Row know(std::size_t number);
    void forget_pages(User& user);

    TokenStore::Tokens tokens_;
    std::size_t known_ = 0;  // of them
    std::unordered_map<std::string_view, const StoredToken*> by_hash_, by_id_;
    std::map<std::string, User> users_;  // by e-mail address
    std::size_t page_bytes_ = 0;
};

}  // namespace tfy::sandbox
