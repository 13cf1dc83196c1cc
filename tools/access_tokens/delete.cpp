#include "tools/access_tokens/delete.hpp"

#include <algorithm>

#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenId;

constexpr std::chrono::days recently{30};

std::string when(const std::optional<policy::Time>& time, policy::Time now, const char* otherwise) {
    return time ? policy::format_time_for_people(*time) + " (" + distance(*time, now) + ")" : otherwise;
}

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

// What must still be so when it is deleted. Not when it was last used: that may change at any moment and is
// no other token.
Json target_of(const AccessToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"created", or_null(token.created)},
            {"expires", or_null(token.expires)}};
}

std::string title_of(const AccessToken& token) { return token.name.empty() ? token.id : token.name; }

ToolResult report_deletion(const AccessToken& token) {
    const auto title = one_line(title_of(token));
    return {.text = "Token deleted.\n\nName: " + title + "\nID: " + token.id + "\n\n" +
                    sentences::still_in_use + "\n",
            .structured = {{"status", "executed"}, {"id", token.id}, {"name", title}, {"deleted", true}}};
}

}  // namespace

DeleteAccessToken::Args DeleteAccessToken::Args::read(const Json& arguments) {
    return {.id = arguments.at("id").get<std::string>(), .reason = arguments.value("reason", std::string{})};
}

Result<Json> DeleteAccessToken::canonical(Json arguments, policy::Time) const {
    if (const auto id = TokenId::read(Args::read(arguments).id); !id) return id.error();
    return arguments;
}

policy::Facts DeleteAccessToken::describe(const AccessToken& token) const {
    const auto now = clock_.now();
    const bool own = std::ranges::any_of(token.jwt_ids, [&](const std::string& id) {
        return std::ranges::find(own_jwt_ids_, id) != own_jwt_ids_.end();
    });
    policy::Facts facts{.subject = title_of(token),
                        .effect = "Deletes the access token " + in_quotes(title_of(token)) +
                                  " for ever. What uses it stops working at once. This cannot be undone."};
    facts.shown = {{"Name", token.name},
                   {"ID", token.id},
                   {"Created", when(token.created, now, "unknown")},
                   {"Last used", when(token.last_used, now, "never, as far as TrueFoundry says")},
                   {"Expires", when(token.expires, now, "Never")},
                   {"This server's own key", own                    ? "yes"
                                             : own_jwt_ids_.empty() ? "unknown: the key does not tell"
                                                                    : "no"}};
    if (own)
        facts.warnings.emplace_back(
            "This is the key that this server itself uses: deleting it locks the server out.");
    if (token.last_used && *token.last_used > now - recently)
        facts.warnings.push_back("It was used " + distance(*token.last_used, now) +
                                 ". What uses it will break.");
    facts.target = target_of(token);
    return facts;
}

Async<Result<policy::Facts>> DeleteAccessToken::facts(policy::Call call) {
    auto id = TokenId::read(Args::read(call.arguments).id);
    if (!id) co_return id.error();
    auto api = client_.traced(call.caller.trace);
    const auto token = co_await api.find(std::move(*id));
    if (!token) co_return token.error();
    co_return describe(*token);
}

Async<Result<ToolResult>> DeleteAccessToken::run(policy::Permit permit) {
    const auto id = TokenId::read(Args::read(permit.call().arguments).id);
    if (!id) co_return id.error();
    if (!permit.grant())
        co_return Error{Errc::internal, "A deletion without an approval was stopped. Nothing was deleted."};

    auto api = client_.traced(permit.call().caller.trace);
    const auto token = co_await api.find(*id);
    if (!token) co_return token.error();
    if (permit.grant()->facts.changed(target_of(*token)))
        co_return Error{Errc::superseded, "The token " + in_quotes(title_of(*token)) +
                                              " is no longer as it was when its deletion was approved. "
                                              "Nothing was deleted. List the tokens "
                                              "and ask again if it is still to be deleted."};
    auto removed = co_await api.remove(*id);
    if (!removed && removed.error().code == Errc::ambiguous)
        removed = co_await settle(api, *id, removed.error());
    if (!removed) co_return removed.error();
    co_return report_deletion(*token);
}

// The answer to the one DELETE was lost: listing tells what became of it.
Async<Result<void>> DeleteAccessToken::settle(truefoundry::Client api, TokenId id, Error lost) {
    const auto found = co_await api.find(id);
    if (found)
        co_return Error{Errc::upstream,
                        "TrueFoundry did not confirm the deletion, and the token is still listed: it was not "
                        "deleted. Ask "
                        "again if it is still to be deleted. (" +
                            lost.message + ")"};
    if (found.error().code == Errc::not_found) co_return Result<void>{};
    co_return Error{Errc::ambiguous,
                    "Nobody knows whether the token was deleted: TrueFoundry's answer was lost and the "
                    "tokens could not be "
                    "read afterwards. List the tokens before doing anything else. (" +
                        lost.message + ")"};
}

}  // namespace tfy::tools
