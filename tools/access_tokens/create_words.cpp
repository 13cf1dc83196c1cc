#include "tools/access_tokens/create_words.hpp"

#include <algorithm>

#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using Args = CreateAccessToken::Args;

constexpr std::chrono::days long_life{90};

// Words that tell of a machine rather than a person: TrueFoundry advises a virtual account for those.
bool smells_of_automation(std::string_view text) {
    constexpr std::array<std::string_view, 20> machines{
        "ci",      "cd",       "cicd",   "pipeline", "pipelines", "github",     "gitlab",
        "jenkins", "circleci", "argocd", "deploy",   "deployer",  "deployment", "runner",
        "build",   "builds",   "bot",    "cron",     "prod",      "production"};
    std::string word;
    const auto is_machine = [&] { return std::ranges::find(machines, word) != machines.end(); };
    for (const char c : text) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        if (small >= 'a' && small <= 'z') {
            word += small;
            continue;
        }
        if (is_machine()) return true;
        word.clear();
    }
    return is_machine();
}

std::string owner_of(const Args& args) {
    std::string owner;
    if (!args.team_name.empty()) owner = "team " + tools::in_quotes(args.team_name);
    if (!args.account_name.empty())
        owner += (owner.empty() ? "account " : ", account ") + tools::in_quotes(args.account_name);
    return owner.empty() ? "the user whose key this server uses" : owner;
}

std::string with_distance(policy::Time time, policy::Time now) {
    return policy::format_time_for_people(time) + " (" + tools::distance(time, now) + ")";
}

/// "10 minutes", also a moment later: whole minutes where there are some, since it is said to a person.
std::string in_words(policy::Duration left) {
    constexpr std::chrono::seconds moment{5};
    const auto minutes = std::chrono::floor<std::chrono::minutes>(left + moment).count();
    if (minutes < 2) return policy::format_duration(left);
    return std::to_string(minutes) + " minutes";
}

std::string how_to_see(const Created& created, policy::Time now) {
    const auto call = "tfy_access_tokens_reveal with reveal_id \"" + created.held.reveal_id + "\"";
    const auto time = std::max(created.held.until - now, policy::Duration{0});
    const auto left = in_words(time);
    const auto& way = created.held.way;
    const bool seen_by_person = !way.page.empty() || !way.terminal.empty();
    switch (created.destination) {
        case policy::Destination::page:
            if (seen_by_person) return how_a_person_sees(way, time) + "\nIt is not shown here.";
            break;
        case policy::Destination::agent:
            return "To show the value, call " + call + " once, when the user is ready to copy it (within " +
                   left + "); the approval already allows it.";
        case policy::Destination::none: break;
    }
    return "The value is not shown. It can be revealed with a new approval within " + left + ": call " +
           call + ".";
}

std::string fate_words(tools::EscrowState fate) {
    if (fate == tools::EscrowState::claimed)
        return "The value was shown, and is not shown again. If it was not saved, delete this token and "
               "create "
               "a new one.";
    return "The value was not looked at in time, so it is lost. Delete this token and create a new one.";
}

/// A tenant may allow less than was asked for; nobody should find that out on the day.
std::string expiry_of(const Created& created, policy::Time now) {
    auto granted = created.expires ? with_distance(*created.expires, now) : std::string("Never");
    if (created.asked && created.expires != created.asked)
        granted += ". TrueFoundry granted this; " + policy::format_time_for_people(*created.asked) +
                   " was asked for. Tell the user";
    return granted;
}

}  // namespace

std::string how_a_person_sees(const tools::WayToValue& way, policy::Duration left) {
    const auto then = " within " + in_words(left) + " to see and save the value.";
    if (way.page.empty()) return "Tell the user: run " + way.terminal + " in a terminal" + then;
    auto text = "Tell the user: open " + way.page + then;
    if (!way.terminal.empty()) text += " Or in a terminal: " + way.terminal;
    return text;
}

