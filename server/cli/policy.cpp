// `policy check`: the rules, read as the server would read them.
#include <ostream>

#include "server/app/services.hpp"
#include "server/cli/commands.hpp"
#include "server/sealing/printing.hpp"

namespace tfy::cli {
namespace {

// The host at the most: path and query of an address may be secrets.
std::string line_of(const policy::Webhook& webhook) {
    const auto url = policy::read_webhook_url(webhook.url);
    std::string events;
    for (const auto event : webhook.events)
        events += (events.empty() ? "" : ", ") + std::string(policy::to_string(event));
    return "Webhook of line " + std::to_string(webhook.line) + ": " +
           std::string(policy::to_string(webhook.format)) + " to " +
           (url ? url->host : "the address in " + webhook.url_file) + ", told: " + events + ".\n";
}

}  // namespace

int run_policy_check(const std::string& file, std::ostream& out, std::ostream& errors) {
    const redaction::Redactor nothing_known({}, {});
    const auto rules = config::load_rules(file);
    if (!rules) {
        sealing::print_text(errors, nothing_known, rules.error().message + "\n");
        return 1;
    }
    const auto count = rules->rules.size();
    auto text =
        "The rules are well-formed: " + std::to_string(count) + (count == 1 ? " rule.\n" : " rules.\n");
    if (count == 0)
        text +=
            "Without a rule, every call that changes something is refused. A file of your own replaces all "
            "of the "
            "built-in rules: begin with a copy of them, manifests/policy.toml.\n";
    for (const auto& webhook : rules->webhooks) text += line_of(webhook);
    sealing::print_text(out, nothing_known, text);
    return 0;
}

}  // namespace tfy::cli
