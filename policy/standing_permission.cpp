// What a standing permission may say, and which calls it covers.
#include "policy/standing_permission.hpp"

#include <algorithm>

#include "policy/members.hpp"
#include "policy/visible.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view covered_tool = "tfy_access_tokens_create";
constexpr std::size_t most_uses = 100;
constexpr Duration longest_token = std::chrono::days{90};
constexpr Duration longest_permission = std::chrono::hours{12};
constexpr std::size_t longest_text = 500;  // bytes
constexpr std::string_view sandbox_url = "sandbox:";

Error no(const std::string& why) { return {Errc::refused, why + " No permission was given."}; }

std::optional<Error> unreasonable(const StandingWish& wish) {
    if (wish.principal.empty() || wish.principal.size() > longest_text)
        return no("Name one principal, as its requests show it: stdio:alice, http:loopback or key:K7Q29FXM.");
    if (wish.base_url.empty())
        return no("No server with a TrueFoundry address has run here yet. Set TFY_BASE_URL and start it.");
    for (const auto* text : {&wish.kind.team, &wish.kind.account})
        if (text->size() > longest_text) return no("A team or account must be shorter than 500 bytes.");
    if (!wish.kind.type.empty() && wish.kind.type != "jwt" && wish.kind.type != "opaque")
        return no("The type must be jwt or opaque, or left out.");
    const auto fixed = wish.names.find_first_of("*?");
    if (wish.names.empty() || wish.names.size() > longest_text || fixed == 0)
        return no("The names must begin with fixed characters, for example ci-*.");
    if (wish.names.find_first_of("[]{}") != std::string::npos)
        return no("Only * and ? stand for other characters in the names: [ ] { } would match no name.");
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

std::string key_words(const StandingPermission& permission, const Seals& seal) {
    return permission.holder.user.empty() ? "the key in use when it was given"
                                          : "the key of " + shown(seal, permission.holder.user, 100);
}

std::optional<std::string> other_place(const StandingPermission& permission, const Approval& fresh,
                                       const KeyIdentity& with, const Seals& seal) {
    if (permission.base_url.empty())
        return "It was given by an earlier version, which did not bind it to a TrueFoundry address. Give a "
               "new one.";
    if (fresh.call.base_url != permission.base_url) return "It is for tokens " + permission.where(seal) + ".";
    if (same_user(permission.holder, with) != SameUser::yes)
        return "It is for tokens made with " + key_words(permission, seal) +
               ", and this call goes with another one.";
    return std::nullopt;
}

/// The first moment at which a token may no longer live. "30 days" is to the end of a day: it fits into 30
/// days.
Time too_late(Time now, Duration longest_life) {
    using std::chrono::days;
    if (longest_life < days{1}) return now + longest_life + Duration{1};
    return std::chrono::floor<days>(now + longest_life) + days{1};
}

std::optional<std::string> other_call(const StandingPermission& permission, const Approval& fresh,
                                      const KeyIdentity& with, Time now, const Seals& seal) {
    if (!may_be_permitted(fresh.call)) return "It covers only the creation of tokens.";
    if (fresh.call.caller.principal != permission.principal)
        return "It is for " + shown(seal, permission.principal, 100) + ".";
    if (auto why = other_place(permission, fresh, with, seal)) return why;
    if (!glob(permission.names, fresh.facts.subject))
        return "It is for tokens named " + shown(seal, permission.names, 100) + ".";
    if (token_kind(fresh.call) != permission.kind)
        return "It is for tokens with " + permission.kind.words(seal) + ".";
    const auto within = "It is for tokens that expire within " + format_duration(permission.longest_life);
    if (!fresh.facts.expires) return within + ", and this one never expires.";
    if (*fresh.facts.expires >= too_late(now, permission.longest_life)) return within + ".";
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
std::optional<std::string> too_little(const StandingPermission& permission, const Approval& fresh,
                                      const Seals& seal) {
    const auto& terms = fresh.terms();
    if (terms.quorum > 1)
        return "The rule asks for " + std::to_string(terms.quorum) +
               " approvers, and one person gives a permission. No permission can count here.";
    if (auto why = excluded(terms, fresh.call.caller, permission.by, seal))
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

std::string TokenKind::words(const Seals& seal) const {
    std::vector<std::string> named;
    std::vector<std::string> left_out;
    for (const auto& [label, value] : {std::pair{"team", &team}, {"account", &account}, {"type", &type}})
        if (value->empty())
            left_out.emplace_back(label);
        else
            named.push_back(label + std::string(" ") + shown(seal, *value, 100));
    const auto joined = [](const std::vector<std::string>& parts) {
        std::string text;
        for (std::size_t i = 0; i < parts.size(); ++i)
            text += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
        return text;
    };
    if (left_out.empty()) return joined(named);
    return joined(named) + (named.empty() ? "" : ", ") + joined(left_out) + " left out";
}

std::string StandingPermission::words(const Seals& seal) const {
    return "up to " + std::to_string(uses) + (uses == 1 ? " token" : " tokens") + " named " +
           shown(seal, names, 100) + ", each for at most " + format_duration(longest_life) + ", for " +
           shown(seal, principal, 100) + ", " + where(seal) + ", with " + kind.words(seal);
}

std::string StandingPermission::where(const Seals& seal) const {
    if (base_url.empty()) return "at no TrueFoundry address";
    if (base_url == sandbox_url) return "in the sandbox";
    return "at " + shown(seal, base_url, 200) + " with " + key_words(*this, seal);
}

std::size_t of_earlier_versions(const std::vector<StandingPermission>& permissions) {
    return static_cast<std::size_t>(
        std::ranges::count_if(permissions, [](const auto& each) { return each.base_url.empty(); }));
}

std::string words_of_earlier_versions(std::size_t how_many) {
    return std::to_string(how_many) + (how_many == 1 ? " standing permission" : " standing permissions") +
           " of an earlier version, which named no TrueFoundry address, team, account or token type, cover" +
           (how_many == 1 ? "s" : "") + " nothing any more. Give a new one if it is still needed.";
}

bool may_be_permitted(const Call& call) { return call.tool == covered_tool; }

TokenKind token_kind(const Call& call) {
    const auto payload = call.arguments.find("payload");
    if (payload == call.arguments.end() || !payload->is_object()) return {};
    const auto text = [&](const char* name) {
        const auto found = payload->find(name);
        return found == payload->end() || !found->is_string() ? std::string{} : found->get<std::string>();
    };
    return {.team = text("teamName"), .account = text("accountName"), .type = text("tokenType")};
}

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
                              .base_url = std::move(wish.base_url),
                              .holder = std::move(wish.holder),
                              .names = std::move(wish.names),
                              .kind = std::move(wish.kind),
                              .longest_life = wish.longest_life,
                              .destination = wish.destination,
                              .reason = std::move(wish.reason),
                              .uses = wish.uses,
                              .given = now,
                              .until = now + wish.lasts};
}

std::optional<std::string> not_covered(const StandingPermission& permission, const Approval& fresh,
                                       const KeyIdentity& with, Time now, const Seals& seal) {
    if (auto why = over(permission, now)) return why;
    if (auto why = other_call(permission, fresh, with, now, seal)) return why;
    return too_little(permission, fresh, seal);
}

Result<Approval> approve_under(const StandingPermission& permission, Approval fresh, const KeyIdentity& with,
                               Time now, Duration claim_window, const Seals& seal) {
    auto why = fresh.state() == Approval::State::pending
                   ? not_covered(permission, fresh, with, now, seal)
                   : std::optional<std::string>("It is decided already.");
    fresh.votes_ = {{.approved = true,
                     .by = permission.by,
                     .assurance = permission.assurance,
                     .at = now,
                     .reason = permission.reason,
                     .destination = permission.destination,
                     .permission = permission.id}};
    if (!why) why = unmet(fresh);
    if (why) return Error{Errc::refused, *why + " The standing permission was not used."};
    fresh.decision_ = fresh.votes().back();
    fresh.state_ = Approval::State::approved;
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
            {"base_url", base_url},
            {"key_print", holder.print},
            {"key_user", holder.user},
            {"names", names},
            {"team", kind.team},
            {"account", kind.account},
            {"token_type", kind.type},
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
    // Records of earlier versions name neither address nor kind.
    const auto maybe = [&](const char* key) { return from.has(key) ? from.text(key) : std::string{}; };
    StandingPermission read{
        .id = from.text("id"),
        .by = from.text("by"),
        .assurance = from.one_of("assurance", read_assurance, Assurance::client),
        .principal = from.text("principal"),
        .base_url = maybe("base_url"),
        .holder = {.print = maybe("key_print"), .user = maybe("key_user")},
        .names = from.text("names"),
        .kind = {.team = maybe("team"), .account = maybe("account"), .type = maybe("token_type")},
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