std::vector<std::string> warnings_about(const Args& args, policy::Time now) {
    const auto expires = policy::read_time(args.expiration_date);
    std::vector<std::string> warnings;
    if (!expires)
        warnings.emplace_back(
            "It never expires, unless the tenant's own limit says so. Consider an expiry of 90 days or "
            "less.");
    else if (std::chrono::floor<std::chrono::days>(*expires) >
             std::chrono::floor<std::chrono::days>(now) + long_life)
        warnings.emplace_back("It lives longer than 90 days. Consider an earlier expiry.");
    if (smells_of_automation(args.name) || smells_of_automation(args.reason))
        warnings.emplace_back(
            "This looks like automation. A personal access token dies with its user's account: TrueFoundry "
            "advises a virtual account for "
            "CI/CD and production.");
    return warnings;
}

std::string terms_of(const Args& args, policy::Time now) {
    const auto expires = policy::read_time(args.expiration_date);
    return "Expires: " + (expires ? with_distance(*expires, now) : std::string("Never")) + ". Type: " +
           (args.token_type.empty() ? "the tenant's default" : tools::in_quotes(args.token_type)) +
           ". Owner: " + owner_of(args) + ".";
}

policy::Facts describe_creation(const Args& args, policy::Time now) {
    const auto expires = policy::read_time(args.expiration_date);
    policy::Facts facts{.subject = args.name,
                        .effect = "Creates the personal access token " + tools::in_quotes(args.name) +
                                  ", which can do everything that its user can do. " + terms_of(args, now)};
    facts.shown = {{"Rights", "all permissions of its user: access tokens have no scopes"},
                   {name_is_free, "yes, read from TrueFoundry just now"}};
    facts.warnings = warnings_about(args, now);
    facts.yields_value = true;
    facts.expires = expires;
    facts.needs = facts.consumes = {policy::name_key(args.name)};
    return facts;
}

tools::ToolResult report_creation(const Created& created, policy::Time now) {
    const bool id_known = !created.id.empty();
    tools::ToolResult result;
    result.text = "Token created successfully!\n\nName: " + created.name + "\nID: " +
                  (id_known ? tools::one_line(created.id)
                            : "unknown (it could not be read back: list the tokens to find it)") +
                  "\nExpires: " + expiry_of(created, now) + "\nToken (masked): " + created.held.masked +
                  "\n\n" + how_to_see(created, now) + "\n\n" + tools::sentences::save_now + "\n";
    result.structured = {
        {"status", "executed"},
        {"name", created.name},
        {"id", id_known ? Json(tools::one_line(created.id)) : Json(nullptr)},
        {"masked", created.held.masked},
        {"reveal_id", created.held.reveal_id},
        {"reveal_until", policy::format_time(created.held.until)},
        {"destination", policy::to_string(created.destination)},
        {"expires_at", created.expires ? Json(policy::format_time(*created.expires)) : Json(nullptr)}};
    if (created.destination != policy::Destination::page) return result;
    if (const auto& way = created.held.way; !way.page.empty()) result.structured["reveal_url"] = way.page;
    if (const auto& way = created.held.way; !way.terminal.empty())
        result.structured["reveal_command"] = way.terminal;
    return result;
}

void tell_value_is_over(tools::ToolResult& report, tools::EscrowState fate) {
    if (fate == tools::EscrowState::held || !report.structured.is_object()) return;
    const auto before = "\nToken (masked): " + report.structured.value("masked", std::string{}) + "\n\n";
    const auto from = report.text.find(before);
    const auto to = report.text.find(tools::sentences::save_now);
    if (from == std::string::npos || to == std::string::npos || to < from) return;
    const auto start = from + before.size();
    report.text.replace(start, to + std::string_view(tools::sentences::save_now).size() - start,
                        fate_words(fate));
    report.structured.erase("reveal_url");
    report.structured.erase("reveal_command");
}

void add_warnings(tools::ToolResult& report, const std::vector<std::string>& warnings) {
    if (warnings.empty()) return;
    report.text += "\nTell the user:\n";
    for (const auto& warning : warnings) report.text += "- " + warning + "\n";
    report.structured["warnings"] = warnings;
}

}  // namespace tfy::access_tokens
