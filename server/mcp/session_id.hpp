// The session id of a legacy client over HTTP: what was agreed on is in it, sealed, so that any process
// with the key can serve the session.
#pragma once

#include <optional>
#include <string>

#include "policy/call.hpp"
#include "policy/sealed_state.hpp"
#include "policy/time.hpp"
#include "protocol/lifecycle.hpp"

namespace tfy::mcp {

/// Of use to this principal alone.
std::string write_session_id(const protocol::Initialize& agreed, const std::string& principal,
                             policy::Time expires, const policy::SealKey& key);

struct LegacySession {
    std::string id;
    protocol::ClientContext context;
    policy::Time expires;
    policy::Caller caller = {};  // of the request that named it
};
/// nullopt for what this key did not seal, after its time, and if it is another principal's.
std::optional<LegacySession> read_session_id(const std::string& id, const policy::Caller& caller,
                                             policy::Time now, const policy::SealKey& key);

}  // namespace tfy::mcp
