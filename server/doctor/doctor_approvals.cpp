#include "server/doctor/doctor_approvals.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "policy/principals.hpp"
#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/approvals/requirements.hpp"
#include "server/doctor/doctor_finding.hpp"
#include "server/people/earlier_passphrases.hpp"
#include "server/people/void_passkeys.hpp"
#include "server/storage/regular_file.hpp"
#include "server/system/browser.hpp"
#include "tools/own_command.hpp"
#include "tools/registry/dry_tools.hpp"

namespace tfy::doctor {
namespace {

namespace fs = std::filesystem;
using Level = CheckResult::Level;

CheckResult people_of(const std::vector<storage::Person>& people, bool sandbox) {
    std::string names;
    for (const auto& each : people)
        if (each.decides()) names += (names.empty() ? "" : ", ") + each.name;
    if (people.empty() && sandbox)
        return {
            Level::ok, "people",
            "no one is enrolled; until someone is, serve --sandbox prints a code that signs in to the page",
            "To decide in a terminal, be the first: " + tools::own_command("people first")};
    if (people.empty())
        return {Level::warning, "people", "no one is enrolled: no one is known to decide",
                "Be the first: " + tools::own_command("people first")};
    const auto& first = people.front();
    return {Level::ok, "people",
            names + " may decide; the first was " + first.name + ", on " +
                policy::format_time_for_people(first.enrolled) +
                ". If you do not know them, keep the state directory as evidence"};
}

void look_at_passkeys(const std::vector<storage::Passkey>& passkeys, const std::string& page,
                      CheckResults& findings) {
    for (auto& words : people::void_passkeys(passkeys, page))
        findings.push_back(
            {Level::warning, "people", std::move(words), people::what_to_do_about_void_passkeys()});
}

/// Why this approver of a rule may not decide; empty if they may.
std::string why_they_may_not(const std::string& name, const std::vector<storage::Person>& people) {
    const auto found = std::ranges::find(people, name, &storage::Person::name);
    if (found == people.end()) return name + " is not enrolled";
    if (found->suspended) return name + " is suspended";
    return found->decides() ? "" : name + " is not confirmed";
}

/// The gate counts names: a request is opened also where too few of them belong to someone who may decide.
void look_at_quorums(const policy::Rules& rules, const std::vector<storage::Person>& people,
                     CheckResults& findings) {
    const auto deciding = static_cast<std::size_t>(std::ranges::count_if(people, &storage::Person::decides));
    for (const auto& rule : rules.rules) {
        if (people.empty() || rule.says != policy::Rule::Says::ask) continue;
        std::string missing;
        auto able = rule.approvers.empty() ? deciding : rule.approvers.size();
        for (const auto& name : rule.approvers) {
            const auto why = why_they_may_not(name, people);
            if (why.empty()) continue;
            missing += (missing.empty() ? ": " : ", ") + why;
            --able;
        }
        // The agent's own person does not count: of those who may decide, one is too few.
        if (able >= rule.quorum + (rule.self_approval ? 0U : 1U)) continue;
        const auto few = able == 0 ? "no one" : "only " + std::to_string(able);
        findings.push_back(
            {Level::warning, "people",
             "the rule at line " + std::to_string(rule.line) + " asks for " + std::to_string(rule.quorum) +
                 (rule.quorum == 1 ? " person" : " people") +
                 (rule.self_approval ? "" : " other than the agent's own") + ", and " + few + " may decide" +
                 missing,
             "Invite them (" + tools::own_command("people invite NAME") +
                 "), or name others in approvers. Until enough may decide, its requests expire."});
    }
}

CheckResults look_at_people(const policy::Rules& rules, const fs::path& state_dir, bool sandbox,
                            const std::string& page) {
    std::error_code ignored;
    if (!fs::exists(state_dir / "ledger.db", ignored)) return {people_of({}, sandbox)};
    const auto ledger = storage::Ledger::open(state_dir / "ledger.db");
    const auto people = ledger ? (*ledger)->people() : Result<std::vector<storage::Person>>(ledger.error());
    if (!people)
        return {{Level::broken, "people", reason_of(people.error().message),
                 "See the findings on the state directory and the journal."}};
    CheckResults findings{people_of(*people, sandbox)};
    look_at_quorums(rules, *people, findings);
    for (const auto& name : people::not_carried_over(state_dir, *people))
        findings.push_back({Level::warning, "people",
                            name + " had a passphrase in an earlier version, which counts no more",
                            "Invite them: " + tools::own_command("people invite " + name) + ", or delete " +
                                (state_dir / "approvers" / name).string()});
    if (const auto passkeys = (*ledger)->passkeys()) look_at_passkeys(*passkeys, page, findings);
    return findings;
}

/// No one could approve it, though a rule asks: that is a mistake, not a prohibition.
bool is_in_vain(const approvals::Requirement& demand) { return demand.terms && !demand.why_not.empty(); }

Level level_of(const std::vector<approvals::Requirement>& here,
               const std::vector<approvals::Requirement>& elsewhere) {
    auto level = Level::ok;
    for (std::size_t i = 0; i < here.size(); ++i) {
        if (is_in_vain(here[i]) && !elsewhere[i].could_be_approved()) return Level::broken;
        if (is_in_vain(here[i]) || !here[i].narrower_nobody.empty()) level = Level::warning;
    }
    return level;
}

/// By the rules that were looked at, which need not be those that the command would find.
std::string explains(const std::string& tool, const std::string& rules_file) {
    return " To see which rule decides: " + tools::own_program() + " policy explain " + tool +
           (rules_file.empty() ? "" : " --policy " + tools::quoted_for_a_shell(rules_file));
}

std::string advice_for(const policy::Caller& caller, const std::string& tool, const std::string& rules_file) {
    const std::string mend =
        caller.person.empty()
            ? "Tell callers apart by --callers keys or oauth, so that it is known whose agent asks."
            : "Name others in approvers, or allow self_approval, in the rules.";
    return mend + explains(tool, rules_file);
}

/// One caller's, a line for all calls of which the same is true.
CheckResults approvals(const policy::Caller& caller, const std::vector<approvals::Requirement>& here,
                       const std::vector<approvals::Requirement>& elsewhere, const policy::Seals& seal,
                       const std::string& rules_file) {
    const auto* what =
        caller.principal.starts_with(policy::stdio_principals) ? "approvals on stdio" : "approvals over HTTP";
    CheckResults findings;
    for (const auto& [doing, words] : approvals::in_words(here, seal)) {
        std::vector<approvals::Requirement> these, those;
        for (std::size_t i = 0; i < here.size(); ++i)
            if (approvals::in_words(here[i], seal) == words) {
                these.push_back(here[i]);
                those.push_back(elsewhere[i]);
            }
        const auto level = level_of(these, those);
        findings.push_back({level, what, doing + ": " + words,
                            level == Level::ok ? "" : advice_for(caller, these.front().tool, rules_file)});
    }
    return findings;
}

/// Those whose keys hold; if there are none, one that stands for them.
std::vector<policy::Caller> callers_by_key(const fs::path& state_dir, policy::Time now) {
    std::vector<policy::Caller> callers;
    const auto caller = [](const std::string& id, const std::string& person) {
        auto made = policy::caller_with(std::string(policy::key_principals) + id);
        made.person = person;
        return made;
    };
    std::error_code ignored;
    if (fs::exists(state_dir / "ledger.db", ignored))
        if (const auto ledger = storage::Ledger::open(state_dir / "ledger.db"))
            if (const auto keys = (*ledger)->caller_keys())
                for (const auto& key : *keys)
                    if (key.holds(now)) callers.push_back(caller(key.id, key.person));
    if (callers.empty()) callers.push_back(caller("ID", "PERSON"));
    return callers;
}

/// As `serve` knows them: those of keys one by one, and one that stands for all of each other kind.
std::vector<policy::Caller> callers_over_http(const config::CallersBy& by, const fs::path& state_dir,
                                              policy::Time now) {
    std::vector<policy::Caller> callers;
    if (by.keys) callers = callers_by_key(state_dir, now);
    if (by.oauth) callers.push_back(policy::caller_with("oauth:PERSON/CLIENT"));
    if (by.issuer) callers.push_back(policy::caller_with("issuer:SUBJECT/CLIENT"));
    if (by.truefoundry) callers.push_back(policy::caller_with("tfy:USER"));
    if (callers.empty()) callers.push_back(policy::caller_with("http:loopback"));
    return callers;
}

/// For each call the demand of a caller for whom someone could approve it, where there is one.
std::vector<approvals::Requirement> best_of(
    const std::vector<std::vector<approvals::Requirement>>& of_callers) {
    auto best = of_callers.front();
    for (const auto& each : of_callers)
        for (std::size_t i = 0; i < best.size(); ++i)
            if (!best[i].could_be_approved()) best[i] = each[i];
    return best;
}

/// Of stdio's caller, then those over HTTP. What is true of several of these is told once; what is not true
/// of the first names its caller.
CheckResults look_at_callers(const policy::Rules& rules, const std::vector<policy::Caller>& callers,
                             policy::Time now, const policy::Seals& seal, const std::string& rules_file) {
    const policy::Gate gate(rules);
    const app::SystemClock clock;
    const registry::DryTools tools(nullptr, clock, seal);
    std::vector<std::vector<approvals::Requirement>> demands;
    for (const auto& caller : callers)
        demands.push_back(approvals::requirements_of_calls(tools.catalog(), gate, caller, now, seal));
    const auto best = best_of(demands);
    CheckResults all;
    std::set<std::pair<std::string, std::string>> told;
    for (std::size_t i = 0; i < callers.size(); ++i)
        for (auto& each : approvals(callers[i], demands[i], best, seal, rules_file)) {
            if (!told.emplace(each.what, each.why).second) continue;
            if (i > 1) each.why = policy::shown(seal, callers[i].principal, 100) + ": " + each.why;
            all.push_back(std::move(each));
        }
    if (std::ranges::none_of(best, [](const auto& each) { return each.terms.has_value(); }))
        all.push_back({Level::warning, "approvals",
                       "the rules refuse every call that changes a token or shows a value: this server only "
                       "reads",
                       "If that is intended, start it with --read-only. Otherwise add a rule that asks." +
                           explains("TOOL", rules_file)});
    return all;
}

bool mentions(const fs::path& file, std::string_view word) {
    const auto text = storage::read_regular_file(file, std::size_t{16} * 1024 * 1024);
    return text && text->find(word) != std::string::npos;
}

std::vector<fs::path> hook_settings(const fs::path& home, const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& root : {home, folder})
        for (const auto* name :
             {".claude/settings.json", ".claude/settings.local.json", ".cursor/hooks.json"})
            if (!root.empty()) files.push_back(root / name);
    return files;
}

/// Scripts of that name where hosts and their plugins keep hooks; looks at some ten thousand files at the
/// most.
std::vector<fs::path> scripts_named(std::string_view name, const fs::path& home, const fs::path& folder) {
    constexpr int most_files = 10'000, deepest = 7;
    std::vector<fs::path> found;
    int looked_at = 0;
    for (const auto& root : {home / ".claude", folder / ".claude", folder / "hooks"}) {
        std::error_code failed;
        fs::recursive_directory_iterator each(root, fs::directory_options::skip_permission_denied, failed);
        for (; !failed && each != fs::end(each) && ++looked_at < most_files; each.increment(failed)) {
            if (each.depth() >= deepest) each.disable_recursion_pending();
            if (each->path().filename() == name) found.push_back(each->path());
        }
    }
    return found;
}

CheckResult approves_all(const fs::path& file) {
    return {
        Level::warning, "agents",
        file.string() + " has TrueFoundry's hook that approves every tfy-api.sh call, including deletions",
        "Remove it: an agent that can read a key needs no approval from this server."};
}

void look_at_hooks(const fs::path& home, const fs::path& folder, CheckResults& findings) {
    constexpr auto hook = "auto-approve-tfy-api";
    for (const auto& file : hook_settings(home, folder)) {
        if (mentions(file, hook)) findings.push_back(approves_all(file));
        if (mentions(file, "\"Elicitation\""))
            findings.push_back(
                {Level::warning, "agents", file.string() + " has a hook that can answer forms for a person",
                 "Set min_assurance = \"signed_in\" or \"terminal\" in the rules, or remove it."});
    }
    for (const auto& script : scripts_named(std::string(hook) + ".sh", home, folder))
        findings.push_back(approves_all(script));
}

CheckResult reach_of_key(const config::Upstream& upstream) {
    if (upstream.key_from == "TFY_API_KEY in .env")
        return {Level::warning, "agents",
                "the key is in .env: every agent that works in this folder can read it",
                "Move the key to a file elsewhere (TFY_API_KEY_FILE, chmod 600)."};
    if (upstream.key_from.starts_with("TFY_API_KEY in"))
        return {Level::warning, "agents",
                "the key is in the environment: every program started from here can read it",
                "Set the key for the server only, or move it to a file (TFY_API_KEY_FILE, chmod 600)."};
    return {
        Level::ok, "agents",
        "programs that run as this user can read the key; to prevent that, run the server as another user"};
}

}  // namespace

