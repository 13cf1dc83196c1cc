// The rules of policy.toml as values.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/call.hpp"
#include "policy/channel.hpp"
#include "policy/when.hpp"

namespace tfy::policy {

/// Where a new token's value goes, as the approving person chose.
enum class Destination { page, agent, none };
std::string_view to_string(Destination destination);
std::optional<Destination> read_destination(std::string_view text);

struct Rule {
    enum class Says { ask, deny };

    std::vector<std::string> tools = {"*"};  // globs
    std::vector<std::string> principals = {"*"};
    std::vector<std::string> clients = {"*"};
    std::vector<std::string> names = {"*"};  // token names
    std::optional<When> when;                // none: always
    Says says = Says::ask;
    std::optional<Assurance> min_assurance;
    std::vector<std::string> approvers = {};  // people by name, groups resolved; empty: anyone
    std::size_t quorum = 1;                   // different people who must say yes
    bool self_approval = true;                // whether the person whose agent asks may say yes
    Duration lifetime = std::chrono::minutes{15};
    Duration denied_for = std::chrono::minutes{15};  // for so long a denial answers the same call
    bool reason_required = false;
    std::vector<Destination> reveal = {Destination::page, Destination::agent, Destination::none};
    std::string because;                          // shown to the agent and to the person
    int line = 0;                                 // where it is in the file
    std::optional<Duration> remind_after = {};    // who was told of the request is told again; none: never
    std::optional<Duration> escalate_after = {};  // these are told, too; none: never
    std::vector<std::string> escalate_to = {};    // names of channels

    bool operator==(const Rule&) const = default;
};

/// Whether it matters who decides: then a person must be known by name.
bool asks_for_people(const Rule& rule);

/// A rule that asks for what both ask for: for a call that does what each of them speaks of. `otherwise` is
/// the assurance if a rule names none. nullopt if no one could satisfy both: no approver or no
/// destination in common.
std::optional<Rule> both(Rule rule, const Rule& other, Assurance otherwise);

struct Rules {
    std::vector<Rule> rules;
    bool terminal_requires_tty = true;                   // [terminal] require_tty
    bool terminal_requires_passphrase = true;            // [terminal] require_passphrase
    std::size_t open_requests = 16;                      // [limits] open_requests, per principal
    std::size_t requests_per_minute = 30;                // [limits] requests_per_minute, per principal
    Duration claim_window = std::chrono::minutes{15};    // [limits] claim_window
    Duration repeat_outcome = std::chrono::minutes{10};  // [limits] repeat_outcome: see answers_until()
    std::vector<Channel> channels = {};                  // [[webhook]] and [notify.NAME]
};

/// Reads policy.toml. Unknown keys or values fail: Errc::refused, "policy.toml line 12: unknown key 'tool';
/// did you mean 'tools'?"; so do tool patterns that match none of `tools`, groups that are not there, and
/// rules that no one could satisfy. The first wrong line is the one that is told.
Result<Rules> read_rules(std::string_view toml, std::string_view file_name,
                         std::span<const std::string_view> tools);

/// '*' (any characters, also none) and '?' (one character) as in a shell; everything else is itself. No
/// recursion: the time is bounded by the length of the pattern times that of the text.
bool glob(std::string_view pattern, std::string_view text);

}  // namespace tfy::policy
