#include "server/cli/policy_explain.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <ostream>

#include "policy/near_miss.hpp"
#include "policy/principals.hpp"
#include "policy/visible.hpp"
#include "protocol/arguments.hpp"
#include "protocol/parse.hpp"
#include "server/app/console.hpp"
#include "server/app/services.hpp"
#include "server/approvals/applicable_rule.hpp"
#include "server/approvals/explanation.hpp"
#include "server/config/settings.hpp"
#include "server/storage/token_store.hpp"
#include "tools/own_command.hpp"
#include "tools/registry/dry_tools.hpp"
#include "tools/sandbox/control_plane.hpp"

namespace tfy::cli {
namespace {

using policy::Facts;
using Outcome = approvals::Explanation::Outcome;

class FixedClock final : public Clock {
public:
    explicit FixedClock(policy::Time now) : now_(now) {}
    policy::Time now() const override { return now_; }

private:
    policy::Time now_;
};

Error wrong_usage(const std::string& what) { return {Errc::invalid_params, what}; }

Result<policy::Time> moment(const std::string& at, const policy::Seals& seal) {
    if (at.empty()) return app::SystemClock().now();
    if (const auto time = policy::read_time(at)) return *time;
    return wrong_usage("--at " + policy::shown(seal, at, 64) +
                       " is not a time. Use for example 2026-11-23T12:00:00Z or 2026-11-23T12:00:00+01:00.");
}

Result<void> check_principal(const std::string& principal) {
    if (principal.empty() || policy::is_principal(principal)) return {};
    return wrong_usage(std::string("--principal must be ") + policy::principal_forms + ".");
}

Result<std::unique_ptr<sandbox::TokenStore>> sandbox_of(const config::Options& options) {
    if (!options.sandbox) return std::unique_ptr<sandbox::TokenStore>{};
    const auto folder = config::state_dir(options.state_dir);
    if (!folder) return folder.error();
    return storage::copy_sqlite_token_store(*folder / "sandbox.db");
}

/// The tools, and the sandbox that facts are read from, if there is one.
class DryHouse {
public:
    DryHouse(std::unique_ptr<sandbox::TokenStore> sandbox, const Clock& clock, const policy::Seals& seal)
        : plane_(plane_of(std::move(sandbox), clock)),
          tools_(plane_ ? sandbox::make_sandbox_exchange(*plane_) : nullptr, clock, seal) {}

    const registry::Catalog& catalog() const { return tools_.catalog(); }
    bool has_sandbox() const { return plane_.has_value(); }
    /// As the server would read them.
    static Result<Facts> facts(const registry::Catalog::Entry& entry, policy::Call call) {
        boost::asio::io_context loop;
        Result<Facts> facts = Error{};
        boost::asio::co_spawn(loop, entry.changes->facts(std::move(call)),
                              [&facts](const std::exception_ptr& bug, Result<Facts> read) {
                                  if (bug) std::rethrow_exception(bug);
                                  facts = std::move(read);
                              });
        loop.run();
        return facts;
    }

private:
    static std::optional<sandbox::ControlPlane> plane_of(std::unique_ptr<sandbox::TokenStore> token_store,
                                                         const Clock& clock) {
        if (!token_store) return std::nullopt;
        return std::optional<sandbox::ControlPlane>(std::in_place, std::move(token_store), clock);
    }