CheckResults look_at_approvals(const policy::Rules& rules, const fs::path& state_dir, const std::string& user,
                               policy::Time now, const policy::Seals& seal, const Deciding& deciding) {
    std::vector<policy::Caller> callers{policy::caller_with(std::string(policy::stdio_principals) + user)};
    std::ranges::move(callers_over_http(deciding.by, state_dir, now), std::back_inserter(callers));
    auto findings = look_at_callers(rules, callers, now, seal, deciding.rules_file);
    if (deciding.usable_state)
        std::ranges::move(look_at_people(rules, state_dir, deciding.sandbox, deciding.page),
                          std::back_inserter(findings));
    return findings;
}

CheckResult look_at_page(bool display, bool open_browser, bool has_opener, bool usable_state) {
    const auto decide = usable_state
                            ? "Decide in a terminal: " + tools::own_command("approvals list")
                            : std::string("Decide in a terminal, once the state directory can be used.");
    if (!open_browser) return {Level::ok, "page on stdio", "not opened: --no-open-browser is set", decide};
    if (!display)
        return {Level::warning, "page on stdio",
                "there is no display (DISPLAY, WAYLAND_DISPLAY): no browser opens", decide};
    if (!has_opener)
        return {Level::warning, "page on stdio",
                system::browser_opener() + " is not installed: no browser opens",
                "Install xdg-utils. " + decide};
    return {Level::ok, "page on stdio", "a browser opens for the approver"};
}

CheckResults look_at_agents(const fs::path& home, const fs::path& folder, const config::Upstream& upstream) {
    CheckResults findings;
    look_at_hooks(home, folder, findings);
    const auto other_login = home / ".truefoundry" / "credentials.json";
    if (std::error_code ignored; !home.empty() && fs::exists(other_login, ignored))
        findings.push_back({Level::warning, "agents",
                            other_login.string() +
                                " keeps a login of TrueFoundry's own command line: every agent with a shell "
                                "can read it, and act with it without an approval",
                            "Log out there if you do not need it, or run agents as another user."});
    if (!upstream.key_from.empty() && !upstream.key_problem) findings.push_back(reach_of_key(upstream));
    return findings;
}

}  // namespace tfy::doctor
