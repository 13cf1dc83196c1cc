#include "tools/access_tokens/rotate_words.hpp"

#include <algorithm>

#include "tools/access_tokens/deletion.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/offer.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

void append(policy::Facts& facts, const policy::Facts& half, const std::string& of) {
    for (const auto& fact : half.shown) facts.shown.push_back({of + ": " + fact.label, fact.value});
    for (const auto& warning : half.warnings) facts.warnings.push_back(of + ": " + warning);
}

/// Where the old token's paragraph begins.
std::string heading(const std::string& title, const std::string& id) {
    return "\nOld token: " + title + " (ID " + id + ")\n";
}

/// A value that is lost lets no old token go, also before that is written down.
Rotation as_value_tells(Rotation rotation, const Json& told) {
    if (rotation.state != Rotation::State::waiting || told.value("value_state", std::string{}) != "lost")
        return rotation;
    rotation.state = Rotation::State::kept;
    rotation.because = Rotation::Kept::value_lost;
    return rotation;
}

CreateAccessToken::Args successor_of(const RotationPlan& plan, const std::string& reason) {
    return {.name = plan.new_name,
            .expiration_date = plan.expiration_date,
            .token_type = plan.token_type,
            .team_name = plan.team_name,
            .account_name = {},
            .reason = reason};
}

}  // namespace

policy::Facts describe_rotation(const truefoundry::AccessToken& old, const RotationPlan& plan,
                                const std::string& reason, const tools::KeyFacts& key, policy::Time now,
                                const policy::Seals& seal) {
    const auto goes = describe_deletion(old, key, now, seal);
    const auto successor = successor_of(plan, reason);
    const auto comes = describe_creation(successor, key, now, seal);
    policy::Facts facts{
        .subject = goes.subject,
        .effect = "Creates the personal access token " + tools::in_quotes(seal, plan.new_name) +
                  ", which can do everything that its user can do, and deletes " +
                  tools::in_quotes(seal, title_of(old)) + " permanently, " + after_grace(plan) +
                  ". Everything that still uses the old one then stops working. If the new "
                  "value is not shown, the old one stays. New token: " +
                  terms_of(successor, key, now, seal)};
    append(facts, goes, "Old token");
    append(facts, comes, "New token");
    if (plan.grace() == policy::Duration{0})
        facts.warnings.emplace_back(
            "There is no grace period: as soon as the new value has been shown, the old token is deleted, "
            "even if "
            "no one saved the value.");
    facts.target = plan.json();
    facts.yields_value = true;
    // The old token stays for now: it can still be deleted, not rotated once more.
    facts.consumes = {policy::rotation_key(old.id), policy::name_key(plan.new_name)};
    facts.needs = {policy::token_key(old.id), policy::rotation_key(old.id), policy::name_key(plan.new_name)};
    return facts;
}

tools::ToolResult report_rotation(const Created& created, const RotationPlan& plan,
                                  const Result<Rotation>& begun, policy::Time now,
                                  const policy::Seals& seal) {
    auto result = report_creation(created, now, seal);
    const auto title = tools::one_line(seal, plan.old_title());
    result.text += heading(title, plan.old_id()) + "\n";
    result.structured["rotation_id"] = begun ? Json(begun->id) : Json(nullptr);
    result.structured["old"] = {{"id", plan.old_id()}, {"name", title}};
    const auto warnings = warnings_about(successor_of(plan, {}), now);
    if (begun) {
        tell_old_token(result, *begun, seal);
        add_warnings(result, warnings);
        return result;
    }
    Rotation stays{.state = Rotation::State::kept, .plan = plan};
    tell_old_token(
        result, stays, seal,
        "The old token " + tools::in_quotes(seal, plan.old_title()) +
            " still works and is not deleted automatically: this server could not record that it has "
            "to be deleted. Delete it" +
            tools::by_tool_or_there(delete_tool) + " once the new one is in use. (" + begun.error().message +
            ")");
    add_warnings(result, warnings);
    return result;
}

void tell_old_token(tools::ToolResult& report, const Rotation& written, const policy::Seals& seal,
                    std::string words) {
    auto& told = report.structured;
    if (!told.is_object() || !told.contains("old")) return;
    const auto rotation = as_value_tells(written, told);
    if (words.empty()) words = describe(rotation, seal);
    auto& old = told["old"];
    old["deleted"] = rotation.state == Rotation::State::done;
    old["state"] = to_string(rotation.state);
    old["when"] = when_it_goes(rotation);
    old["message"] = words;
    const auto begin = heading(old.value("name", std::string{}), old.value("id", std::string{}));
    const auto found = report.text.find(begin);
    if (found == std::string::npos) return;
    const auto from = found + begin.size();
    const auto end = std::min(report.text.find('\n', from), report.text.size());
    report.text.replace(from, end - from, words);
}

}  // namespace tfy::access_tokens
