// Plans and orders as values.
#include "tools/access_tokens/rotations.hpp"

#include <stdexcept>

#include "protocol/text_in.hpp"
#include "tools/access_tokens/grace.hpp"

namespace tfy::access_tokens {
namespace {

Error unreadable() {
    return {Errc::internal, "What this rotation was to do cannot be read. Nothing was created or deleted."};
}

// Where the call names something, the plan must be just that.
bool follows(const RotationPlan& plan, const Json& arguments) {
    const auto same = [&](const char* key, const std::string& planned) {
        return !arguments.contains(key) || arguments.at(key) == planned;
    };
    return arguments.value("id", std::string{}) == plan.old_id() && same("name", plan.new_name) &&
           same("expirationDate", plan.expiration_date) && same("grace_period", plan.grace_period);
}

}  // namespace

Json RotationPlan::json() const {
    return {{"old", old},
            {"new",
             {{"name", new_name},
              {"expirationDate", expiration_date},
              {"tokenType", token_type},
              {"teamName", team_name}}},
            {"grace_period", grace_period}};
}

Result<RotationPlan> RotationPlan::read(const Json& target) {
    if (!target.is_object() || !target.contains("old") || !target.contains("new")) return unreadable();
    const auto& old = target.at("old");
    const auto& made = target.at("new");
    if (!old.is_object() || !made.is_object()) return unreadable();
    RotationPlan plan{.old = old,
                      .new_name = protocol::text_in(made, "name"),
                      .expiration_date = protocol::text_in(made, "expirationDate"),
                      .token_type = protocol::text_in(made, "tokenType"),
                      .team_name = protocol::text_in(made, "teamName"),
                      .grace_period = protocol::text_in(target, "grace_period")};
    if (protocol::text_in(old, "id").empty() || plan.new_name.empty() || !read_grace(plan.grace_period))
        return unreadable();
    return plan;
}

std::string RotationPlan::old_title() const {
    const auto name = protocol::text_in(old, "name");
    return name.empty() ? old_id() : name;
}

policy::Duration RotationPlan::grace() const {
    const auto length = read_grace(grace_period);
    if (!length) throw std::logic_error("a plan with a grace that cannot be read");
    return *length;
}

Result<RotationOrder> RotationOrder::of(const policy::ApprovedPermit& permit) {
    const auto& grant = permit.grant();
    if (!grant.decision.approved || permit.call().tool != rotate_tool)
        return Error{Errc::internal,
                     "A rotation without an approval was stopped. Nothing was created or deleted."};
    auto plan = RotationPlan::read(grant.facts.target);
    if (!plan) return plan.error();
    if (!follows(*plan, permit.call().arguments))
        return Error{Errc::superseded,
                     "The call has changed since it was approved. Nothing was created or deleted."};
    return RotationOrder(grant.approval_id, permit.call(), std::move(*plan));
}

}  // namespace tfy::access_tokens
