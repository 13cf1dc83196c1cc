// The session id of a legacy client over HTTP: what was agreed on is in it, sealed, so that any process
// with the key can serve the session.
#pragma once

#include <optional>
#include <string>

#include "policy/sealed_state.hpp"
#include "policy/time.hpp"
#include "protocol/lifecycle.hpp"

namespace tfy::mcp {

std::string write_session_id(const protocol::Initialize& agreed, policy::Time expires,
                             const policy::SealKey& key);

struct LegacySession {
    std::string id;
    protocol::ClientContext context;
    policy::Time expires;
};
/// nullopt for what this key did not seal, and after its time.
std::optional<LegacySession> read_session_id(const std::string& id, policy::Time now,
                                             const policy::SealKey& key);

}  // namespace tfy::mcp
