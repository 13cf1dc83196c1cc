// `policy explain`: a call is judged as the server would judge it, up to the point where somebody would be
// asked.
#include <ostream>

#include "policy/near_miss.hpp"
#include "protocol/arguments.hpp"
#include "protocol/parse.hpp"
#include "server/app/services.hpp"
#include "server/approvals/applicable_rule.hpp"
#include "server/approvals/explanation.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/dry_tools.hpp"
#include "server/sealing/printing.hpp"
#include "server/storage/token_store.hpp"
#include "tools/access_tokens/create_words.hpp"
#include "tools/access_tokens/rotations.hpp"

namespace tfy::cli {
namespace {

using policy::Facts;
using Outcome = approvals::Explanation::Outcome;

constexpr std::string_view create_tool = "tfy_access_tokens_create";

class FixedClock final : public Clock {
public:
    explicit FixedClock(policy::Time now) : now_(now) {}
    policy::Time now() const override { return now_; }

private:
    policy::Time now_;
};

Error wrong_usage(const std::string& what) { return {Errc::invalid_params, what}; }

Result<policy::Time> moment(const std::string& at) {
    if (at.empty()) return app::SystemClock().now();
    if (const auto time = policy::read_time(at)) return *time;
    return wrong_usage("--at " + policy::shown(at, 64) +
                       " is not a time. Use for example 2026-11-23T12:00:00Z or 2026-11-23T12:00:00+01:00.");
}

Result<void> check_principal(const std::string& principal) {
    for (const std::string_view transport : {"stdio:", "http:"})
        if (principal.starts_with(transport) && principal.size() > transport.size()) return {};
    if (principal.empty()) return {};
    return wrong_usage("--principal must be stdio:USER or http:loopback.");
}

Result<std::unique_ptr<sandbox::TokenStore>> sandbox_of(const config::Options& options) {
    if (!options.sandbox) return std::unique_ptr<sandbox::TokenStore>{};
    const auto folder = config::state_dir(options.state_dir);
    if (!folder) return folder.error();
    return storage::copy_sqlite_token_store(*folder / "sandbox.db");
}

Result<const registry::Catalog::Entry*> entry_of(const DryTools& tools, const std::string& tool) {
    if (const auto* entry = tools.find(tool)) return entry;
    const auto near = policy::near_miss(tool, policy::tool_names);
    return wrong_usage("There is no tool " + policy::shown(tool, 64) +
                       (near ? "; did you mean " + std::string(*near) + "?" : "."));
}

Result<Json> arguments_of(const registry::Catalog::Entry& entry, const std::string& text, policy::Time now) {
    auto arguments = protocol::parse(text);
    if (!arguments) {
        const auto& why = arguments.error().message;
        return wrong_usage("The arguments are not a JSON object. " + why.substr(0, why.find(" Nothing in ")));
    }
    *arguments = protocol::as_meant(entry.definition.at("inputSchema"), std::move(*arguments));
    if (const auto fits = entry.input.validate(*arguments); !fits)
        return Error{Errc::refused,
                     "The server would refuse these arguments before any rule: " + fits.error().message};
    return entry.tool->canonical(std::move(*arguments), now);
}

policy::Call call_of(const registry::Catalog::Entry& entry, const config::Options& options,
                     const ExplainOptions& explain) {
    constexpr std::string_view stdio = "stdio:";
    auto principal = explain.principal.empty() ? std::string(stdio) + config::os_user() : explain.principal;
    const bool on_stdio = principal.starts_with(stdio);
    auto whose = on_stdio ? principal.substr(stdio.size()) : std::string{};  // not known over HTTP
    return {
        .server = "tfy-pat-mcp",
        .base_url = options.sandbox ? "sandbox:" : config::read_upstream().base_url,
        .tool = std::string(entry.tool->name()),
        .tool_version = entry.version,
        .effect = entry.tool->effect(),
        .caller = {.principal = std::move(principal),
                   .client = explain.client,
                   .default_assurance = on_stdio ? policy::Assurance::client : policy::Assurance::signed_in,
                   .person = std::move(whose)}};
}

// What stands as verified on the screen must be so: what was not read is not shown as if it had been.
Facts unread_facts(const std::string& name) {
    return {.subject = name,
            .effect = "(the server says here what happens, once it has read the token)",
            .shown = {{"All facts", "(not read)"}}};
}

Facts unasked_creation(const policy::Call& call, policy::Time now) {
    auto facts = access_tokens::describe_creation(access_tokens::CreateAccessToken::Args::of(call), now);
    for (auto& fact : facts.shown)
        if (fact.label == access_tokens::name_is_free) fact.value = "(not asked)";
    return facts;
}

/// What the person would be told, as far as a dry run can know. Errors are those that the server would answer
/// with.
Result<Facts> facts_of(DryTools& tools, const registry::Catalog::Entry& entry,
                       approvals::Explanation& so_far) {
    if (tools.can_read(so_far.call.tool)) return tools.facts(entry, so_far.call);
    if (so_far.call.tool == create_tool) {
        so_far.notes.emplace_back(
            "Whether the name is taken was not asked: that needs a call to TrueFoundry. With --sandbox the "
            "sandbox is asked.");
        return unasked_creation(so_far.call, so_far.at);
    }
    so_far.notes.emplace_back(
        so_far.call.tool == "tfy_access_tokens_reveal"
            ? "The value waits in the memory of the server that created it: the facts about it cannot be "
              "read here."
            : "The facts about the token were not read: that needs a call to TrueFoundry. With --sandbox "
              "they are read from the sandbox.");
    return unread_facts(so_far.name);
}

void note_unknown_name(approvals::Explanation& that) {
    that.name_unknown = that.call.effect == policy::Effect::changes && that.name.empty();
    for (std::size_t i = 0; that.name_unknown && i < that.rules.size(); ++i) {
        if (that.decides && i >= *that.decides) return;
        auto named = that.matches[i];
        named.name = true;
        if (!named.all()) continue;
        that.notes.push_back("The token's name is not known here, and the rule at line " +
                             std::to_string(that.rules[i].line) +
                             " decides first if it matches. Give the name with --name.");
        return;
    }
}

/// What a rotation is besides, also where its facts, which name the new token, were not read.
std::vector<tools::Tool::Part> parts_of(const tools::Tool& tool, approvals::Explanation& so_far,
                                        const std::optional<Facts>& facts) {
    auto parts = facts ? tool.parts(*facts) : std::vector<tools::Tool::Part>{};
    if (!parts.empty() || tool.name() != access_tokens::rotate_tool) return parts;
    so_far.notes.emplace_back(
        "The new token's name was not read: rules that go by names are judged as if it were the old one's.");
    return {{"tfy_access_tokens_delete", so_far.name}, {"tfy_access_tokens_create", so_far.name}};
}

void judge_ask(approvals::Explanation& that, const policy::Gate& gate, policy::Ask ask,
               const tools::Tool& tool, std::optional<Facts> facts) {
    that.outcome = Outcome::asks;
    that.parts = parts_of(tool, that, facts);
    auto rule = approvals::applicable_rule(gate, ask, that.parts, that.at);
    if (!rule) {
        that.outcome = Outcome::denies;
        that.refused_part = rule.error().message;
        return;
    }
    ask.rule = std::move(*rule);
    that.in_force = ask.rule;
    const auto terms = policy::terms_of(ask.rule, that.call.caller, false);
    that.unapprovable = policy::nobody_may_approve(terms, that.call.caller).value_or("");
    if (facts && that.unapprovable.empty())
        that.request =
            gate.request(std::move(ask), std::move(*facts), "apr_dry_run", that.call.reason, that.at);
}

void judge(approvals::Explanation& that, policy::Rules rules, const tools::Tool& tool,
           std::optional<Facts> facts) {
    that.rules = rules.rules;
    for (const auto& rule : that.rules)
        that.matches.push_back(policy::match(rule, that.call, that.name, that.at));
    for (std::size_t i = that.rules.size(); i-- > 0;)
        if (that.matches[i].all()) that.decides = i;
    const policy::Gate gate(std::move(rules));
    auto verdict = gate.judge(that.call, that.name, that.at);
    if (auto* refusal = std::get_if<policy::Denial>(&verdict)) {
        that.outcome = that.decides ? Outcome::denies : Outcome::uncovered;
        that.refusal = std::move(*refusal);
    } else if (auto* ask = std::get_if<policy::Ask>(&verdict)) {
        judge_ask(that, gate, std::move(*ask), tool, std::move(facts));
    } else {
        that.outcome = Outcome::passes;
    }
    note_unknown_name(that);
}

Result<approvals::Explanation> explain_call(const config::Options& options, const ExplainOptions& explain) {
    const auto at = moment(explain.at);
    if (!at) return at.error();
    if (const auto known = check_principal(explain.principal); !known) return known.error();
    auto rules = config::load_rules(options.policy);
    if (!rules) return rules.error();
    auto token_store = sandbox_of(options);
    if (!token_store) return token_store.error();
    const FixedClock clock(*at);
    DryTools tools(std::move(*token_store), clock);
    const auto entry = entry_of(tools, explain.tool);
    if (!entry) return entry.error();
    approvals::Explanation that{.call = call_of(**entry, options, explain),
                                .at = *at,
                                .rules_from = options.policy.empty() ? "built in" : options.policy,
                                .one_transport = !explain.principal.empty()};
    const bool changes = that.call.effect == policy::Effect::changes;
    if (changes) that.name = explain.name;
    std::optional<Facts> facts;
    if (!explain.arguments.empty()) {
        auto arguments = arguments_of(**entry, explain.arguments, *at);
        if (!arguments) return arguments.error();
        that.call.arguments = std::move(*arguments);
        policy::take_reason(that.call);
    }
    if (changes && !explain.arguments.empty()) {
        auto read = facts_of(tools, **entry, that);
        if (!read) return read.error();
        that.name = read->subject;
        facts = std::move(*read);
    }
    judge(that, std::move(*rules), *(*entry)->tool, std::move(facts));
    if (that.outcome == Outcome::asks && that.unapprovable.empty() && !that.request)
        that.notes.emplace_back("Give the arguments as JSON to see what the person would see.");
    return that;
}

}  // namespace

int run_policy_explain(const config::Options& options, const ExplainOptions& explain, std::ostream& out,
                       std::ostream& errors) {
    const redaction::Redactor redactor({}, {});
    const auto that = explain_call(options, explain);
    if (!that) {
        sealing::print_error(errors, that.error().message);
        return that.error().code == Errc::invalid_params ? 2 : 1;
    }
    if (explain.json)
        sealing::print_json(out, redactor, approvals::explain_json(*that));
    else
        sealing::print_text(out, redactor, approvals::explain_text(*that));
    return 0;
}

}  // namespace tfy::cli
