// What a standing permission may say, and which calls it covers.
#include "policy/standing_permission.hpp"

#include <algorithm>

#include "policy/members.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view covered_tool = "tfy_access_tokens_create";
constexpr std::size_t most_uses = 100;
constexpr Duration longest_token = std::chrono::days{90};
constexpr Duration longest_permission = std::chrono::hours{12};
constexpr std::size_t longest_text = 500;  // bytes

Error no(const std::string& why) { return {Errc::refused, why + " No permission was given."}; }

std::optional<Error> unreasonable(const StandingWish& wish) {
    if (wish.principal.empty() || wish.principal.size() > longest_text)
        return no("A standing permission is for one principal: say which, as it stands in its requests.");
    const auto fixed = wish.names.find_first_of("*?");
    if (wish.names.empty() || wish.names.size() > longest_text || fixed == 0)
        return no(
            "The names must begin with something fixed, such as ci-*: a pattern for every name would be "
            "no permission but an open door.");
    if (wish.uses < 1 || wish.uses > most_uses)
        return no("It can be used from 1 to " + std::to_string(most_uses) + " times.");
    if (wish.longest_life <= Duration{0} || wish.longest_life > longest_token)
        return no("The tokens that it covers must expire within 90 days at the most.");
    if (wish.lasts <= Duration{0} || wish.lasts > longest_permission)
        return no("It can last for 12 hours at the most.");
    if (wish.destination == Destination::agent)
        return no("A value goes to the agent only where a person decides on that value: page, or none.");
    if (wish.reason.size() > longest_text) return no("The reason must be shorter than 500 bytes.");
    return std::nullopt;
}

/// Why `permission` says nothing about `fresh`.
std::optional<std::string> not_covered(const StandingPermission& permission, const Approval& fresh,
                                       Time now) {
    if (!permission.in_force(now)) return "The permission is over.";
    if (!may_be_permitted(fresh.call)) return "A standing permission never covers this tool.";
    if (fresh.call.caller.principal != permission.principal) return "It is for another principal.";
    if (!glob(permission.names, fresh.facts.subject)) return "It is for other names.";
    if (!fresh.facts.expires) return "It is for tokens that expire.";
    if (*fresh.facts.expires > now + permission.longest_life) return "It is for tokens that expire sooner.";
    const auto& allowed = fresh.terms.destinations;
    if (std::ranges::find(allowed, permission.destination) == allowed.end())
        return "The rule does not let the value go where it says.";
    if (fresh.terms.reason_required && permission.reason.empty()) return "The rule asks for a reason.";
    return std::nullopt;
}

}  // namespace

std::string StandingPermission::words() const {
    return "up to " + std::to_string(uses) + (uses == 1 ? " token" : " tokens") + " named " +
           shown(names, 100) + ", each for " + format_duration(longest_life) + " at the most, for " +
           shown(principal, 100);
}

bool may_be_permitted(const Call& call) { return call.tool == covered_tool; }

Result<StandingPermission> give(const Human& person, StandingWish wish, std::string id, Time now) {
    if (person.assurance() == Assurance::client)
        return no(
            "Only a person who is known by name can give a standing permission: on the approvals page or in "
            "a terminal.");
    if (person.name() == wish.principal) return no("Nobody gives a permission to themselves.");
    if (auto why = unreasonable(wish)) return *std::move(why);
    return StandingPermission{.id = std::move(id),
                              .by = person.name(),
                              .assurance = person.assurance(),
                              .principal = std::move(wish.principal),
                              .names = std::move(wish.names),
                              .longest_life = wish.longest_life,
                              .destination = wish.destination,
                              .reason = std::move(wish.reason),
                              .uses = wish.uses,
                              .given = now,
                              .until = now + wish.lasts};
}

Result<Approval> approve_under(const StandingPermission& permission, Approval fresh, Time now,
                               Duration claim_window) {
    auto why = fresh.state == Approval::State::pending ? not_covered(permission, fresh, now)
                                                       : std::optional<std::string>("It is decided already.");
    fresh.votes = {{.approved = true,
                    .by = permission.by,
                    .assurance = permission.assurance,
                    .at = now,
                    .reason = permission.reason,
                    .destination = permission.destination,
                    .permission = permission.id}};
    if (!why) why = unmet(fresh);
    if (why) return Error{Errc::refused, *why + " The standing permission was not used."};
    fresh.decision = fresh.votes.back();
    fresh.state = Approval::State::approved;
    fresh.updated = now;
    fresh.expires = std::min(now + claim_window, permission.until);
    return fresh;
}

Result<StandingPermission> revoke(StandingPermission permission, const Human& person) {
    if (!permission.revoked_by.empty())
        return Error{Errc::refused, "This permission was revoked already. Nothing was changed."};
    permission.revoked_by = person.name();
    return permission;
}

Json StandingPermission::json() const {
    return {{"id", id},
            {"by", by},
            {"assurance", to_string(assurance)},
            {"principal", principal},
            {"names", names},
            {"longest_life_ms", longest_life.count()},
            {"destination", to_string(destination)},
            {"reason", reason},
            {"uses", uses},
            {"used", used},
            {"given", format_time(given)},
            {"until", format_time(until)},
            {"revoked_by", revoked_by}};
}

Result<StandingPermission> StandingPermission::read(const Json& value) {
    std::string problem;
    const Members from(value, "", problem);
    StandingPermission read{.id = from.text("id"),
                            .by = from.text("by"),
                            .assurance = from.one_of("assurance", read_assurance, Assurance::client),
                            .principal = from.text("principal"),
                            .names = from.text("names"),
                            .longest_life = Duration{from.integer("longest_life_ms")},
                            .destination = from.one_of("destination", read_destination, Destination::none),
                            .reason = from.text("reason"),
                            .uses = static_cast<std::size_t>(from.integer("uses")),
                            .used = static_cast<std::size_t>(from.integer("used")),
                            .given = from.time("given"),
                            .until = from.time("until"),
                            .revoked_by = from.text("revoked_by")};
    if (!problem.empty())
        return Error{Errc::storage,
                     "A stored permission cannot be read: " + problem + ". It covers nothing."};
    return read;
}

}  // namespace tfy::policy
