#include "tools/access_tokens/create.hpp"

#include "tools/access_tokens/create_words.hpp"
#include "tools/access_tokens/expiration.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

using truefoundry::TokenName;

// How far TrueFoundry's clock may be behind ours when we judge whether a token is the one that was just asked
// for.
constexpr std::chrono::minutes clock_slack{5};

std::string member(const Json& object, const char* key) { return object.value(key, std::string{}); }

truefoundry::CreateAccessToken request_of(const CreateAccessToken::Args& args, TokenName token_name) {
    return {.name = std::move(token_name),
            .expiration_date = args.expiration_date,
            .token_type = args.token_type,
            .team_name = args.team_name,
            .account_name = args.account_name};
}

Result<void> check_owner(const Json& payload, const char* key) {
    const auto owner = member(payload, key);
    if (!policy::deceptive(owner)) return {};
    return Error{Errc::refused, std::string(key) +
                                    " holds invisible or look-alike characters: " + in_quotes(owner) +
                                    ". Nothing was created. Ask the user for its plain name."};
}

bool was_confirmed(const Error& lost) {
    const auto status = lost.data.is_object() ? lost.data.value("http_status", 0) : 0;
    return status >= 200 && status < 300;
}

}  // namespace

CreateAccessToken::Args CreateAccessToken::Args::read(const Json& arguments) {
    const auto& payload = arguments.at("payload");
    return {.name = member(payload, "name"),
            .expiration_date = member(payload, "expirationDate"),
            .token_type = member(payload, "tokenType"),
            .team_name = member(payload, "teamName"),
            .account_name = member(payload, "accountName"),
            .reason = member(arguments, "reason")};
}

Result<Json> CreateAccessToken::canonical(Json arguments, policy::Time now) const {
    auto& payload = arguments.at("payload");
    if (const auto checked = TokenName::read(member(payload, "name")); !checked) return checked.error();
    for (const auto* key : {"teamName", "accountName"})
        if (const auto checked = check_owner(payload, key); !checked) return checked.error();
    if (payload.contains("expirationDate")) {
        auto resolved = resolve_expiration(member(payload, "expirationDate"), now);
        if (!resolved) return resolved.error();
        payload["expirationDate"] = std::move(*resolved);
    }
    return arguments;
}

Result<Json> CreateAccessToken::narrow(Json arguments, const Narrower& wish, policy::Time now) const {
    const auto asked = Args::read(arguments);
    auto& payload = arguments.at("payload");
    if (!wish.name.empty()) {
        if (const auto checked = TokenName::read(wish.name); !checked) return checked.error();
        payload["name"] = wish.name;
    }
    if (wish.expiration_date.empty()) return arguments;
    auto resolved = resolve_expiration(wish.expiration_date, now);
    if (!resolved) return resolved.error();
    const auto before = policy::read_time(asked.expiration_date);
    if (before && policy::read_time(*resolved) > before)
        return Error{Errc::refused, "The new token was asked for until " +
                                        policy::format_time_for_people(*before) +
                                        ": it may end earlier, not later. Nothing was changed."};
    payload["expirationDate"] = std::move(*resolved);
    return arguments;
}

Async<Result<policy::Facts>> CreateAccessToken::facts(policy::Call call) {
    const auto args = Args::read(call.arguments);
    auto token_name = TokenName::read(args.name);
    if (!token_name) co_return token_name.error();
    auto api = client_.traced(call.caller.trace);
    const auto taken = co_await api.find_by_name(std::move(*token_name));
    if (taken)
        co_return Error{Errc::conflict, std::string(sentences::name_exists) +
                                            " Nothing was created, and nobody was asked. The name " +
                                            in_quotes(args.name) + " belongs to the token with ID " +
                                            one_line(taken->id) + "."};
    if (taken.error().code != Errc::not_found) co_return taken.error();
    co_return describe_creation(args, clock_.now());
}

Async<Result<ToolResult>> CreateAccessToken::run(policy::Permit permit) {
    const auto args = Args::read(permit.call().arguments);
    auto token_name = TokenName::read(args.name);
    if (!token_name) co_return token_name.error();

    auto api = client_.traced(permit.call().caller.trace);
    const auto attempted = clock_.now();
    auto value = co_await api.create(request_of(args, *token_name));
    if (!value) {
        if (value.error().code != Errc::ambiguous) co_return value.error();
        co_return co_await settle(api, *token_name, attempted, value.error());
    }
    // Nothing that follows from the answer may leave before the redactor knows the value.
    auto held = co_await custody_.hold(std::move(*value), args.name, permit.call().caller.principal);
    if (!held) co_return co_await not_kept(api, *token_name);

    Created created{.held = std::move(*held),
                    .name = args.name,
                    .id = {},
                    .expires = policy::read_time(args.expiration_date)};
    if (permit.grant()) created.destination = permit.grant()->decision.destination;
    auto made = co_await api.find_by_name(*token_name);
    if (made) {
        custody_.set_token_id(created.held.reveal_id, made->id);
        created.id = std::move(made->id);
        created.expires = made->expires;  // what was granted: a tenant may allow less than was asked for
    }
    co_return report_creation(created, clock_.now());
}

// The answer to the one POST was lost. It is never sent again: listing tells what became of it.
Async<Error> CreateAccessToken::settle(truefoundry::Client api, TokenName token_name, policy::Time attempted,
                                       Error lost) {
    const auto name_words = "the token " + in_quotes(token_name.text());
    const auto found = co_await api.find_by_name(token_name);
    if (found && found->created && *found->created < attempted - clock_slack)
        co_return Error{Errc::conflict,
                        std::string(sentences::name_exists) + " TrueFoundry's answer was lost (" +
                            lost.message +
                            "), and the token of this name is older than this call: nothing was created."};
    if (found)
        co_return Error{
            Errc::ambiguous,
            "TrueFoundry created " + name_words + " (ID " + one_line(found->id) +
                "), but its value was lost on the way and nobody has it. Do not create it again under this "
                "name: delete it with tfy_access_tokens_delete and create a new one. (" +
                lost.message + ")"};
    if (found.error().code == Errc::not_found && !was_confirmed(lost))
        co_return Error{Errc::upstream, "TrueFoundry's answer was lost, and it does not list " + name_words +
                                            ": it was not created. Ask again if it is still wanted. (" +
                                            lost.message + ")"};
    co_return Error{Errc::ambiguous,
                    "Nobody knows whether " + name_words +
                        " was created: TrueFoundry's answer was lost and the tokens could not be read "
                        "afterwards. List the "
                        "tokens first; if it is there, delete it, because nobody has its value. (" +
                        lost.message + ")"};
}

Async<Error> CreateAccessToken::not_kept(truefoundry::Client api, TokenName token_name) {
    const auto found = co_await api.find_by_name(token_name);
    co_return Error{
        Errc::ambiguous,
        "The token " + in_quotes(token_name.text()) + " was created (ID " +
            (found ? one_line(found->id) : "unknown: list the tokens") +
            "), but this server could not write to its own state, so its value was wiped and nobody has it. "
            "Delete it with tfy_access_tokens_delete, and have the state directory checked before creating "
            "another."};
}

}  // namespace tfy::tools
