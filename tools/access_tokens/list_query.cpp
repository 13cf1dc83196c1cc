#include "tools/access_tokens/list_query.hpp"

#include <algorithm>
#include <limits>

#include "policy/canonical_json.hpp"
#include "protocol/lower.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;

constexpr std::chrono::days soon{30};
constexpr std::size_t longest_key = 64;  // of names: it is in cursors

// Sixteen hex digits that compare as the numbers do.
std::string sortable(std::int64_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    const auto shifted = static_cast<std::uint64_t>(number) ^ (std::uint64_t{1} << 63U);
    std::string text;
    for (int shift = 60; shift >= 0; shift -= 4) text += digits[(shifted >> shift) & 0xfU];
    return text;
}

// Cut between characters: what is sealed is UTF-8.
std::string_view beginning(std::string_view name) {
    auto size = std::min(name.size(), longest_key);
    while (size > 0 && size < name.size() && (static_cast<unsigned char>(name[size]) & 0xC0U) == 0x80U)
        --size;
    return name.substr(0, size);
}

/// What is sorted by, if not the name.
std::int64_t moment_of(SortBy by, const AccessToken& token) {
    const auto or_else = [](const std::optional<policy::Time>& time, std::int64_t absent) {
        return time ? time->time_since_epoch().count() : absent;
    };
    constexpr auto first = std::numeric_limits<std::int64_t>::min();
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    if (by == SortBy::expires) return or_else(token.expires, last);
    return or_else(by == SortBy::last_used ? token.last_used : token.created, first);
}

}  // namespace

Order Order::read(std::string_view text) {
    if (text.empty()) return {};
    Order order{.descending = text.starts_with('-')};
    if (order.descending) text.remove_prefix(1);
    if (text == "name") order.by = SortBy::name;
    if (text == "expires") order.by = SortBy::expires;
    if (text == "last_used") order.by = SortBy::last_used;
    return order;
}

ListPosition Order::position(const AccessToken& token) const {
    return {by == SortBy::name ? std::string(beginning(token.name)) : sortable(moment_of(by, token)),
            token.id};
}

bool Order::precedes(const ListPosition& a, const ListPosition& b) const {
    if (a.key != b.key) return descending ? a.key > b.key : a.key < b.key;
    return a.id < b.id;
}

bool Order::precedes(const AccessToken& a, const AccessToken& b) const {
    const auto compared =
        by == SortBy::name ? beginning(a.name) <=> beginning(b.name) : moment_of(by, a) <=> moment_of(by, b);
    if (compared != 0) return descending ? compared > 0 : compared < 0;
    return a.id < b.id;
}

std::string_view ListQuery::state_of(const AccessToken& token, policy::Time now) const {
    if (token.expired || (token.expires && *token.expires <= now)) return "expired";
    return token.expires && *token.expires <= now + expiring_within.value_or(soon) ? "expiring" : "active";
}

policy::Time ListQuery::state_holds_until(const AccessToken& token, policy::Time now) const {
    if (!token.expires || state_of(token, now) == "expired") return policy::Time::max();
    return state_of(token, now) == "expiring" ? *token.expires
                                              : *token.expires - expiring_within.value_or(soon);
}

bool ListQuery::fits(const AccessToken& token, policy::Time now) const {
    const auto found = state_of(token, now);
    if (expiring_within && found != "expiring") return false;
    // A token that expires soon is still active.
    if (!state.empty() && state != found && !(state == "active" && found == "expiring")) return false;
    if (unused_for && !access_tokens::unused_for(token, *unused_for, now)) return false;
    return name_contains.empty() ||
           protocol::lowered(token.name).find(protocol::lowered(name_contains)) != std::string::npos;
}

bool ListQuery::takes_all() const {
    return state.empty() && !expiring_within && !unused_for && name_contains.empty();
}

std::string ListQuery::question() const {
    const auto number = [](const auto& days) { return days ? std::to_string(days->count()) : "-"; };
    const auto whole = state + " " + number(expiring_within) + " " + number(unused_for) + " " +
                       std::to_string(static_cast<int>(order.by)) + (order.descending ? "- " : "+ ") +
                       protocol::lowered(name_contains);
    return policy::sha256(whole).substr(7, 16);
}

bool unused_for(const AccessToken& token, std::chrono::days time, policy::Time now) {
    const auto& last = token.last_used ? token.last_used : token.created;
    return !last || *last < now - time;
}

}  // namespace tfy::access_tokens
