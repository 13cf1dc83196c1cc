// The tokens of a make-believe tenant: what the control plane would know, and where it keeps it.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::sandbox {

/// One token as the control plane stores it: a hash of the value, never the value.
struct StoredToken {
    std::string id;  // 24 lower-case letters and digits
    std::string name;
    std::string type;  // "jwt" | "opaque"
    std::string team;
    std::string account;
    std::string jwt_id;
    std::string value_sha256;
    std::string owner;  // e-mail of the account's user
    policy::Time created = {};
    std::optional<policy::Time> expires;
    std::optional<policy::Time> last_used;
};

/// The seam for keeping them: SQLite in the server room, a vector in tests. Blocking and quick; one thread.
class TokenStore {
public:
    using Tokens = std::shared_ptr<const std::deque<StoredToken>>;

    virtual ~TokenStore() = default;
    /// In the order in which they were created. What it gives out stays as it is, but that newer ones may
    /// come behind: who keeps it looks at its size. Never null.
    virtual Result<Tokens> all() = 0;
    virtual Result<void> insert(const StoredToken& token) = 0;
    virtual Result<void> remove(const std::string& id) = 0;
    virtual Result<void> touch(const std::string& id, policy::Time last_used) = 0;
};

/// Keeps nothing beyond the process.
std::unique_ptr<TokenStore> make_memory_shelf();

}  // namespace tfy::sandbox
