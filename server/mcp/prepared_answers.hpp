// Results that are the same for everyone, such as tools/list, kept as the bytes that are sent.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "policy/redaction/redactor.hpp"
#include "protocol/message.hpp"
#include "protocol/version.hpp"

namespace tfy::mcp {

/// Sealed once by each redactor: when a token is registered there is a new one, and all of it is forgotten.
class PreparedAnswers {
public:
    using Known = std::shared_ptr<const redaction::Redactor>;

    /// The message that answers `request` with what was kept for its method and `version`. nullopt where
    /// nothing is, or where id and result together might spell a value: the message is to be sealed then.
    std::optional<redaction::Redacted> find(const Known& known, const protocol::Request& request,
                                            protocol::Version version);
    /// `result` is the same for each request of this method without parameters.
    void keep(const Known& known, const protocol::Request& request, protocol::Version version,
              const Json& result);

private:
    using Key = std::pair<std::string, protocol::Version>;
    void forget_unless_of(const Known& known);

    Known known_;  // has sealed all of it
    std::map<Key, redaction::Redacted> results_;
};

}  // namespace tfy::mcp
