#include "tools/access_tokens/rotate.hpp"

#include <algorithm>

#include "policy/visible.hpp"
#include "tools/access_tokens/deletion.hpp"
#include "tools/access_tokens/expiration.hpp"
#include "tools/access_tokens/grace.hpp"
#include "tools/access_tokens/lost_creation.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/resources.hpp"
#include "tools/access_tokens/rotate_words.hpp"
#include "tools/access_tokens/successor.hpp"
#include "tools/offer.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenId;
using truefoundry::TokenName;
using Tokens = std::vector<AccessToken>;

Error with_old_token_left(Error error, const RotationPlan& plan, const policy::Seals& seal) {
    error.message +=
        " The old token " + tools::in_quotes(seal, plan.old_title()) + " was not deleted and still works.";
    return error;
}

Error name_taken(const AccessToken& by, const policy::Seals& seal) {
    return {Errc::conflict, std::string(tools::sentences::name_exists) + " The name " +
                                tools::in_quotes(seal, by.name) + " belongs to the token with ID " +
                                tools::one_line(seal, by.id) + ". Nothing was created or deleted."};
}

Result<std::string> name_for(const RotateAccessToken::Args& args, const AccessToken& old, const Tokens& all,
                             const policy::Seals& seal) {
    if (args.name.empty()) {
        auto name = successor_name(old.name, all, seal);
        if (!name) return name.error();
        return name->text();
    }
    const auto taken = std::ranges::find(all, args.name, &AccessToken::name);
    if (taken != all.end()) return name_taken(*taken, seal);
    return args.name;
}

Result<std::string> expiration_for(const RotateAccessToken::Args& args, const AccessToken& old,
                                   policy::Time now) {
    if (!args.expiration_date.empty()) return args.expiration_date;
    return successor_expiration(old, now);
}

/// All that the call leaves open, resolved from what TrueFoundry lists now.
Result<RotationPlan> plan_for(const RotateAccessToken::Args& args, const AccessToken& old, const Tokens& all,
                              policy::Time now, const policy::Seals& seal) {
    if (policy::deceptive(old.team))
        return Error{Errc::refused,
                     "The team that owns the old token has a name with invisible or look-alike characters: " +
                         tools::in_quotes(seal, old.team) + ". Nothing was created or deleted."};
    auto name = name_for(args, old, all, seal);
    if (!name) return name.error();
    auto expires = expiration_for(args, old, now);
    if (!expires) return expires.error();
    const bool known_type = old.type == "jwt" || old.type == "opaque";
    return RotationPlan{.old = target_of(old),
                        .new_name = std::move(*name),
                        .expiration_date = std::move(*expires),
                        .token_type = known_type ? old.type : std::string{},
                        .team_name = old.team,
                        .grace_period = args.grace_period};
}

truefoundry::CreateRequest request_of(const RotationPlan& plan, TokenName name) {
    return {.name = std::move(name),
            .expiration_date = plan.expiration_date,
            .token_type = plan.token_type,
            .team_name = plan.team_name,
            .account_name = {}};
}

Error nobody_knows(const RotationPlan& plan, const CreationOutcome& fate, const policy::Seals& seal) {
    return {Errc::ambiguous,
            "The server stopped during this rotation, and it is unknown whether the new token " +
                tools::in_quotes(seal, plan.new_name) + " was created: " + fate.why +
                " List the tokens; if it is there and "
                "its value was not seen, delete it" +
                tools::by_tool_or_there(delete_tool) + ".",
            fate.may_tell_later ? tools::unread() : Json(nullptr)};
}

std::string what_is_listed(const RotationPlan& plan, const Result<Tokens>& all, const policy::Seals& seal) {
    if (!all) return "The old token " + tools::in_quotes(seal, plan.old_title()) + " was not deleted by it.";
    const bool there = std::ranges::find(*all, plan.old_id(), &AccessToken::id) != all->end();
    return "The old token " + tools::in_quotes(seal, plan.old_title()) +
           (there ? " was not deleted and still works." : " is no longer listed.");
}

