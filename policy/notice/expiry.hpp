// That a token ends soon: told at 30, 7 and 1 days before, each once.
#pragma once

#include <optional>
#include <string>

#include "policy/redaction/redactor.hpp"
#include "policy/time.hpp"

namespace tfy::notice {

struct TokenEnd {
    std::string id = {};    // empty: of this server's own key, if it is not listed
    std::string name = {};  // the same
    policy::Time expires = {};
    bool own_key = false;  // this server works with it
    int days = 0;          // the threshold that is told

    /// What it is told of by once: another end is another one.
    std::string subject() const;
    /// "token_expiring 7": one for each threshold.
    std::string kind() const;
};

/// The most that anyone is told before the end.
inline constexpr policy::Duration longest_notice = std::chrono::days{30};

/// The least of 30, 7 and 1 days within which it ends; nothing if there is more time, or it is over. Who
/// missed a threshold is told the one that holds.
std::optional<int> days_threshold(policy::Time expires, policy::Time now);

/// As the journal keeps it.
redaction::Redacted journal_body(const TokenEnd& end, const redaction::Redactor& redactor);
/// Of a record's body; nothing if it is none.
std::optional<TokenEnd> read_token_end(const Json& body);

}  // namespace tfy::notice
