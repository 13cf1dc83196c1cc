#include "tools/sandbox/world.hpp"

#include <algorithm>

namespace tfy::sandbox {
namespace {

class MemoryShelf final : public TokenStore {
public:
    Result<Tokens> all() override {
        return std::make_shared<const std::deque<StoredToken>>(tokens_.begin(), tokens_.end());
    }

    Result<void> insert(const StoredToken& token) override {
        if (find(token.id) != tokens_.end())
            return Error{Errc::conflict,
                         "The sandbox has a token with this id already; nothing was changed."};
        tokens_.push_back(token);
        return {};
    }

    Result<void> remove(const std::string& id) override {
        const auto found = find(id);
        if (found == tokens_.end()) return missing();
        tokens_.erase(found);
        return {};
    }

    Result<void> touch(const std::string& id, policy::Time last_used) override {
        const auto found = find(id);
        if (found == tokens_.end()) return missing();
        found->last_used = last_used;
        return {};
    }

private:
    static Error missing() {
        return {Errc::not_found, "The sandbox has no token with this id; nothing was changed."};
    }
    std::vector<StoredToken>::iterator find(const std::string& id) {
        return std::ranges::find(tokens_, id, &StoredToken::id);
    }

    std::vector<StoredToken> tokens_;
};

}  // namespace

std::unique_ptr<TokenStore> make_memory_shelf() { return std::make_unique<MemoryShelf>(); }

}  // namespace tfy::sandbox
