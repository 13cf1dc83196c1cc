#include "server/cli/policy.hpp"

#include <algorithm>
#include <ostream>

#include "manifests/embedded.hpp"
#include "policy/principals.hpp"
#include "server/cli/approvals_notify.hpp"
#include "server/cli/policy_explain.hpp"
#include "server/config/settings.hpp"
#include "tools/access_tokens/names.hpp"

namespace tfy::cli {
namespace {

// The host at the most: path and query of an address may be secrets.
std::string line_of(const policy::Channel& channel, const policy::Rules& rules) {
    const auto url = channel.format == policy::Channel::Format::email ? policy::read_mail_url(channel.url)
                                                                      : policy::read_webhook_url(channel.url);
    return (channel.name.empty() ? "Webhook" : "Channel " + channel.name) + " of line " +
           std::to_string(channel.line) + ": " + std::string(policy::to_string(channel.format)) + " to " +
           (url ? url->host : "the address in " + channel.url_file) + ", told: " + told_of(channel, rules) +
           ".\n";
}

bool only_reads(std::string_view tool) {
    return Json::parse(manifests::file("tools/" + std::string(tool) + ".json"))
        .at("annotations")
        .at("readOnlyHint")
        .get<bool>();
}

/// What the rule asks a person about, and no one is asked about.
std::string asked_in_vain(const policy::Rule& rule) {
    if (rule.says != policy::Rule::Says::ask) return {};
    std::string named;
    for (const auto& pattern : rule.tools) {
        const auto changes = [&](std::string_view tool) {
            return policy::glob(pattern, tool) && !only_reads(tool);
        };
        if (std::ranges::any_of(manifests::tool_names(), changes)) continue;
        named += (named.empty() ? "" : ", ") + pattern;
    }
    if (named.empty()) return {};
    return "The rule at line " + std::to_string(rule.line) + " asks about calls that only read (" + named +
           "): no person is asked about them, and they pass. To refuse them, write says = \"deny\".";
}

std::string explaining(std::string_view tool) { return "tfy-pat-mcp policy explain " + std::string(tool); }

/// What well-formed rules still do not do, a sentence each.
std::vector<std::string> warnings_of(const policy::Rules& rules, const std::string& file) {
    std::vector<std::string> all;
    if (auto open = config::rules_open_to_others(file); !open.empty())
        all.push_back(std::move(open) + " Run chmod o-w on it, then read it through.");
    if (rules.rules.empty())
        all.emplace_back(
            "Without a rule, every call that changes something is refused. A file of your own replaces all "
            "of the built-in rules: begin with a copy of them, manifests/policy.toml.");
    for (const auto& rule : rules.rules)
        if (auto vain = asked_in_vain(rule); !vain.empty()) all.push_back(std::move(vain));
    return all;
}

Json checked_as_json(const policy::Rules& rules, const std::string& file) {
    auto channels = Json::array();
    for (const auto& channel : rules.channels)
        channels.push_back({{"channel", channel.called()},
                            {"line", channel.line},
                            {"format", std::string(policy::to_string(channel.format))},
                            {"told", told_of(channel, rules)}});
    return {{"rules", rules.rules.size()},
            {"warnings", warnings_of(rules, file)},
            {"channels", std::move(channels)}};
}

struct CheckChoice {
    std::string file = {};
    bool json = false;
};

void add_check(CommandLine& line, CLI::App& policy) {
    const auto chosen = std::make_shared<CheckChoice>();
    auto& check = line.add(
        policy, {"check",
                 "Check a rules file and report what is wrong with it",
                 {"--policy --config", {"tfy-pat-mcp policy check policy.toml", "tfy-pat-mcp policy check"}},
                 [chosen](Invocation& call) {
                     return run_policy_check(chosen->file.empty() ? call.options.policy : chosen->file,
                                             chosen->json, call.console, call.out, call.err);
                 }});
    check.add_option("FILE", chosen->file, "The rules file; without it, the rules of --policy");
    check.add_flag("--json", chosen->json, "Print JSON");
}

void add_explain(CommandLine& line, CLI::App& policy) {
    const auto chosen = std::make_shared<ExplainOptions>();
    auto& explain =
        line.add(policy, {"explain",
                          "Show which rule would apply to a call, and why; nothing runs",
                          {"--policy --sandbox --state-dir --config",
                           {explaining(access_tokens::delete_tool) + " --name ci-runner",
                            explaining(access_tokens::create_tool) + " --principal http:loopback"}},
                          [chosen](Invocation& call) {
                              return run_policy_explain(call.options, *chosen, call.out, call.err);
                          }});
    explain.add_option("TOOL", chosen->tool, "The tool, by its name")->required();
    explain.add_option("JSON", chosen->arguments,
                       "Its arguments; if you give them, the approval screen is shown too");
    const auto option = [&explain](const char* name, std::string& place, const std::string& what,
                                   const char* value, const char* otherwise = "") {
        spelled(explain.add_option(name, place, what), value, otherwise);
    };
    option("--principal", chosen->principal, std::string("Who calls: ") + policy::principal_forms, "NAME",
           "you, on stdio");
    option("--client", chosen->client, "The client's name, as the client gives it", "NAME");
    option("--name", chosen->name, "The token's name, if the arguments do not give it", "NAME");
    option("--at", chosen->at, "When: 2026-11-23T12:00:00Z", "TIME", "now");
    explain.add_flag("--json", chosen->json, "Print JSON");
}

}  // namespace

void add_policy(CommandLine& line) {
    auto& policy = line.add({"policy",
                             "Check the rules, or ask which one applies",
                             {"--policy --config",
                              {"tfy-pat-mcp policy check policy.toml",
                               explaining(access_tokens::delete_tool) + " --name ci-runner"}}});
    add_check(line, policy);
    add_explain(line, policy);
}

int run_policy_check(const std::string& file, bool json, const app::Console& console, std::ostream& out,
                     std::ostream& errors) {
    const auto rules = config::load_rules(file);
    if (!rules) {
        auto why = rules.error();
        why.message += (why.message.ends_with('.') || why.message.ends_with('?') ? "" : ".");
        if (!why.message.ends_with("permissions.")) why.message += " Correct the file, and check it again.";
        console.fail(errors, why);
        return 1;
    }
    if (json) {
        console.print(out, checked_as_json(*rules, file));
        return 0;
    }
    const auto count = rules->rules.size();
    auto text =
        "The rules are well-formed: " + std::to_string(count) + (count == 1 ? " rule.\n" : " rules.\n");
    for (const auto& warning : warnings_of(*rules, file)) text += "Warning: " + warning + "\n";
    for (const auto& channel : rules->channels) text += line_of(channel, *rules);
    if (!rules->channels.empty())
        text +=
            "The files that channels name were not read; a start needs them, and the doctor reads them.\n";
    console.say(out, text);
    return 0;
}

}  // namespace tfy::cli
