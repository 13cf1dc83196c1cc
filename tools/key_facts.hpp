// What a key to TrueFoundry says of itself. Never the key.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "policy/call.hpp"
#include "policy/redacted.hpp"

namespace tfy::tools {

/// Read from the key, where it is a JWT, and not verified: TrueFoundry alone can tell whether it is true.
struct KeyFacts {
    enum class Giver { server, operator_for_caller, caller, person };

    bool set = false;
    std::string from = {};  // where it was set: "TFY_API_KEY in the environment"; empty if no one says
    bool is_jwt = false;
    std::vector<std::string> jwt_ids = {};  // by which a listed token may be known as this key
    std::string subject = {};               // its user's e-mail address or name; also as TrueFoundry told it
    std::string subject_type = {};          // "user", "virtualaccount" …; empty if it does not say
    std::optional<policy::Time> expires = {};  // none: never, or it does not say
    std::string problem = {};                  // why none is set, or what is wrong with it; a sentence
    std::string cause = {};                    // the same as a word for programs
    std::vector<std::string> warnings = {};    // what should not be so, and is no obstacle
    Giver giver = Giver::server;
    std::string person = {};  // who entered it; empty with other givers

    /// Virtual accounts are made for machines; personal access tokens belong to users.
    bool of_virtual_account() const;
    /// "this server's own key", "ada's own key".
    std::string in_words(const policy::Seals& seal) const;
    /// Whose is what is made with it: "alice@acme.example (ada's own key)", or "the user of ada's own key".
    std::string user_in_words(const policy::Seals& seal) const;
};

/// The key that a caller's requests go with. Asked anew each time, because the key may be replaced while the
/// server runs.
class KeysOfCallers {
public:
    using Ask = std::function<KeyFacts(const policy::Caller&)>;

    KeysOfCallers() = default;
    explicit KeysOfCallers(Ask ask) : ask_(std::move(ask)) {}

    KeyFacts of(const policy::Caller& caller) const { return ask_ ? ask_(caller) : KeyFacts{}; }

private:
    Ask ask_;
};

}  // namespace tfy::tools
