// Whose key this server has now, and whether what was begun with another one can be judged with it: a key
// lists its own user's tokens alone, so that another user's look as if they were not there.
#pragma once

#include <functional>
#include <memory>

#include "policy/key_identity.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::upstream {

/// By what a key says of itself: "alice@acme.example", or "virtualaccount ci". A display name is no identity.
std::string user_of(const tools::KeyFacts& facts);
/// By tokens that one key lists; empty if they do not tell it with one voice.
std::string maker_of(const std::vector<truefoundry::AccessToken>& listed);

/// On one loop.
class KeyIdentities {
public:
    /// `client` asks with that key, and outlives it.
    KeyIdentities(std::shared_ptr<const OwnKey> key, redaction::FingerprintKey print_key,
                  truefoundry::Client& client)
        : key_(std::move(key)), print_key_(print_key), client_(client) {}

    /// The user is what a JWT says of itself, else whose it was found to be when it was entered, or
    /// who made the tokens that were listed with it last.
    policy::KeyIdentity now() const;
    /// Whose key it is, as was found when it was entered; empty: nothing told it.
    void belongs_to(std::string user);
    /// Tokens that were listed with this key.
    void note(const std::vector<truefoundry::AccessToken>& listed);

    /// Whether this server sees the tokens of the user who began it. If nothing tells who the key in force
    /// belongs to, its tokens are listed to find it out. Errc::ambiguous: another user's, or no one can tell;
    /// the message is a clause that says which ("it was begun with …"), `data` unread() where asking again
    /// may tell.
    Async<Result<void>> sees_tokens_of(policy::KeyIdentity begun);

private:
    std::shared_ptr<const OwnKey> key_;
    redaction::FingerprintKey print_key_;
    truefoundry::Client& client_;
    policy::KeyIdentity listed_ = {};
};

/// Of the key that a caller's calls go with.
using HoldersOfKeys = std::function<std::shared_ptr<KeyIdentities>(const policy::Caller&)>;

}  // namespace tfy::upstream
