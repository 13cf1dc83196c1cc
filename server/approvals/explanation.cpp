#include "server/approvals/explanation.hpp"

#include <algorithm>
#include <array>

#include "policy/dialogue/approval_text.hpp"
#include "policy/principals.hpp"
#include "policy/visible.hpp"
#include "server/approvals/requirements.hpp"

namespace tfy::approvals {
namespace {

using policy::Assurance;
using policy::Rule;
using policy::RuleMatch;
using Outcome = Explanation::Outcome;

constexpr std::array<std::string_view, 4> outcome_names{"passes", "ask", "deny", "uncovered"};

std::string_view says(const Rule& rule) { return rule.says == Rule::Says::ask ? "ask" : "deny"; }

std::string listed(const std::vector<std::string>& patterns, const policy::Seals& seal) {
    return policy::shown(seal, Json(patterns).dump());
}

bool is_any(const std::vector<std::string>& patterns) { return patterns == std::vector<std::string>{"*"}; }

Assurance least(const Rule& rule, bool over_http) {
    const policy::Caller caller{.principal = {},
                                .default_assurance = over_http ? Assurance::signed_in : Assurance::client};
    return policy::terms_of(rule, caller, false).min_assurance;
}

std::string joined(const std::vector<std::string>& items, const char* between) {
    std::string text;
    for (const auto& item : items) text += (text.empty() ? "" : between) + item;
    return text;
}

std::vector<std::string> destinations(const Rule& rule) {
    std::vector<std::string> names;
    for (const auto each : rule.reveal) names.emplace_back(policy::to_string(each));
    return names;
}

// Words

std::string key_line(bool fits, const std::string& text, const std::string& why_not) {
    return std::string(fits ? "    yes  " : "    no   ") + text + (fits ? "" : "   " + why_not) + "\n";
}

std::string is(const std::string& value, const policy::Seals& seal) {
    return value.empty() ? "it has none" : "it is " + policy::shown(seal, value);
}

std::string why_not_this_tool(const Explanation& that, const Rule& rule) {
    const bool speaks_of_all = std::ranges::find(rule.tools, "*") != rule.tools.end();
    if (speaks_of_all) return "it only reads, and \"*\" speaks of what changes something";
    return "it is " + that.call.tool;
}

/// Keys that are left out match everything, and are left out here, too.
std::string key_lines(const Explanation& that, const Rule& rule, const RuleMatch& match,
                      const policy::Seals& seal) {
    auto text = key_line(match.tool, "tools = " + listed(rule.tools, seal), why_not_this_tool(that, rule));
    const auto key = [&](bool fits, const char* name, const std::vector<std::string>& patterns,
                         const std::string& why_not) {
        if (!is_any(patterns)) text += key_line(fits, name + (" = " + listed(patterns, seal)), why_not);
    };
    key(match.principal, "principals", rule.principals, is(that.call.caller.principal, seal));
    key(match.client, "clients", rule.clients, is(that.call.caller.client, seal));
    key(match.name, "names", rule.names,
        that.name_unknown ? "unknown here: give it with --name" : is(that.name, seal));
    if (rule.when)
        text += key_line(match.when, "when = \"" + rule.when->text() + "\"",
                         "there it is " + rule.when->local(that.at));
    return text;
}

/// An asking rule lets what only reads pass: also before a later rule that would deny it.
bool passes_by(const Explanation& that, const Rule& rule) {
    return rule.says == Rule::Says::ask && that.call.effect == policy::Effect::reads;
}

std::string rule_lines(const Explanation& that, std::size_t index, const policy::Seals& seal) {
    const auto& rule = that.rules[index];
    const auto& match = that.matches[index];
    auto text = "Line " + std::to_string(rule.line) + ", " + std::string(says(rule)) + ": ";
    if (!match.all())
        text += "does not match";
    else if (that.decides == index)
        text += passes_by(that, rule) ? "matches, and decides: it asks no one about a call that only reads"
                                      : "matches, and decides";
    else
        text += "matches, but line " + std::to_string(that.rules[*that.decides].line) + " decides before it";
    return text + "\n" + key_lines(that, rule, match, seal);
}

std::string opening(const Explanation& that, const policy::Seals& seal) {
    const auto& caller = that.call.caller;
    auto text = that.call.tool + ", asked by " + policy::shown(seal, caller.principal);
    if (!caller.client.empty()) text += " through " + policy::shown(seal, caller.client);
    if (!that.name.empty()) text += ", for the token " + policy::shown(seal, that.name);
    return text + ", at " + policy::format_time_for_people(that.at) +
           ".\nThis is a dry run: no person is asked, and nothing is recorded.\n\nRules (" +
           policy::shown(seal, that.rules_from) + "), the first that matches decides:\n\n";
}

/// "it is TOOL for ci-db and …, under their rules."
std::string part_words(const Explanation& that, const policy::Seals& seal) {
    std::vector<std::string> all;
    for (const auto& part : that.parts)
        all.push_back(std::string(part.tool) +
                      (part.subject.empty() ? "" : " for " + policy::shown(seal, part.subject)));
    return "it is " + joined(all, " and ") + " as well, so their rules also apply.";
}

std::string outcome_words(const Explanation& that, const policy::Seals& seal) {
    const auto line = that.decides ? std::to_string(that.rules[*that.decides].line) : std::string{};
    switch (that.outcome) {
        case Outcome::passes:
            return "Outcome: it passes. It only reads, and " +
                   (that.decides ? "the rule at line " + line + " does not deny it.\n"
                                 : "no rule denies it.\n");
        case Outcome::denies:
            if (!that.refused_part.empty())
                return "Outcome: the rule at line " + line + " asks a person, but " + part_words(that, seal) +
                       " And that is refused: " + that.refused_part + "\n";
            return "Outcome: the rule at line " + line +
                   " refuses it; no person is asked: " + policy::shown(seal, that.refusal.because) + ".\n";
        case Outcome::uncovered:
            return "Outcome: it is refused; no person is asked: " +
                   policy::shown(seal, that.refusal.because) + ".\n";
        case Outcome::asks: break;
    }
    const auto& because = that.rules[*that.decides].because;
    auto text = std::string("Outcome: ");
    if (!that.unapprovable.empty())
        text += "no person can approve it, so it is refused at once. " + that.unapprovable +
                "\nIt comes of this: a";
    else
        text += "a";
    text += " person must decide, under the rule at line " + line +
            (because.empty() ? "" : ": " + policy::shown(seal, because)) + ".\n";
    if (!that.parts.empty())
        text += "But " + part_words(that, seal) + " Everything that these ask for is needed:\n";
    return text;
}

std::string who_decides(const Rule& rule, const policy::Seals& seal) {
    auto text = "  Who decides: " + (rule.quorum == 1 ? std::string("one person")
                                                      : std::to_string(rule.quorum) + " different people");
    if (!rule.approvers.empty()) text += " of " + policy::shown(seal, joined(rule.approvers, ", "));
    if (!rule.self_approval) text += ", other than the agent's own";
    return text + "\n";
}

/// A caller that was given has one transport.
bool tells_of(const Explanation& that, bool over_http) {
    const bool on_stdio = that.call.caller.principal.starts_with(policy::stdio_principals);
    return !that.one_transport || over_http != on_stdio;
}

std::string terms(const Explanation& that, const policy::Seals& seal) {
    const auto& rule = *that.in_force;
    auto text = who_decides(rule, seal);
    for (const bool over_http : {false, true}) {
        if (!tells_of(that, over_http)) continue;
        const auto level = least(rule, over_http);
        text += std::string(over_http ? "  Over HTTP" : "  On stdio") + " it takes a decision of level " +
                std::string(policy::to_string(level)) + ":\n";
        for (const auto& channel : channels(level, over_http)) text += "    - " + channel + "\n";
    }
    text += "  Time to decide: " + policy::format_duration(rule.lifetime) + "\n";
    text += "  A denial answers the same call for: " + policy::format_duration(rule.denied_for) + "\n";
    if (rule.remind_after)
        text += "  A reminder is sent after: " + policy::format_duration(*rule.remind_after) + "\n";
    if (rule.escalate_after)
        text += "  After " + policy::format_duration(*rule.escalate_after) +
                " these channels are told, too: " + policy::shown(seal, joined(rule.escalate_to, ", ")) +
                "\n";
    text +=
        std::string("  The person's reason: ") + (rule.reason_required ? "required" : "not required") + "\n";
    if (that.yields_value) text += "  The value may go to: " + joined(destinations(rule), ", ") + "\n";
    return text;
}

// JSON

Json rule_json(const Rule& rule, const RuleMatch& match, policy::Time at) {
    Json json = {{"line", rule.line},
                 {"says", says(rule)},
                 {"matches", match.all()},
                 {"tools", match.tool},
                 {"principals", match.principal},
                 {"clients", match.client},
                 {"names", match.name},
                 {"when", match.when}};
    if (rule.when) json["hours"] = {{"when", rule.when->text()}, {"local_time", rule.when->local(at)}};
    return json;
}

Json terms_json(const Explanation& that) {
    const auto& rule = *that.in_force;
    const auto door = [&](bool over_http) -> Json {
        if (!tells_of(that, over_http)) return nullptr;
        const auto level = least(rule, over_http);
        return {{"min_assurance", policy::to_string(level)}, {"channels", channels(level, over_http)}};
    };
    Json json = {{"stdio", door(false)},
                 {"http", door(true)},
                 {"lifetime_seconds", std::chrono::floor<std::chrono::seconds>(rule.lifetime).count()},
                 {"denied_for_seconds", std::chrono::floor<std::chrono::seconds>(rule.denied_for).count()},
                 {"reason_required", rule.reason_required},
                 {"approvers", rule.approvers},
                 {"quorum", rule.quorum},
                 {"self_approval", rule.self_approval}};
    const auto seconds = [](const std::optional<policy::Duration>& span) {
        return span ? Json(std::chrono::floor<std::chrono::seconds>(*span).count()) : Json(nullptr);
    };
    json["remind_after_seconds"] = seconds(rule.remind_after);
    json["escalate_after_seconds"] = seconds(rule.escalate_after);
    json["escalate_to"] = rule.escalate_to;
    if (that.yields_value) json["destinations"] = destinations(rule);
    return json;
}

Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

}  // namespace

std::string explain_text(const Explanation& that, const policy::Seals& seal) {
    auto text = that.unapprovable.empty()
                    ? std::string{}
                    : "NO PERSON CAN APPROVE THIS CALL. It is refused at once, and no person sees it.\n\n";
    text += opening(that, seal);
    if (that.rules.empty()) text += "There are none.\n";
    for (std::size_t i = 0; i < that.rules.size(); ++i) text += rule_lines(that, i, seal);
    text += "\n" + outcome_words(that, seal);
    if (that.outcome == Outcome::asks) text += terms(that, seal);
    for (const auto& note : that.notes) text += "\nNote: " + policy::shown(seal, note) + "\n";
    if (that.request)
        text += "\nWhat the person would see:\n\n" + dialogue::screen(*that.request, that.at, seal);
    return text;
}

Json explain_json(const Explanation& that, const policy::Seals& seal) {
    Json json = {{"tool", that.call.tool},
                 {"principal", that.call.caller.principal},
                 {"client", or_null(that.call.caller.client)},
                 {"name", or_null(that.name)},
                 {"at", policy::format_time(that.at)},
                 {"rules_from", that.rules_from},
                 {"rules", Json::array()},
                 {"outcome", outcome_names.at(static_cast<std::size_t>(that.outcome))},
                 {"line", that.decides ? Json(that.rules[*that.decides].line) : Json(nullptr)},
                 {"because", or_null(that.refused_part.empty() ? that.refusal.because : that.refused_part)},
                 {"terms", nullptr},
                 {"notes", that.notes},
                 {"screen", nullptr}};
    for (std::size_t i = 0; i < that.rules.size(); ++i)
        json["rules"].push_back(rule_json(that.rules[i], that.matches[i], that.at));
    if (that.outcome == Outcome::asks) {
        json["because"] = or_null(that.rules[*that.decides].because);
        json["terms"] = terms_json(that);
        json["nobody_may_approve"] = or_null(that.unapprovable);
    }
    for (const auto& part : that.parts)
        json["parts"].push_back({{"tool", part.tool}, {"name", or_null(part.subject)}});
    if (that.request) json["screen"] = dialogue::screen(*that.request, that.at, seal);
    return json;
}

}  // namespace tfy::approvals
