// Who may call the make-believe control plane: accounts of one tenant, each with a key and tokens of its own.
#pragma once

#include <string>
#include <string_view>

#include "protocol/error.hpp"

namespace tfy::sandbox {

/// The key that works against a fresh sandbox, over real HTTP. Not secret: it opens nothing but make-believe.
inline constexpr std::string_view sandbox_key = "tfy-sandbox-key-0000-not-a-secret";
inline constexpr std::string_view tenant = "sandbox";

struct Account {
    std::string name = "dana";                   // her user is dana@sandbox.example
    std::string key = std::string(sandbox_key);  // "tfy-sandbox-key-alice-not-a-secret"
    bool may_manage = true;                      // false: a good key, but 403 on every token route

    /// The e-mail address of its user: whose tokens are its own.
    std::string user() const {
        std::string address(name);
        address.append("@").append(tenant).append(".example");
        return address;
    }
};

/// "alice", or "alice:forbidden" for a key that lacks the permission to manage tokens. Errc::refused for what
/// cannot be a name, and for "dana", who is always there.
Result<Account> read_account(std::string_view text);

}  // namespace tfy::sandbox
