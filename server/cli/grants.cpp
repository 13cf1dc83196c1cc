#include "server/cli/grants.hpp"

#include "policy/principals.hpp"
#include "policy/visible.hpp"
#include "server/app/services.hpp"
#include "server/cli/command_window.hpp"
#include "server/storage/oauth_grants.hpp"
#include "tools/own_command.hpp"

namespace tfy::cli {
namespace {

using storage::OAuthGrant;
using storage::OAuthGrants;

constexpr std::string_view of_grants = "--state-dir --sandbox --config";
constexpr std::size_t longest_shown = 200;

struct GrantWish {
    std::string person = {};
    std::string id = {};
    bool json = false;
};

std::string scopes_of_grant(const OAuthGrant& grant) {
    return grant.may_request ? "tokens:read tokens:request" : "tokens:read";
}

Json grant_json(const OAuthGrant& grant, policy::Time now) {
    return {{"id", grant.id},
            {"principal", std::string(policy::oauth_principals) + grant.person + "/" + grant.client_id},
            {"person", grant.person},
            {"client", grant.client_id},
            {"client_name", grant.client_name},
            {"scopes", scopes_of_grant(grant)},
            {"created_at", policy::format_time(grant.created)},
            {"expires_at", policy::format_time(grant.until)},
            {"last_used_at", policy::format_time(grant.last_used)},
            {"revoked_at", grant.revoked ? Json(policy::format_time(*grant.revoked)) : Json(nullptr)},
            {"valid", grant.holds(now)}};
}

std::string grant_line(const OAuthGrant& grant, policy::Time now, const policy::Seals& seal) {
    const bool holds = grant.holds(now);
    const auto end = grant.revoked ? "revoked on " + policy::format_time_for_people(*grant.revoked)
                     : holds       ? "until " + policy::format_time_for_people(grant.until) + " if unused"
                                   : "over since " + policy::format_time_for_people(grant.until);
    const auto* const may =
        grant.may_request ? (holds ? "may ask" : "could ask") : (holds ? "reads" : "could read");
    auto line = grant.id + "  " + grant.person + "  " + may + "  " +
                policy::shown(seal, grant.client_id, longest_shown) + "  " + end;
    if (!grant.client_name.empty())
        line += "  (shown as " + policy::shown(seal, grant.client_name, longest_shown) + ")";
    return line + "\n";
}

int list_grants(Invocation& call, const GrantWish& wish) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    const auto now = app::SystemClock().now();
    const auto grants = OAuthGrants(*archive->ledger).grants(wish.person);
    if (!grants) return archive->fail(call.err, grants.error());
    PrintedList list;
    for (const auto& grant : *grants)
        list.add(grant_json(grant, now), grant_line(grant, now, *archive->sealer));
    return list.print(*archive, call.out, wish.json, "grants", "Nothing is granted to any client.\n");
}

int revoke_grant(Invocation& call, const GrantWish& wish) {
    const auto archive = open_archive(call);
    if (!archive) return call.fail(archive.error());
    const auto now = app::SystemClock().now();
    const auto record = [&](const OAuthGrant& grant) {
        const Json body = {{"grant", grant.id},
                           {"person", grant.person},
                           {"client", grant.client_id},
                           {"by", config::os_user()}};
        return journal::JournalEntry{"grant_revoked", "", archive->sealer->seal(body), now};
    };
    const auto before = OAuthGrants(*archive->ledger).revoke(wish.id, "", now, record);
    if (!before) return archive->fail(call.err, before.error());
    if (!*before)
        return archive->fail(call.err,
                             {Errc::not_found, "There is no such grant. Nothing was revoked. List them: " +
                                                   tools::own_command("grants list")});
    archive->say(call.out, (*before)->revoked
                               ? wish.id + " was revoked before.\n"
                               : wish.id +
                                     " is revoked. Its tokens are worth nothing from now on, and its "
                                     "streams end within seconds.\n");
    return 0;
}

}  // namespace

void add_grants(CommandLine& line) {
    auto wish = std::make_shared<GrantWish>();
    auto& grants = line.add(
        {"grants",
         "List and revoke what people granted to clients of serve --callers oauth",
         {of_grants, {"tfy-pat-mcp grants list", "tfy-pat-mcp grants revoke grt_0a1b2c3d4e5f60718293a4b5"}}});
    auto& list_verb = line.add(
        grants, {"list",
                 "List the grants, including those that ended in the last 30 days",
                 {of_grants, {"tfy-pat-mcp grants list", "tfy-pat-mcp grants list --person ada --json"}},
                 [wish](Invocation& call) { return list_grants(call, *wish); }});
    list_verb.add_option("--person", wish->person, "Only those of this person");
    list_verb.add_flag("--json", wish->json, "Print JSON");
    auto& revoke_verb =
        line.add(grants, {"revoke",
                          "Revoke a grant; whatever its client is doing ends within seconds",
                          {of_grants,
                           {"tfy-pat-mcp grants revoke grt_0a1b2c3d4e5f60718293a4b5",
                            "tfy-pat-mcp grants revoke grt_0a1b2c3d4e5f60718293a4b5 --sandbox"}},
                          [wish](Invocation& call) { return revoke_grant(call, *wish); }});
    revoke_verb.add_option("ID", wish->id, "The grant's id, as grants list shows it")->required();
}

}  // namespace tfy::cli
