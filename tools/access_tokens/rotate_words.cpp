#include "tools/access_tokens/rotate_words.hpp"

#include "tools/access_tokens/deletion.hpp"
#include "tools/own_command.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

void append(policy::Facts& facts, const policy::Facts& half, const std::string& of) {
    for (const auto& fact : half.shown) facts.shown.push_back({of + ": " + fact.label, fact.value});
    for (const auto& warning : half.warnings) facts.warnings.push_back(of + ": " + warning);
}

std::string after_grace(const RotationPlan& plan) {
    return plan.grace() == policy::Duration{0}
               ? std::string("as soon as the new value has been shown")
               : policy::format_duration(plan.grace()) + " after the new value has been shown";
}

std::string when_it_goes(const Result<Rotation>& begun, const RotationPlan& plan) {
    if (begun) return after_grace(plan) + "; never, if that value is not shown in time";
    return "not by itself: this server could not record that it has to be deleted";
}

}  // namespace

policy::Facts describe_rotation(const truefoundry::AccessToken& old, const RotationPlan& plan,
                                const std::string& reason, const std::vector<std::string>& own_jwt_ids,
                                policy::Time now) {
    const auto goes = describe_deletion(old, own_jwt_ids, now);
    const CreateAccessToken::Args successor{.name = plan.new_name,
                                            .expiration_date = plan.expiration_date,
                                            .token_type = plan.token_type,
                                            .team_name = plan.team_name,
                                            .account_name = {},
                                            .reason = reason};
    const auto comes = describe_creation(successor, now);
    policy::Facts facts{.subject = goes.subject,
                        .effect = "Creates the personal access token " + tools::in_quotes(plan.new_name) +
                                  ", which can do everything that its user can do, and deletes " +
                                  tools::in_quotes(title_of(old)) + " permanently, " + after_grace(plan) +
                                  ". Everything that still uses the old one then stops working. If the new "
                                  "value is not shown, the old one stays. New token: " +
                                  terms_of(successor, now)};
    append(facts, goes, "Old token");
    append(facts, comes, "New token");
    if (plan.grace() == policy::Duration{0})
        facts.warnings.emplace_back(
            "There is no grace period: the old token is deleted even if the new value does not arrive.");
    facts.target = plan.json();
    facts.yields_value = true;
    // The old token stays for now: it can still be deleted, not rotated once more.
    facts.consumes = {policy::rotation_key(old.id), policy::name_key(plan.new_name)};
    facts.needs = {policy::token_key(old.id), policy::rotation_key(old.id), policy::name_key(plan.new_name)};
    return facts;
}

tools::ToolResult report_rotation(const Created& created, const RotationPlan& plan,
                                  const Result<Rotation>& begun, policy::Time now) {
    auto result = report_creation(created, now);
    const auto when = when_it_goes(begun, plan);
    const auto title = tools::one_line(plan.old_title());
    result.text += "\nThe old token " + tools::in_quotes(plan.old_title()) + " (ID " + plan.old_id() +
                   ") was not deleted by this call. It is deleted " + when + ".\n";
    if (begun)
        result.text +=
            "To keep it, a person runs before then: " + tools::own_command("approvals keep " + begun->id) +
            "\nCheck it with tfy_approvals_get.\n";
    else
        result.text += "Delete it with tfy_access_tokens_delete once the new one is in use. (" +
                       begun.error().message + ")\n";
    result.structured["rotation_id"] = begun ? Json(begun->id) : Json(nullptr);
    result.structured["old"] = {{"id", plan.old_id()}, {"name", title}, {"deleted", false}, {"when", when}};
    return result;
}

}  // namespace tfy::access_tokens
