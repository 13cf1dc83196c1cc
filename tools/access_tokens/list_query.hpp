// Which access tokens are asked for, and in which order.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tools/access_tokens/cursor.hpp"
#include "tools/truefoundry/types.hpp"

namespace tfy::access_tokens {

enum class SortBy { created, name, expires, last_used };

/// A token that never expires comes after all that do, one never used (or of unknown age) before all others;
/// descending is the exact reverse of that. Among the same, by id.
struct Order {
    SortBy by = SortBy::created;
    bool descending = true;

    /// "name", "-name" and so on; newest first for an empty text.
    static Order read(std::string_view text);
    /// Another one for each order.
    int number() const { return static_cast<int>(by) * 2 + (descending ? 1 : 0); }
    ListPosition position(const truefoundry::AccessToken& token) const;
    bool precedes(const ListPosition& a, const ListPosition& b) const;
    /// The same as by their positions.
    bool precedes(const truefoundry::AccessToken& a, const truefoundry::AccessToken& b) const;
};

struct ListQuery {
    std::string state = {};  // "active", "expiring", "expired", or empty for all
    std::optional<std::chrono::days> expiring_within = {};  // expires, but not later than that
    std::optional<std::chrono::days> unused_for = {};  // not used for longer; never used: made longer ago
    std::string name_contains = {};                    // in any case
    Order order = {};

    bool fits(const truefoundry::AccessToken& token, policy::Time now) const;
    /// "active", "expiring" (still active, but not for long) or "expired".
    std::string_view state_of(const truefoundry::AccessToken& token, policy::Time now) const;
    /// Until when it is the same.
    policy::Time state_holds_until(const truefoundry::AccessToken& token, policy::Time now) const;
    bool takes_all() const;
    /// The same for the same filters and order, short.
    std::string question() const;
};

bool unused_for(const truefoundry::AccessToken& token, std::chrono::days time, policy::Time now);

}  // namespace tfy::access_tokens
