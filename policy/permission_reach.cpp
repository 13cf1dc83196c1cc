#include "policy/permission_reach.hpp"

#include <algorithm>

#include "policy/gate.hpp"
#include "policy/principals.hpp"
#include "policy/rule_match.hpp"
#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

constexpr std::chrono::minutes step{1};  // hours of rules are told in minutes

/// How much of the permission's time a rule's hours cover.
enum class Share { none, some, all };
Share share_of_time(const Rule& rule, const StandingPermission& permission, Time now) {
    if (!rule.when) return Share::all;
    bool some = false, all = true;
    for (auto at = now; at < permission.until; at += step) {
        const bool covered = rule.when->covers(at);
        some = some || covered;
        all = all && covered;
    }
    return !some ? Share::none : all ? Share::all : Share::some;
}

/// Whether every text that matches `narrow` matches `wide`, as far as that can be seen.
bool contains(const std::string& wide, const std::string& narrow) {
    if (wide == narrow) return true;
    if (narrow.find_first_of("*?") == std::string::npos) return glob(wide, narrow);
    const auto star = wide.find_first_of("*?");
    return star + 1 == wide.size() && wide.back() == '*' && narrow.starts_with(wide.substr(0, star));
}

/// Whether no later rule speaks of any call of the permission's.
bool is_the_last(const Rule& rule, const StandingPermission& permission, Share time) {
    return time == Share::all && std::ranges::find(rule.clients, "*") != rule.clients.end() &&
           std::ranges::any_of(rule.names,
                               [&](const auto& name) { return contains(name, permission.names); });
}

/// A request that the permission is made for, under `rule`.
Approval likely_request(const StandingPermission& permission, const Rule& rule, Time now) {
    Call call;
    call.tool = "tfy_access_tokens_create";
    call.base_url = permission.base_url;
    Json payload = Json::object();
    if (!permission.kind.team.empty()) payload["teamName"] = permission.kind.team;
    if (!permission.kind.account.empty()) payload["accountName"] = permission.kind.account;
    if (!permission.kind.type.empty()) payload["tokenType"] = permission.kind.type;
    call.arguments = {{"payload", std::move(payload)}};
    call.caller = caller_with(permission.principal);
    Facts facts;
    facts.subject = permission.names;  // a pattern matches itself
    facts.expires = now + permission.longest_life;
    facts.yields_value = true;
    return Gate(Rules{}).request({std::move(call), rule}, std::move(facts), {}, {}, now);
}

std::string at_line(const Rule& rule, const std::string& why) {
    return rule.line == 0 ? why : "Rule at line " + std::to_string(rule.line) + ": " + why;
}

}  // namespace

bool overlap(std::string_view one, std::string_view other) {
    // reach[j]: whether the beginnings one[0, i) and other[0, j) share a text.
    std::vector<bool> reach(other.size() + 1), next(other.size() + 1);
    for (std::size_t i = 0; i <= one.size(); ++i) {
        for (std::size_t j = 0; j <= other.size(); ++j) {
            const bool star = i > 0 && one[i - 1] == '*', other_star = j > 0 && other[j - 1] == '*';
            bool both = i == 0 && j == 0;
            if (i > 0 && star) both = both || reach[j] || (j > 0 && next[j - 1]);
            if (j > 0 && other_star) both = both || next[j - 1] || (i > 0 && reach[j]);
            if (i > 0 && j > 0 && !star && !other_star)
                both =
                    reach[j - 1] && (one[i - 1] == '?' || other[j - 1] == '?' || one[i - 1] == other[j - 1]);
            next[j] = both;
        }
        std::swap(reach, next);
    }
    return reach[other.size()];
}

bool may_match_a_principal(std::string_view pattern) {
    return std::ranges::any_of(principal_patterns, [&](auto form) { return overlap(pattern, form); });
}

std::optional<std::string> cannot_count(const StandingPermission& permission, const Rules& rules, Time now,
                                        const Seals& seal) {
    std::optional<std::string> first;
    for (const auto& rule : rules.rules) {
        const auto fresh = likely_request(permission, rule, now);
        const auto fits = match(rule, fresh.call, {}, now);
        const bool named = std::ranges::any_of(
            rule.names, [&](const auto& name) { return overlap(name, permission.names); });
        const auto time = share_of_time(rule, permission, now);
        if (!fits.tool || !fits.principal || !named || time == Share::none) continue;
        std::optional<std::string> why = "It refuses these calls, so no permission can count here.";
        if (rule.says == Rule::Says::ask) why = not_covered(permission, fresh, permission.holder, now, seal);
        if (!why) return std::nullopt;
        if (!first) first = at_line(rule, *why);
        if (is_the_last(rule, permission, time)) return first;
    }
    if (first) return first;
    return "No rule covers the creation of these tokens by " + shown(seal, permission.principal, 100) +
           ", so no permission can count here.";
}

std::optional<std::string> nearly_covers(const StandingPermission& permission, const Approval& fresh,
                                         const KeyIdentity& with, Time now, const Seals& seal) {
    const bool near = may_be_permitted(fresh.call) && fresh.call.caller.principal == permission.principal &&
                      glob(permission.names, fresh.facts.subject);
    if (!near) return std::nullopt;
    const auto why = not_covered(permission, fresh, with, now, seal);
    if (!why) return std::nullopt;
    return permission.id + " (" + permission.words(seal) + ") does not cover this. " + *why;
}

void tell_near_permissions(Approval& fresh, const std::vector<StandingPermission>& permissions,
                           const KeyIdentity& with, Time now, const Seals& seal) {
    for (const auto& permission : permissions)
        if (auto why = nearly_covers(permission, fresh, with, now, seal))
            fresh.facts.shown.push_back({std::string(permission_label), std::move(*why)});
}

}  // namespace tfy::policy