Error superseded(const RotationPlan& plan, const std::string& why, const policy::Seals& seal) {
    return {
        Errc::superseded,
        "The rotation of " + tools::in_quotes(seal, plan.old_title()) + " did not start: " + why +
            " Nothing was created or deleted. List the tokens, and ask again if the user still wants it."};
}

}  // namespace

RotateAccessToken::Args RotateAccessToken::Args::read(const Json& arguments) {
    const auto member = [&](const char* key) { return arguments.value(key, std::string{}); };
    return {.id = member("id"),
            .name = member("name"),
            .expiration_date = member("expirationDate"),
            .grace_period = member("grace_period"),
            .reason = member("reason")};
}

RotateAccessToken::Args RotateAccessToken::Args::of(const policy::Call& call) {
    auto args = read(call.arguments);
    args.reason = call.reason;
    return args;
}

Result<Json> RotateAccessToken::canonical(Json arguments, policy::Time now) const {
    const auto args = Args::read(arguments);
    if (const auto id = TokenId::read(args.id); !id) return id.error();
    if (arguments.contains("name"))
        if (const auto lawful = TokenName::read(args.name); !lawful) return lawful.error();
    if (arguments.contains("expirationDate")) {
        auto resolved = resolve_expiration(args.expiration_date, now, clients_.seals());
        if (!resolved) return resolved.error();
        arguments["expirationDate"] = std::move(*resolved);
    }
    auto grace = resolve_grace(arguments.contains("grace_period") ? args.grace_period : default_grace,
                               clients_.seals());
    if (!grace) return grace.error();
    arguments["grace_period"] = std::move(*grace);
    return arguments;
}

Async<Result<policy::Facts>> RotateAccessToken::facts(policy::Call call) {
    const auto args = Args::of(call);
    auto api = clients_.of(call.caller);
    const auto all = co_await api.list();
    if (!all) co_return all.error();
    const auto old = std::ranges::find(*all, args.id, &AccessToken::id);
    if (old == all->end())
        co_return Error{Errc::not_found, tools::id_not_found() + " Nothing was created or deleted."};
    if (const auto alone = co_await check_alone(args.id); !alone) co_return alone.error();
    const auto now = clock_.now();
    const auto plan = plan_for(args, *old, *all, now, clients_.seals());
    if (!plan) co_return plan.error();
    co_return describe_rotation(*old, *plan, args.reason, keys_.of(call.caller), now, clients_.seals());
}

// A second successor of a token that is on its way out would be one too many.
Async<Result<void>> RotateAccessToken::check_alone(std::string old_id) const {
    const auto open = co_await rotations_.under_way(std::move(old_id));
    if (!open) co_return open.error();
    if (*open)
        co_return Error{Errc::conflict, "This token is being rotated already. " +
                                            describe(**open, clients_.seals()) +
                                            " Nothing was created or deleted by this call."};
    co_return Result<void>{};
}

// One look at both tokens, right before the one POST.
Async<Result<void>> RotateAccessToken::check(truefoundry::Client api, RotationPlan plan) const {
    const auto all = co_await api.list();
    if (!all) co_return all.error();
    const auto old = std::ranges::find(*all, plan.old_id(), &AccessToken::id);
    if (old == all->end()) co_return superseded(plan, "the old token is no longer listed.", api.seals());
    if (target_of(*old) != plan.old)
        co_return superseded(plan, "the old token has changed since this was approved.", api.seals());
    const auto taken = std::ranges::find(*all, plan.new_name, &AccessToken::name);
    if (taken != all->end()) co_return name_taken(*taken, api.seals());
    const auto expires = policy::read_time(plan.expiration_date);
    if (expires && *expires <= clock_.now())
        co_return superseded(plan, "the new token would already have expired.", api.seals());
    co_return Result<void>{};
}

std::vector<tools::ChangeTool::Part> RotateAccessToken::parts(const policy::Facts& facts) const {
    const auto plan = RotationPlan::read(facts.target);
    return {{delete_tool, facts.subject}, {create_tool, plan ? plan->new_name : facts.subject}};
}

