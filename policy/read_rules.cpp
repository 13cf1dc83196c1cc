// policy.toml, read strictly: what is not understood stops the start. A rule that was ignored would be a gate
// left open.
#include <algorithm>
#include <iterator>
#include <map>

#include "policy/human.hpp"
#include "policy/near_miss.hpp"
#include "policy/read_channels.hpp"
#include "policy/rule.hpp"
#include "policy/toml_values.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view sections[] = {"groups", "rule", "terminal", "limits", "webhook", "notify"};
constexpr std::string_view group_prefix = "group:";
constexpr std::string_view rule_keys[] = {
    "tools",         "principals",     "clients",     "names",           "when",     "says",
    "min_assurance", "approvers",      "quorum",      "self_approval",   "lifetime", "denied_for",
    "remind_after",  "escalate_after", "escalate_to", "reason_required", "reveal",   "because"};
constexpr std::string_view terminal_keys[] = {"require_tty", "require_passphrase"};
constexpr std::string_view limit_keys[] = {"open_requests", "requests_per_minute", "claim_window",
                                           "repeat_outcome"};
constexpr std::string_view says_values[] = {"ask", "deny"};
constexpr std::string_view assurance_values[] = {"client", "terminal", "signed_in", "passkey"};
constexpr std::string_view destination_values[] = {"page", "agent", "none"};

constexpr auto a_person = R"(["ann"])";

/// A principal, or a display name, could never decide: no one signs in under it.
std::string not_a_person(std::string_view name) {
    return in_quotes(name) + " is not a person's name; use " + std::string(person_names) +
           ", for example \"ann\" or "
           "\"ann@example.com\"";
}

/// Fills rules from the parsed file.
class Reader : public TomlValues {
public:
    using TomlValues::TomlValues;

    Result<Rules> read(const toml::table& document) {
        Rules rules;
        if (const auto* groups = document.get("groups")) read_groups(*groups);
        for (const auto& [key, node] : document) {
            if (key == "groups")
                continue;
            else if (key == "rule")
                read_all_rules(rules, node);
            else if (key == "terminal")
                read_terminal(rules, node);
            else if (key == "limits")
                read_limits(rules, node);
            else if (key == "webhook")
                add(rules.channels, read_webhooks(*this, node));
            else if (key == "notify")
                add(rules.channels, read_notify(*this, node));
            else
                unknown_key(key, sections);
        }
        for (const auto& rule : rules.rules) check_nudges(rule, rules.channels);
        if (!problem().empty()) return Error{Errc::refused, problem()};
        return rules;
    }

private:
    // Values

    std::optional<Assurance> assurance(const toml::key& key, const toml::node& node) {
        return read_assurance(word(key, node, assurance_values));
    }

    std::optional<When> hours(const toml::key& key, const toml::node& node) {
        const auto value = text(key, node);
        if (!node.is_string()) return std::nullopt;
        auto read = When::read(value);
        if (!read) fail(node, in_quotes(key.str()) + ": " + read.error().message);
        return read ? std::optional(std::move(*read)) : std::nullopt;
    }

    std::vector<Destination> destinations(const toml::key& key, const toml::node& node) {
        std::vector<Destination> all;
        for (const auto& [name, where] : strings(key, node, R"(["page"])")) {
            const auto destination = read_destination(name);
            if (!destination)
                unknown_value(key, *where, name, destination_values);
            else if (std::ranges::find(all, *destination) != all.end())
                fail(*where, in_quotes(key.str()) + " holds " + in_quotes(name) + " twice");
            else
                all.push_back(*destination);
        }
        return all;
    }

    std::vector<std::string> people(const toml::key& key, const toml::node& node) {
        std::vector<std::string> all;
        for (auto& [name, where] : strings(key, node, a_person)) {
            std::vector<std::string> named = {name};
            if (name.starts_with(group_prefix)) {
                const auto group = groups_.find(name.substr(group_prefix.size()));
                if (group == groups_.end())
                    fail(*where, "there is no group " + in_quotes(name.substr(group_prefix.size())) +
                                     "; write it into [groups]");
                else
                    named = group->second;
            } else if (name.find_first_of("*?") != std::string::npos) {
                fail(*where,
                     in_quotes(key.str()) +
                         " are names of people, not patterns; without this key, any person may decide");
            } else if (!is_person_name(name)) {
                fail(*where, not_a_person(name));
            }
            for (auto& each : named)
                if (std::ranges::find(all, each) == all.end()) all.push_back(std::move(each));
        }
        return all;
    }

    std::vector<std::string> channel_names(const toml::key& key, const toml::node& node) {
        std::vector<std::string> all;
        for (auto& [name, where] : strings(key, node, R"(["oncall"])")) all.push_back(std::move(name));
        return all;
    }

    static void add(std::vector<Channel>& all, std::vector<Channel> more) {
        all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
    }

    // Sections

