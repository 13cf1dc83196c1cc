// Standing permissions: what is allowed ahead of time, giving it, and taking it back.
#include "policy/visible.hpp"
#include "server/dashboard/body_fields.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::string_view not_given = "No permission was given.";

Error bad(const std::string& what) { return {Errc::refused, what + " " + std::string(not_given)}; }

/// "30d", "60m"; `what` for the sentence.
Result<policy::Duration> read_period(const Json& body, const char* field, const std::string& what) {
    const auto text = text_field(body, field);
    if (!text) return bad_text(field, not_given);
    const auto period = policy::read_duration(*text);
    if (period) return *period;
    return bad(what + " must be a number and a unit, for example 45m, 12h or 30d.");
}

Result<policy::StandingWish> read_wish(const Json& body) {
    policy::StandingWish wish;
    for (const auto& [name, into] : {std::pair{"principal", &wish.principal},
                                     {"names", &wish.names},
                                     {"team", &wish.kind.team},
                                     {"account", &wish.kind.account},
                                     {"token_type", &wish.kind.type},
                                     {"reason", &wish.reason}}) {
        auto text = text_field(body, name);
        if (!text) return bad_text(name, not_given);
        *into = std::move(*text);
    }
    const auto uses = count_field(body, "uses");
    if (!uses) return bad("The number of uses must be a whole number.");
    wish.uses = *uses;
    const auto longest = read_period(body, "longest_life", "The tokens' life");
    if (!longest) return longest.error();
    wish.longest_life = *longest;
    const auto lasts = read_period(body, "lasts", "The permission's duration");
    if (!lasts) return lasts.error();
    wish.lasts = *lasts;
    const auto destination = policy::read_destination(text_field(body, "destination").value_or(""));
    if (!destination) return bad("The destination must be page, agent or none.");
    wish.destination = *destination;
    return wish;
}

Json permission_view(const policy::StandingPermission& permission, const policy::Seals& seal) {
    return {{"id", permission.id},
            {"by", policy::shown(seal, permission.by)},
            {"assurance", policy::to_string(permission.assurance)},
            {"words", permission.words(seal)},
            {"principal", policy::shown(seal, permission.principal)},
            {"base_url", policy::shown(seal, permission.base_url)},
            {"where", permission.where(seal)},
            {"names", policy::shown(seal, permission.names)},
            {"token_kind", permission.kind.words(seal)},
            {"longest_life", policy::format_duration(permission.longest_life)},
            {"destination", policy::to_string(permission.destination)},
            {"reason", policy::shown(seal, permission.reason)},
            {"uses", permission.uses},
            {"used", permission.used},
            {"given", policy::format_time(permission.given)},
            {"until", policy::format_time(permission.until)}};
}

}  // namespace

Async<transport::HttpResponse> Dashboard::permissions(PageRequest) {
    const auto found = co_await standing_.list();
    if (!found) co_return error_reply(redaction_, found.error());
    Json all = Json::array();
    for (const auto& permission : *found) all.push_back(permission_view(permission, redaction_));
    const Json body = {{"permissions", std::move(all)},
                       {"given_for", standing_.where()},
                       {"now", policy::format_time(clock_.now())}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::permit(PageRequest visit) {
    auto wish = read_wish(visit.body);
    if (!wish) co_return error_reply(redaction_, wish.error());
    const auto given = co_await standing_.give(people_.human(*visit.session), std::move(*wish));
    co_return given ? json_reply(redaction_, 201, permission_view(*given, redaction_))
                    : error_reply(redaction_, given.error());
}

Async<transport::HttpResponse> Dashboard::revoke(PageRequest visit) {
    const auto revoked = co_await standing_.revoke(visit.id, people_.human(*visit.session));
    const bool twice = !revoked && revoked.error().code == Errc::refused;
    co_return revoked ? json_reply(redaction_, 200, permission_view(*revoked, redaction_))
    : twice           ? error_reply(redaction_, 409, "conflict", revoked.error().message)
                      : error_reply(redaction_, revoked.error());
}

}  // namespace tfy::dashboard
