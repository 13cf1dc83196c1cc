// Personal access tokens as TrueFoundry's API has them: only what a model or a person may see.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/secret.hpp"
#include "policy/time.hpp"
#include "protocol/error.hpp"

namespace tfy::truefoundry {

/// A token's id: ^[A-Za-z0-9_-]{1,128}$. Refuses at construction what could not be one: "revoke/all", "..",
/// "%2e%2e", "".
class TokenId {
public:
    static Result<TokenId> read(std::string_view text);
    const std::string& text() const { return text_; }

private:
    explicit TokenId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A token's name: ^[a-z][a-z0-9-]{1,34}[a-z0-9]$.
class TokenName {
public:
    static Result<TokenName> read(std::string_view text);
    const std::string& text() const { return text_; }

private:
    explicit TokenName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// A time as TrueFoundry and its documents spell it: all that policy::read_time reads, and "2027-02-21T12:00"
/// (read as UTC).
std::optional<policy::Time> read_time(std::string_view text);

struct AccessToken {
    std::string id;
    std::string name;
    std::string type;   // "jwt", "opaque", or empty if not said
    std::string owner;  // team, else account, else empty
    std::string team;   // that owns it, empty if no team does
    std::string created_by;
    std::optional<policy::Time> created;
    std::optional<policy::Time> expires;  // none: never
    std::optional<policy::Time> last_used;
    bool expired = false;
    std::vector<std::string> jwt_ids;  // never shown: they tell which listed token a JWT is
};

struct CreateRequest {
    TokenName name;
    std::string expiration_date = {};  // canonical UTC, or empty
    std::string token_type = {};       // "jwt", "opaque", or empty
    std::string team_name = {};
    std::string account_name = {};
};

}  // namespace tfy::truefoundry
