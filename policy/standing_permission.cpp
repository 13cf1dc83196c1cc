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
        return no("Name one principal, as its requests show it: stdio:alice, http:loopback or key:K7Q29FXM.");
    const auto fixed = wish.names.find_first_of("*?");
    if (wish.names.empty() || wish.names.size() > longest_text || fixed == 0)
        return no("The names must begin with fixed characters, for example ci-*.");
    if (wish.uses < 1 || wish.uses > most_uses)
        return no("The number of uses must be from 1 to " + std::to_string(most_uses) + ".");
    if (wish.longest_life <= Duration{0} || wish.longest_life > longest_token)
        return no("The tokens must expire within 90 days or less.");
    if (wish.lasts <= Duration{0} || wish.lasts > longest_permission)
        return no("A permission lasts 12 hours or less.");
    if (wish.destination == Destination::agent)
        return no(
            "The destination must be page or none: a person decides on each value that goes to an agent.");
    if (wish.reason.size() > longest_text) return no("The reason must be shorter than 500 bytes.");
    return std::nullopt;
}

std::optional<std::string> over(const StandingPermission& permission, Time now) {
    if (!permission.revoked_by.empty()) return "It was revoked.";
    if (permission.used >= permission.uses)
        return "It is used up: " + std::to_string(permission.used) + " of " +
               std::to_string(permission.uses) + ".";
    if (now >= permission.until) return "It has expired.";
    return std::nullopt;
}

std::optional<std::string> other_call(const StandingPermission& permission, const Approval& fresh, Time now) {
    if (!may_be_permitted(fresh.call)) return "It covers only the creation of tokens.";
    if (fresh.call.caller.principal != permission.principal)
        return "It is for " + shown(permission.principal, 100) + ".";
    if (!glob(permission.names, fresh.facts.subject))
        return "It is for tokens named " + shown(permission.names, 100) + ".";
    const auto within = "It is for tokens that expire within " + format_duration(permission.longest_life);
    if (!fresh.facts.expires) return within + ", and this one never expires.";
    if (*fresh.facts.expires > now + permission.longest_life) return within + ".";
    return std::nullopt;
}

std::string_view where_given(Assurance least) {
    switch (least) {
        case Assurance::client:
        case Assurance::terminal: return "a person at a terminal or on the approvals page";
        case Assurance::signed_in: return "a person signed in to the approvals page";
        case Assurance::passkey: break;
    }
    return "a person with a passkey";
}

std::string choose_from(const std::vector<Destination>& allowed) {
    std::string names;
    for (const auto destination : {Destination::page, Destination::none})
        if (std::ranges::find(allowed, destination) != allowed.end())
            names += (names.empty() ? "" : " or ") + std::string(to_string(destination));
    return names.empty() ? "It allows only agent, which no permission can use."
                         : "Give a permission with the destination " + names + ".";
}

/// What the rule asks for and its giver cannot say alone.
std::optional<std::string> too_little(const StandingPermission& permission, const Approval& fresh) {
    const auto& terms = fresh.terms;
    if (terms.quorum > 1)
        return "The rule asks for " + std::to_string(terms.quorum) +
               " approvers, and one person gives a permission. No permission can count here.";
    if (auto why = excluded(terms, fresh.call.caller, permission.by))
        return *why + " A permission counts if it is given by a person who may approve these requests.";
    if (permission.assurance < terms.min_assurance)
        return "The rule asks for " + std::string(where_given(terms.min_assurance)) +
               ", and this permission was given " +
               (permission.assurance == Assurance::terminal ? "in a terminal" : "with less") +
               ". Give it there instead.";
    if (std::ranges::find(terms.destinations, permission.destination) == terms.destinations.end())
        return "The rule does not allow the destination " + std::string(to_string(permission.destination)) +
               ". " + choose_from(terms.destinations);
    if (terms.reason_required && permission.reason.empty())
        return "The rule asks for a reason. Give a permission with a reason.";
    return std::nullopt;
}

}  // namespace

std::string StandingPermission::words() const {
    return "up to " + std::to_string(uses) + (uses == 1 ? " token" : " tokens") + " named " +
           shown(names, 100) + ", each for at most " + format_duration(longest_life) + ", for " +
           shown(principal, 100);
}

bool may_be_permitted(const Call& call) { return call.tool == covered_tool; }

Result<StandingPermission> give(const Human& person, StandingWish wish, std::string id, Time now) {
    if (person.assurance() == Assurance::client)
        return no(
            "Only a person known by name can give a standing permission. Use the approvals page or a "
            "terminal.");
    if (person.name() == wish.principal) return no("You cannot give a permission to yourself.");
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

std::optional<std::string> not_covered(const StandingPermission& permission, const Approval& fresh,
                                       Time now) {
    if (auto why = over(permission, now)) return why;
    if (auto why = other_call(permission, fresh, now)) return why;
    return too_little(permission, fresh);
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
