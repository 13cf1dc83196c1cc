#include "tools/access_tokens/create_words.hpp"

#include <algorithm>

#include "tools/access_tokens/names.hpp"
#include "tools/offer.hpp"
#include "tools/own_command.hpp"
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

std::string owner_of(const Args& args, const tools::KeyFacts& key, const policy::Seals& seal) {
    std::string owner;
    if (!args.team_name.empty()) owner = "team " + tools::in_quotes(seal, args.team_name);
    if (!args.account_name.empty())
        owner += (owner.empty() ? "account " : ", account ") + tools::in_quotes(seal, args.account_name);
    return owner.empty() ? key.user_in_words(seal) : owner;
}

/// "10 minutes", also a moment later: whole minutes where there are some, since it is said to a person.
std::string in_words(policy::Duration left) {
    constexpr std::chrono::seconds moment{5};
    const auto minutes = std::chrono::floor<std::chrono::minutes>(left + moment).count();
    if (minutes < 2) return policy::format_duration(left);
    return std::to_string(minutes) + " minutes";
}

constexpr std::array<std::string_view, 5> value_state_names{"waits", "waits_elsewhere", "shown", "expired",
                                                            "lost"};

std::string_view name_of(tools::EscrowState state) {
    return value_state_names.at(static_cast<std::size_t>(state));
}

std::string text_in(const Json& object, const char* key) { return object.value(key, std::string{}); }

/// How a person gets to a value that is for them and not for the agent.
std::string how_a_person_sees(const Json& told, policy::Duration left) {
    const auto page = text_in(told, "reveal_url");
    const auto command = text_in(told, "reveal_command");
    const auto then = " within " + in_words(left) + " to see and save the value.";
    if (page.empty()) return "Tell the user: run " + command + " in a terminal" + then;
    auto text = "Tell the user: open " + page + then;
    if (!command.empty()) text += " Or in a terminal: " + command;
    return text;
}

std::string call_of(const std::string& reveal_id) {
    return std::string(reveal_tool) + " with reveal_id \"" + reveal_id + "\"";
}

/// What the agent can do for a value that does not wait for a person.
std::string how_to_ask(const Json& told, policy::Duration left) {
    const auto call = call_of(text_in(told, "reveal_id"));
    if (text_in(told, "destination") == "agent")
        return "To show the value, call " + call + " once, when the user is ready to copy it (within " +
               in_words(left) + "); the approval already allows it.";
    if (!tools::may_be_named(reveal_tool)) return "The value is not shown, and no tool here shows it.";
    return "The value is not shown. It can be revealed with a new approval within " + in_words(left) +
           ": call " + call + ".";
}

/// A rotation says itself what to do about its two tokens.
std::string over(const Json& told, tools::EscrowState state) {
    if (state == tools::EscrowState::claimed)
        return "The value was shown, and is not shown again. If it was not saved, delete this token and "
               "create a new one.";
    std::string how = "No one viewed the value in time, so it is lost.";
    if (state == tools::EscrowState::lost)
        how = "The value is lost: the server process that held it has ended.";
    return told.contains("rotation_id") ? how : how + " Delete this token and create a new one.";
}

/// Its last words are meant for the agent's answer alone.
std::string value_words(const Json& told, policy::Time now) {
    using State = tools::EscrowState;
    const auto name = told.value("value_state", std::string(name_of(State::held)));
    const auto found = std::ranges::find(value_state_names, name) - value_state_names.begin();
    auto state = static_cast<State>(found);
    const auto until = policy::read_time(text_in(told, "reveal_until"));
    const bool waits = state == State::held || state == State::elsewhere;
    if (waits && (!until || *until <= now)) state = State::lapsed;
    if (state != State::held && state != State::elsewhere) return over(told, state);
    if (told.contains("reveal_url") || told.contains("reveal_command"))
        return how_a_person_sees(told, *until - now);
    if (state == State::held) return how_to_ask(told, *until - now);
    return "Another running server process holds the value; this one cannot show it. " +
           through_its_holder(text_in(told, "reveal_id"));
}

/// Empty if no one can have the value shown.
std::string_view save_words(const Json& told) {
    if (text_in(told, "destination") != "none") return tools::sentences::save_now;
    return tools::may_be_named(reveal_tool) ? std::string_view(tools::sentences::save_when_shown)
                                            : std::string_view();
}

/// Up to the empty line, or to the end of the last line.
void replace_paragraph(std::string& text, std::size_t from, const std::string& words) {
    const auto last = text.size() > from && text.ends_with('\n') ? text.size() - 1 : text.size();
    const auto end = std::min(text.find("\n\n", from), last);
    text.replace(from, end - from, words);
}

/// A tenant may allow less than was asked for; no one should find that out on the day.
std::string expiry_of(const Created& created, policy::Time now) {
    auto granted = created.expires ? policy::format_time_for_people(*created.expires) + " (" +
                                         tools::distance(*created.expires, now) + ")"
                                   : std::string("Never");
    if (created.asked && created.expires != created.asked)
        granted += ". TrueFoundry granted this; " + policy::format_time_for_people(*created.asked) +
                   " was asked for. Tell the user";
    return granted;
}

}  // namespace

