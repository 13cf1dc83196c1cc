#include "policy/rule_match.hpp"

#include <algorithm>

namespace tfy::policy {
namespace {

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
    return std::ranges::any_of(patterns, [text](const auto& pattern) { return glob(pattern, text); });
}

bool matches_subject(const std::vector<std::string>& patterns, std::string_view subject) {
    if (subject.empty()) return std::ranges::find(patterns, "*") != patterns.end();
    return matches_any(patterns, subject);
}

/// A rule for every tool is about what changes; it speaks of a tool that only reads if it names it.
bool speaks_of_tool(const Rule& rule, const Call& call) {
    return std::ranges::any_of(rule.tools, [&](const std::string& pattern) {
        return glob(pattern, call.tool) && (call.effect == Effect::changes || pattern != "*");
    });
}

}  // namespace

RuleMatch match(const Rule& rule, const Call& call, std::string_view subject, Time now) {
    return {.tool = speaks_of_tool(rule, call),
            .principal = matches_any(rule.principals, call.caller.principal),
            .client = matches_any(rule.clients, call.caller.client),
            .name = matches_subject(rule.names, subject),
            .when = !rule.when || rule.when->covers(now)};
}

}  // namespace tfy::policy
