// What this server's own key says of itself. Never the key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/time.hpp"

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

/// Ids by which a listed token is known as this server's own key. Asked anew each time, because the key may
/// be replaced while the server runs; none if the key does not tell.
class OwnJwtIds {
public:
    OwnJwtIds() = default;
    OwnJwtIds(std::vector<std::string> ids) : ask_([ids = std::move(ids)] { return ids; }) {}
    explicit OwnJwtIds(std::function<std::vector<std::string>()> ask) : ask_(std::move(ask)) {}

    std::vector<std::string> now() const { return ask_ ? ask_() : std::vector<std::string>{}; }

private:
    std::function<std::vector<std::string>()> ask_;
};

}  // namespace tfy::tools