std::string through_its_holder(const std::string& reveal_id) {
    const auto by_agent =
        tools::may_be_named(reveal_tool)
            ? "Call " + call_of(reveal_id) + " through the client that created the token. Or a person"
            : std::string("A person");
    return by_agent + " who approved the token runs in a terminal: " +
           tools::own_command("approvals reveal " + reveal_id);
}

std::string what_to_do(const Json& structured, policy::Time now) {
    return structured.is_object() && structured.contains("reveal_id") ? value_words(structured, now)
                                                                      : std::string{};
}

std::vector<std::string> warnings_about(const Args& args, policy::Time now) {
    const auto expires = policy::read_time(args.expiration_date);
    std::vector<std::string> warnings;
    if (!expires)
        warnings.emplace_back(
            "It never expires, unless the tenant's own limit says otherwise. Consider an expiry of 90 days "
            "or "
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

std::string terms_of(const Args& args, const tools::KeyFacts& key, policy::Time now,
                     const policy::Seals& seal) {
    const auto expires = policy::read_time(args.expiration_date);
    const auto end = expires ? policy::format_time_for_people(*expires) + " (" +
                                   tools::distance_from_asking(*expires, now) + ")"
                             : std::string("Never");
    return "Expires: " + end + ". Type: " +
           (args.token_type.empty() ? "the tenant's default" : tools::in_quotes(seal, args.token_type)) +
           ". Owner: " + owner_of(args, key, seal) + ".";
}

policy::Facts describe_creation(const Args& args, const tools::KeyFacts& key, policy::Time now,
                                const policy::Seals& seal) {
    const auto expires = policy::read_time(args.expiration_date);
    policy::Facts facts{.subject = args.name,
                        .effect = "Creates the personal access token " + tools::in_quotes(seal, args.name) +
                                  ", which can do everything that its user can do. " +
                                  terms_of(args, key, now, seal)};
    facts.shown = {{"Rights", "all permissions of its user: access tokens have no scopes"},
                   {name_is_free, "yes, as TrueFoundry said when this was asked"}};
    facts.warnings = warnings_about(args, now);
    facts.yields_value = true;
    facts.expires = expires;
    facts.needs = facts.consumes = {policy::name_key(args.name)};
    return facts;
}

tools::ToolResult report_creation(const Created& created, policy::Time now, const policy::Seals& seal) {
    const bool id_known = !created.id.empty();
    tools::ToolResult result;
    result.structured = {
        {"status", "executed"},
        {"name", created.name},
        {"id", id_known ? Json(tools::one_line(seal, created.id)) : Json(nullptr)},
        {"masked", created.held.masked},
        {"reveal_id", created.held.reveal_id},
        {"reveal_until", policy::format_time(created.held.until)},
        {"destination", policy::to_string(created.destination)},
        {"expires_at", created.expires ? Json(policy::format_time(*created.expires)) : Json(nullptr)}};
    const auto& way = created.held.way;
    const bool for_person = created.destination == policy::Destination::page;
    if (for_person && !way.page.empty()) result.structured["reveal_url"] = way.page;
    if (for_person && !way.terminal.empty()) result.structured["reveal_command"] = way.terminal;
    result.text = "Token created successfully!\n\nName: " + created.name + "\nID: " +
                  (id_known ? tools::one_line(seal, created.id)
                            : "unknown (it could not be read back: list the tokens to find it)") +
                  "\nExpires: " + expiry_of(created, now) + "\nToken (masked): " + created.held.masked +
                  "\n\n";
    if (const auto save = save_words(result.structured); !save.empty())
        result.text += "\n\n" + std::string(save);
    result.text += "\n";
    tell_value(result, tools::EscrowState::held, now);
    return result;
}

void tell_value(tools::ToolResult& report, tools::EscrowState fate, policy::Time now) {
    auto& told = report.structured;
    if (!told.is_object() || !told.contains("reveal_id")) return;
    told["value_state"] = name_of(fate);
    const bool waits = fate == tools::EscrowState::held || fate == tools::EscrowState::elsewhere;
    if (!waits) {
        told.erase("reveal_url");
        told.erase("reveal_command");
    }
    const auto words_of_value = value_words(told, now);
    if (fate == tools::EscrowState::claimed) told.erase("reveal_until");  // a time by which it could still be
    const auto before = "\nToken (masked): " + text_in(told, "masked") + "\n\n";
    const auto found = report.text.find(before);
    if (found == std::string::npos) return;
    auto words = words_of_value;
    if (told.contains("reveal_url") || told.contains("reveal_command")) words += "\nIt is not shown here.";
    replace_paragraph(report.text, found + before.size(), words);
    for (const std::string_view save : {tools::sentences::save_now, tools::sentences::save_when_shown})
        if (const auto at = report.text.find(save); !waits && at != std::string::npos)
            report.text.erase(at - 2, save.size() + 2);
}

void add_warnings(tools::ToolResult& report, const std::vector<std::string>& warnings) {
    if (warnings.empty()) return;
    report.text += "\nTell the user:\n";
    for (const auto& warning : warnings) report.text += "- " + warning + "\n";
    report.structured["warnings"] = warnings;
}

}  // namespace tfy::access_tokens
