#include "server/mcp/session_id.hpp"

#include "server/mcp/stdio_session.hpp"

namespace tfy::mcp {
namespace {

constexpr auto purpose = "legacy session";

}  // namespace

std::string write_session_id(const protocol::Initialize& agreed, const std::string& principal,
                             policy::Time expires, const policy::SealKey& key) {
    const Json state = {{"principal", principal},
                        {"version", protocol::to_string(agreed.version)},
                        {"client", agreed.client.name},
                        {"client_version", agreed.client.version},
                        {"capabilities", agreed.capabilities.json()},
                        {"expires", policy::format_time(expires)}};
    return policy::seal_state(state, purpose, key);
}

std::optional<LegacySession> read_session_id(const std::string& id, const policy::Caller& caller,
                                             policy::Time now, const policy::SealKey& key) {
    const auto state = policy::open_state(id, purpose, key);
    if (!state || state->value("principal", std::string{}) != caller.principal) return std::nullopt;
    const auto version = protocol::read_version(state->value("version", std::string{}));
    const auto expires = policy::read_time(state->value("expires", std::string{}));
    auto capabilities = protocol::ClientCapabilities::read(state->value("capabilities", Json::object()));
    if (!version || !expires || *expires <= now || !capabilities) return std::nullopt;
    LegacySession session{id, {}, *expires};
    session.context.version = *version;
    session.context.client = {state->value("client", std::string{}),
                              state->value("client_version", std::string{})};
    session.context.capabilities = *capabilities;
    session.caller = caller;
    session.caller.client = client_name(session.context.client);
    return session;
}

}  // namespace tfy::mcp