    void read_groups(const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) return fail(node, "'groups' must be a table: [groups]");
        for (const auto& [key, members] : *table) {
            auto& group = groups_[std::string(key.str())];
            for (auto& [name, where] : strings(key, members, a_person)) {
                if (name.starts_with(group_prefix) || name.find_first_of("*?") != std::string::npos)
                    fail(*where, "a group holds names of people, neither patterns nor groups");
                else if (!is_person_name(name))
                    fail(*where, not_a_person(name));
                group.push_back(name);
            }
        }
    }

    void read_all_rules(Rules& rules, const toml::node& node) {
        const auto* tables = node.as_array();
        if (!tables) return fail(node, "write [[rule]] with two brackets on each side: there may be many");
        for (const auto& each : *tables) {
            if (const auto* table = each.as_table())
                rules.rules.push_back(read_rule(*table));
            else
                fail(each, "a rule must be a table: [[rule]]");
        }
    }

    Rule read_rule(const toml::table& table) {
        Rule rule;
        rule.line = line_of(table.source());
        for (const auto& [key, node] : table) read_rule_key(rule, key, node);
        check_people(rule, table);
        return rule;
    }

    /// A rule that no one could ever satisfy would be a "deny" in disguise.
    void check_people(const Rule& rule, const toml::table& table) {
        const auto* quorum = table.get("quorum");
        if (quorum && !rule.approvers.empty() && rule.quorum > rule.approvers.size())
            fail(*quorum, "the quorum is " + std::to_string(rule.quorum) + ", but there " +
                              (rule.approvers.size() == 1
                                   ? "is only 1 approver"
                                   : "are only " + std::to_string(rule.approvers.size()) + " approvers"));
        const auto* least = table.get("min_assurance");
        if (least && rule.min_assurance == Assurance::client && asks_for_people(rule))
            fail(*least,
                 "a client's dialog does not identify the person, so a rule with 'approvers', 'quorum' or "
                 "'self_approval = false' needs 'terminal', 'signed_in' or 'passkey'");
    }

    /// What would never be told, or to no one, is no reminder.
    void check_nudges(const Rule& rule, const std::vector<Channel>& channels) {
        if (rule.escalate_after.has_value() == rule.escalate_to.empty())
            fail(rule.line, "'escalate_after' and 'escalate_to' go together: write both, or neither");
        for (const auto& after : {rule.remind_after, rule.escalate_after})
            if (after && *after >= rule.lifetime)
                fail(rule.line,
                     "'remind_after' and 'escalate_after' must be less than 'lifetime': no one decides after "
                     "it");
        std::vector<std::string_view> names;
        for (const auto& channel : channels)
            if (!channel.name.empty()) names.push_back(channel.name);
        for (const auto& name : rule.escalate_to)
            if (!is_one_of(name, names))
                fail(
                    rule.line,
                    "'escalate_to' holds " + in_quotes(name) + ", and there is no [notify." + name + "]" +
                        (near_miss(name, names) ? "; did you mean " + in_quotes(*near_miss(name, names)) + "?"
                                                : std::string{}));
        const auto told = [](const Channel& channel) { return hears(channel, Channel::Event::reminded); };
        if (rule.remind_after && std::ranges::none_of(channels, told))
            fail(rule.line,
                 "'remind_after' has no one to remind: no channel is told of 'requested' or 'reminded'");
    }

    void read_rule_key(Rule& rule, const toml::key& key, const toml::node& node) {
        if (key == "tools")
            rule.tools = tool_patterns(key, node);
        else if (key == "principals")
            rule.principals = principal_patterns(key, node);
        else if (key == "clients")
            rule.clients = patterns(key, node);
        else if (key == "names")
            rule.names = name_patterns(key, node);
        else if (key == "when")
            rule.when = hours(key, node);
        else if (key == "says")
            rule.says = word(key, node, says_values, " (no rule can switch the gate off)") == "deny"
                            ? Rule::Says::deny
                            : Rule::Says::ask;
        else if (key == "min_assurance")
            rule.min_assurance = assurance(key, node);
        else if (key == "approvers")
            rule.approvers = people(key, node);
        else if (key == "quorum")
            rule.quorum = count(key, node, 9);
        else if (key == "self_approval")
            rule.self_approval = flag(key, node);
        else if (key == "lifetime")
            rule.lifetime = duration(key, node);
        else if (key == "denied_for")
            rule.denied_for = duration(key, node);
        else if (key == "remind_after")
            rule.remind_after = duration(key, node);
        else if (key == "escalate_after")
            rule.escalate_after = duration(key, node);
        else if (key == "escalate_to")
            rule.escalate_to = channel_names(key, node);
        else if (key == "reason_required")
            rule.reason_required = flag(key, node);
        else if (key == "reveal")
            rule.reveal = destinations(key, node);
        else if (key == "because")
            rule.because = text(key, node);
        else
            unknown_key(key, rule_keys);
    }

    void read_terminal(Rules& rules, const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) return fail(node, "'terminal' must be a table: [terminal]");
        for (const auto& [key, value] : *table) {
            if (key == "require_tty")
                rules.terminal_requires_tty = flag(key, value);
            else if (key == "require_passphrase")
                rules.terminal_requires_passphrase = flag(key, value);
            else
                unknown_key(key, terminal_keys);
        }
    }

    void read_limits(Rules& rules, const toml::node& node) {
        const auto* table = node.as_table();
        if (!table) return fail(node, "'limits' must be a table: [limits]");
        for (const auto& [key, value] : *table) {
            if (key == "open_requests")
                rules.open_requests = count(key, value);
            else if (key == "requests_per_minute")
                rules.requests_per_minute = count(key, value);
            else if (key == "claim_window")
                rules.claim_window = duration(key, value);
            else if (key == "repeat_outcome")
                rules.repeat_outcome = duration(key, value);
            else
                unknown_key(key, limit_keys);
        }
    }

    std::map<std::string, std::vector<std::string>> groups_;
};

}  // namespace

Result<Rules> read_rules(std::string_view text, std::string_view file_name,
                         std::span<const std::string_view> tools) {
    Reader reader(file_name, tools);
    try {
        return reader.read(toml::parse(text, file_name));
    } catch (const toml::parse_error& failure) {
        return reader.error(line_of(failure.source()), in_words(failure));
    }
}

}  // namespace tfy::policy
