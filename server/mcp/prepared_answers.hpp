// Results that are given again, kept as the bytes that are sent: those that are the same for everyone, such
// as tools/list, and those that their feature says are the same.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "policy/redaction/redactor.hpp"
#include "protocol/message.hpp"
#include "protocol/version.hpp"
#include "server/mcp/requester.hpp"

namespace tfy::mcp {

/// Sealed once by each redactor: when a token is registered there is a new one, and all of it is forgotten.
class PreparedAnswers {
public:
    using Known = std::shared_ptr<const redaction::Redactor>;

    /// The message that answers `request` with what was kept for its method and `version`. nullopt where
    /// nothing is, or where id and result together might spell a value: the message is to be sealed then.
    std::optional<redaction::Redacted> find(const Known& known, const protocol::Request& request,
                                            protocol::Version version);
    /// `result` is the same for each request of this method without parameters. What find() gives then. Its
    /// members are in `order` (Redactor::seal).
    std::optional<redaction::Redacted> keep(const Known& known, const protocol::Request& request,
                                            protocol::Version version, const Json& result,
                                            const protocol::MemberOrder& order = {});

    /// The same for a result that `is` stands for: no other one does while it is kept.
    std::optional<redaction::Redacted> find(const Known& known, const protocol::RequestId& id,
                                            const Again& again, protocol::Version version);
    std::optional<redaction::Redacted> keep(const Known& known, const protocol::RequestId& id,
                                            const Again& again, protocol::Version version,
                                            const Json& result);

    /// Of results that stand for themselves; what would be more pushes all of them out.
    static constexpr std::size_t most_bytes = std::size_t{1024} * 1024;

private:
    using Key = std::pair<std::string, protocol::Version>;
    void forget_unless_of(const Known& known);

    Known known_;  // has sealed all of it
    std::map<Key, redaction::Redacted> results_;
    std::map<std::pair<std::shared_ptr<const void>, protocol::Version>, redaction::Redacted> again_;
    std::size_t again_bytes_ = 0;
};

}  // namespace tfy::mcp
