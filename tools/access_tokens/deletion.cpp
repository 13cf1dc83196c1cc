#include "tools/access_tokens/deletion.hpp"

#include <algorithm>

#include "tools/text.hpp"

namespace tfy::tools {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenId;

constexpr std::chrono::days recently{30};
constexpr auto locks_out = " locks this server out";  // after the name, to be typed by who approves it

std::string when(const std::optional<policy::Time>& time, policy::Time now, const char* otherwise) {
    return time ? policy::format_time_for_people(*time) + " (" + distance(*time, now) + ")" : otherwise;
}

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}

}  // namespace

std::string title_of(const AccessToken& token) { return token.name.empty() ? token.id : token.name; }

Json target_of(const AccessToken& token) {
    return {{"id", token.id},
            {"name", token.name},
            {"created", or_null(token.created)},
            {"expires", or_null(token.expires)}};
}

policy::Facts describe_deletion(const AccessToken& token, const std::vector<std::string>& own_jwt_ids,
                                policy::Time now) {
    const bool own = std::ranges::any_of(token.jwt_ids, [&](const std::string& id) {
        return std::ranges::find(own_jwt_ids, id) != own_jwt_ids.end();
    });
    policy::Facts facts{.subject = title_of(token),
                        .effect = "Deletes the access token " + in_quotes(title_of(token)) +
                                  " for ever. What uses it stops working at once. This cannot be undone."};
    facts.shown = {{"Name", token.name},
                   {"ID", token.id},
                   {"Created", when(token.created, now, "unknown")},
                   {"Last used", when(token.last_used, now, "never, as far as TrueFoundry says")},
                   {"Expires", when(token.expires, now, "Never")},
                   {"This server's own key", own                   ? "yes"
                                             : own_jwt_ids.empty() ? "unknown: the key does not tell"
                                                                   : "no"}};
    if (own) {
        facts.warnings.emplace_back(
            "This is the key that this server itself uses: deleting it locks the server out.");
        facts.confirmation = title_of(token) + locks_out;
    }
    if (token.last_used && *token.last_used > now - recently)
        facts.warnings.push_back("It was used " + distance(*token.last_used, now) +
                                 ". What uses it will break.");
    facts.target = target_of(token);
    return facts;
}

Async<Result<void>> delete_once(truefoundry::Client api, TokenId id) {
    const auto removed = co_await api.remove(id);
    if (removed || removed.error().code != Errc::ambiguous) co_return removed;
    co_return co_await look_whether_deleted(api, id,
                                            "TrueFoundry's answer was lost: " + removed.error().message);
}

// Nobody here has the answer to the one DELETE: listing tells what became of it.
Async<Result<void>> look_whether_deleted(truefoundry::Client api, TokenId id, std::string how) {
    const auto found = co_await api.find(std::move(id));
    if (found)
        co_return Error{Errc::upstream,
                        "The token is still listed: it was not deleted. Ask again if it is still to be "
                        "deleted. (" +
                            how + ")"};
    if (found.error().code == Errc::not_found) co_return Result<void>{};
    co_return Error{Errc::ambiguous,
                    "Nobody knows whether the token was deleted, and the tokens could not be read to see it. "
                    "List the tokens before doing anything else. (" +
                        how + ")"};
}

}  // namespace tfy::tools