Async<Result<Created>> RotateAccessToken::make_successor(const policy::ApprovedPermit& permit,
                                                         RotationPlan plan) {
    auto name = TokenName::read(plan.new_name);
    if (!name) co_return name.error();

    auto api = clients_.of(permit.call().caller);
    if (const auto same = co_await check(api, plan); !same) co_return same.error();
    auto asked = request_of(plan, std::move(*name));
    const auto destination = permit.grant().decision.destination;
    auto created = co_await create_once(api, escrow_, clock_, std::move(asked), tools::recipients_of(permit),
                                        destination);
    if (!created) co_return with_old_token_left(created.error(), plan, clients_.seals());
    co_return created;
}

// Reserved first: of two approved rotations of one token, one gets to its POST.
Async<Result<tools::ToolResult>> RotateAccessToken::run(policy::ApprovedPermit permit) {
    auto order = RotationOrder::of(permit);
    if (!order) co_return order.error();
    const auto plan = order->plan();
    const auto approval_id = order->approval_id();
    const auto alone = co_await rotations_.reserve(approval_id, plan.old_id());
    if (!alone) co_return alone.error();
    const auto created = co_await make_successor(permit, plan);
    if (!created) {
        co_await rotations_.release(approval_id);
        co_return created.error();
    }
    Successor made{.id = created->id, .reveal_id = created->held.reveal_id};
    const auto begun = co_await rotations_.begin(std::move(*order), std::move(made));
    if (!begun) co_await rotations_.release(approval_id);
    auto report = report_rotation(*created, plan, begun, clock_.now(), clients_.seals());
    report.follow_up = showing(*created);
    co_return report;
}

std::vector<std::string> RotateAccessToken::touches(const policy::Call&, const Json& structured) const {
    return uris_of(structured);
}

Async<Result<bool>> RotateAccessToken::stands(policy::Call call, Json structured) {
    co_return co_await is_listed(clients_.of(call.caller), std::move(structured));
}

// The value was in the memory of the process that ended: a successor that is there and whose value no one saw
// before has none any more, and without its value being handed over the old token never goes.
Async<Result<tools::ToolResult>> RotateAccessToken::settle(policy::Call call, policy::Facts facts,
                                                           policy::Time begun) {
    const auto plan = RotationPlan::read(facts.target);
    if (!plan) co_return plan.error();
    auto name = TokenName::read(plan->new_name);
    if (!name) co_return name.error();
    auto api = clients_.of(call.caller);
    LostCreation lost{.name = std::move(*name),
                      .begun = begun,
                      .age = clock_.now() - begun,
                      .how = tools::sentences::process_ended};
    const auto fate = co_await fate_of(api, std::move(lost));
    if (fate.is == CreationOutcome::Is::unknown) co_return nobody_knows(*plan, fate, api.seals());
    const auto all = co_await api.list();
    const auto old_words = what_is_listed(*plan, all, api.seals());
    if (fate.is == CreationOutcome::Is::older) {
        auto doubt = looks_older(*fate.token, tools::sentences::process_ended, api.seals());
        doubt.message += " " + old_words;
        co_return doubt;
    }
    if (fate.is == CreationOutcome::Is::not_made)
        co_return Error{Errc::upstream, "The server stopped before the new token " +
                                            tools::in_quotes(api.seals(), plan->new_name) +
                                            " was created. Nothing was created. " + old_words};
    const auto& made = *fate.token;
    co_return Error{Errc::ambiguous,
                    "The server stopped during this rotation. It had created the new token " +
                        tools::in_quotes(api.seals(), plan->new_name) + " (ID " +
                        tools::one_line(api.seals(), made.id) +
                        "). If its value was not seen before, it is lost: delete that token" +
                        tools::by_tool_or_there(delete_tool) + " and rotate again. " + old_words,
                    {{"token", {{"id", tools::one_line(api.seals(), made.id)}, {"name", made.name}}}}};
}

}  // namespace tfy::access_tokens
