// What a key to TrueFoundry says of itself. Never the key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/call.hpp"

namespace tfy::tools {

/// Read from the key, where it is a JWT, and not verified: TrueFoundry alone can tell whether it is true.
struct KeyFacts {
    bool set = false;
    std::string from = {};  // where it was set: "TFY_API_KEY in the environment"; empty if no one says
    bool is_jwt = false;
    std::vector<std::string> jwt_ids = {};     // by which a listed token may be known as this key
    std::string subject = {};                  // whom it stands for: an e-mail address, or a name
    std::string subject_type = {};             // "user", "virtualaccount" …; empty if it does not say
    std::optional<policy::Time> expires = {};  // none: never, or it does not say
    std::string problem = {};                  // why none is set, or what is wrong with it; a sentence
    std::string cause = {};                    // the same as a word for programs
    std::vector<std::string> warnings = {};    // what should not be so, and is no obstacle

    /// Virtual accounts are made for machines; personal access tokens belong to users.
    bool of_virtual_account() const;
};

/// Ids by which a listed token is known as the key that a caller's requests go with. Asked anew each time,
/// because the key may be replaced while the server runs; none if the key does not tell.
class OwnJwtIds {
public:
    using Ask = std::function<std::vector<std::string>(const policy::Caller&)>;

    OwnJwtIds() = default;
    OwnJwtIds(std::vector<std::string> ids)
        : ask_([ids = std::move(ids)](const policy::Caller&) { return ids; }) {}
    explicit OwnJwtIds(Ask ask) : ask_(std::move(ask)) {}

    std::vector<std::string> of(const policy::Caller& caller) const {
        return ask_ ? ask_(caller) : std::vector<std::string>{};
    }

private:
    Ask ask_;
};

}  // namespace tfy::tools