    std::optional<sandbox::ControlPlane> plane_;
    registry::DryTools tools_;
};

Result<const registry::Catalog::Entry*> entry_of(const registry::Catalog& catalog, const std::string& tool,
                                                 const policy::Seals& seal) {
    if (const auto* entry = catalog.find(tool)) return entry;
    std::vector<std::string_view> names;
    for (const auto& entry : catalog.entries()) names.push_back(entry.tool->name());
    const auto near = policy::near_miss(tool, names);
    return wrong_usage("There is no tool " + policy::shown(seal, tool, 64) +
                       (near ? "; did you mean " + std::string(*near) + "?"
                             : ". To list the tools: " + tools::own_program() + " docs tools"));
}

Result<Json> arguments_of(const registry::Catalog::Entry& entry, const std::string& text, policy::Time now) {
    auto arguments = protocol::parse(text);
    if (!arguments) {
        const auto& why = arguments.error().message;
        return wrong_usage("The arguments are not a JSON object. " + why.substr(0, why.find(" Nothing in ")) +
                           " Give them in quotes for the shell, for example '{\"id\": \"...\"}'.");
    }
    *arguments = protocol::as_meant(entry.definition.at("inputSchema"), std::move(*arguments));
    if (const auto fits = entry.input().validate(*arguments); !fits)
        return Error{Errc::refused,
                     "The server would refuse these arguments before any rule: " + fits.error().message};
    return entry.tool->canonical(std::move(*arguments), now);
}

policy::Call call_of(const registry::Catalog::Entry& entry, const config::Options& options,
                     const ExplainOptions& explain) {
    auto principal = explain.principal.empty() ? std::string(policy::stdio_principals) + config::os_user()
                                               : explain.principal;
    auto caller = policy::caller_with(std::move(principal));
    caller.client = explain.client;
    return {.server = "tfy-pat-mcp",
            .base_url = options.sandbox ? "sandbox:" : config::read_upstream().base_url,
            .tool = std::string(entry.tool->name()),
            .tool_version = entry.version(),
            .effect = entry.tool->effect(),
            .caller = std::move(caller)};
}

/// What the person would be told, as far as a dry run can know. Errors are those that the server would answer
/// with.
Result<Facts> facts_of(const DryHouse& house, const registry::Catalog::Entry& entry,
                       approvals::Explanation& so_far) {
    auto dry = entry.changes->dry_facts(so_far.call, so_far.at);
    if (house.has_sandbox() && dry.can_be_read) return DryHouse::facts(entry, so_far.call);
    so_far.notes.push_back(std::move(dry.note));
    if (dry.facts.subject.empty()) dry.facts.subject = so_far.name;
    return std::move(dry.facts);
}

void note_unknown_name(approvals::Explanation& that) {
    that.name_unknown = that.call.effect == policy::Effect::changes && that.name.empty();
    std::vector<std::string> lines;
    for (std::size_t i = 0; that.name_unknown && i < that.rules.size(); ++i) {
        if (that.decides && i >= *that.decides) break;
        auto named = that.matches[i];
        named.name = true;
        if (named.all()) lines.push_back(std::to_string(that.rules[i].line));
    }
    if (lines.empty()) return;
    const bool one = lines.size() == 1;
    std::string all;
    for (std::size_t i = 0; i < lines.size(); ++i)
        all += (i == 0 ? "" : i + 1 == lines.size() ? " and " : ", ") + lines[i];
    that.notes.push_back("The token's name is not known here, and the rule" + std::string(one ? "" : "s") +
                         " at line" + (one ? " " : "s ") + all + (one ? " decides" : " decide") +
                         " first if " + (one ? "it matches" : "they match") + ". Give the name with --name.");
}

/// What the call does besides, also if its facts, which name what it makes, were not read.
std::vector<tools::ChangeTool::Part> parts_of(const tools::ChangeTool& tool, approvals::Explanation& so_far,
                                              const std::optional<Facts>& facts) {
    auto parts = tool.parts(facts ? *facts : Facts{.subject = so_far.name, .effect = {}});
    if (!parts.empty() && (!facts || facts->target.is_null()))
        so_far.notes.emplace_back(
            "The new token's name was not read: rules that go by names are judged as if it were the old "
            "one's.");
    return parts;
}

void judge_ask(approvals::Explanation& that, const policy::Gate& gate, policy::Ask ask,
               const tools::ChangeTool& tool, std::optional<Facts> facts, const policy::Seals& seal) {
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
    that.unapprovable = policy::nobody_may_approve(terms, that.call.caller, seal).value_or("");
    if (facts && that.unapprovable.empty())
        that.request =
            gate.request(std::move(ask), std::move(*facts), "apr_dry_run", that.call.reason, that.at);
}

void judge(approvals::Explanation& that, policy::Rules rules, const tools::ChangeTool* tool,
           std::optional<Facts> facts, const policy::Seals& seal) {
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
        judge_ask(that, gate, std::move(*ask), *tool, std::move(facts), seal);
    } else {
        that.outcome = Outcome::passes;
    }
    note_unknown_name(that);
}

Result<approvals::Explanation> explain_call(const config::Options& options, const ExplainOptions& explain,
                                            const policy::Seals& seal) {
    const auto at = moment(explain.at, seal);
    if (!at) return at.error();
    if (const auto known = check_principal(explain.principal); !known) return known.error();
    auto rules = config::load_rules(options.policy);
    if (!rules) return rules.error();
    auto token_store = sandbox_of(options);
    if (!token_store) return token_store.error();
    const FixedClock clock(*at);
    const DryHouse house(std::move(*token_store), clock, seal);
    const auto entry = entry_of(house.catalog(), explain.tool, seal);
    if (!entry) return entry.error();
    const auto* const changes = (*entry)->changes;
    approvals::Explanation that{.call = call_of(**entry, options, explain),
                                .at = *at,
                                .yields_value = changes != nullptr && changes->yields_value(),
                                .rules_from = options.policy.empty() ? "built in" : options.policy,
                                .one_transport = !explain.principal.empty()};
    if (changes != nullptr) that.name = explain.name;
    std::optional<Facts> facts;
    if (!explain.arguments.empty()) {
        auto arguments = arguments_of(**entry, explain.arguments, *at);
        if (!arguments) return arguments.error();
        that.call.arguments = std::move(*arguments);
        policy::take_reason(that.call);
    }
    if (changes != nullptr && !explain.arguments.empty()) {
        auto read = facts_of(house, **entry, that);
        if (!read) return read.error();
        that.name = read->subject;
        facts = std::move(*read);
    }
    judge(that, std::move(*rules), changes, std::move(facts), seal);
    if (that.outcome == Outcome::asks && that.unapprovable.empty() && !that.request)
        that.notes.emplace_back("Give the arguments as JSON to see what the person would see.");
    return that;
}

}  // namespace

int run_policy_explain(const config::Options& options, const ExplainOptions& explain, std::ostream& out,
                       std::ostream& errors) {
    const app::Console console(options.state_dir);
    const auto that = explain_call(options, explain, console.seals());
    if (!that) {
        console.say(errors, "tfy-pat-mcp: " + that.error().message + "\n");
        return that.error().code == Errc::invalid_params ? 2 : 1;
    }
    if (explain.json)
        console.print(out, approvals::explain_json(*that, console.seals()));
    else
        console.say(out, approvals::explain_text(*that, console.seals()));
    return 0;
}

}  // namespace tfy::cli
