#include "tools/access_tokens/create.hpp"

#include "policy/visible.hpp"
#include "tools/access_tokens/create_words.hpp"
#include "tools/access_tokens/expiration.hpp"
#include "tools/access_tokens/lost_creation.hpp"
#include "tools/access_tokens/resources.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::TokenName;

std::string member(const Json& object, const char* key) { return object.value(key, std::string{}); }

truefoundry::CreateRequest request_of(const CreateAccessToken::Args& args, TokenName token_name) {
    return {.name = std::move(token_name),
            .expiration_date = args.expiration_date,
            .token_type = args.token_type,
            .team_name = args.team_name,
            .account_name = args.account_name};
}

Result<void> check_owner(const Json& payload, const char* key, const policy::Seals& seal) {
    const auto owner = member(payload, key);
    if (!policy::deceptive(owner)) return {};
    return Error{Errc::refused, std::string(key) + " holds invisible or look-alike characters: " +
                                    tools::in_quotes(seal, owner) +
                                    ". Nothing was created. Ask the user for its plain name."};
}

/// Of resolve_expiration(), for a person who asks for less, and has nothing created yet.
Error for_approver(Error why) {
    const auto put = [&why](std::string_view words, std::string_view others) {
        if (const auto at = why.message.find(words); at != std::string::npos)
            why.message.replace(at, words.size(), others);
    };
    put("The expirationDate", "The earlier end");
    put("Nothing was created.", "Nothing was changed.");
    put(" Ask the user for another one.", "");
    return why;
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

CreateAccessToken::Args CreateAccessToken::Args::of(const policy::Call& call) {
    auto args = read(call.arguments);
    args.reason = call.reason;
    return args;
}

Result<Json> CreateAccessToken::canonical(Json arguments, policy::Time now) const {
    auto& payload = arguments.at("payload");
    if (const auto checked = TokenName::read(member(payload, "name")); !checked) return checked.error();
    for (const auto* key : {"teamName", "accountName"})
        if (const auto checked = check_owner(payload, key, clients_.seals()); !checked)
            return checked.error();
    if (payload.contains("expirationDate")) {
        auto resolved = resolve_expiration(member(payload, "expirationDate"), now, clients_.seals());
        if (!resolved) return resolved.error();
        payload["expirationDate"] = std::move(*resolved);
    }
    return arguments;
}

Result<Json> CreateAccessToken::narrow(Json arguments, const tools::Narrower& wish, policy::Time now) const {
    const auto asked = Args::read(arguments);
    auto& payload = arguments.at("payload");
    if (!wish.name.empty()) {
        if (const auto checked = TokenName::read(wish.name); !checked) return checked.error();
        payload["name"] = wish.name;
    }
    if (!wish.team.empty()) payload["teamName"] = wish.team;
    if (wish.expiration_date.empty()) return arguments;
    auto resolved = resolve_expiration(wish.expiration_date, now, clients_.seals());
    if (!resolved) return for_approver(resolved.error());
    const auto before = policy::read_time(asked.expiration_date);
    if (before && policy::read_time(*resolved) > before)
        return Error{Errc::refused, "The request asks for a token that expires at " +
                                        policy::format_time_for_people(*before) +
                                        ": it may expire earlier, not later. Nothing was changed."};
    payload["expirationDate"] = std::move(*resolved);
    return arguments;
}

Async<Result<policy::Facts>> CreateAccessToken::facts(policy::Call call) {
    const auto args = Args::of(call);
    auto token_name = TokenName::read(args.name);
    if (!token_name) co_return token_name.error();
    auto api = clients_.of(call.caller);
    const auto taken = co_await api.find_by_name(std::move(*token_name));
    if (taken)
        co_return Error{Errc::conflict, std::string(tools::sentences::name_exists) +
                                            " Nothing was created, and no person was asked. The name " +
                                            tools::in_quotes(clients_.seals(), args.name) +
                                            " belongs to the token with ID " +
                                            tools::one_line(clients_.seals(), taken->id) + "."};
    if (taken.error().code != Errc::not_found) co_return taken.error();
    // Whose the token will be is what the person is asked about. A key that does not say it may be told by
    // any token of its user.
    if (const auto key = keys_.of(call.caller); key.set && key.subject.empty()) [[maybe_unused]]
        const auto looked = co_await api.probe();
    co_return describe_creation(args, keys_.of(call.caller), clock_.now(), clients_.seals());
}

Async<Result<tools::ToolResult>> CreateAccessToken::run(policy::ApprovedPermit permit) {
    const auto args = Args::of(permit.call());
    auto token_name = TokenName::read(args.name);
    if (!token_name) co_return token_name.error();

    auto api = clients_.of(permit.call().caller);
    auto asked = request_of(args, std::move(*token_name));
    auto created = co_await create_once(std::move(api), escrow_, clock_, std::move(asked),
                                        tools::recipients_of(permit), permit.grant().decision.destination);
    if (!created) co_return created.error();
    auto report = report_creation(*created, clock_.now(), clients_.seals());
    add_warnings(report, warnings_about(args, clock_.now()));
    report.follow_up = showing(*created);
    co_return report;
}

tools::DryFacts CreateAccessToken::dry_facts(const policy::Call& call, policy::Time now) const {
    auto facts = describe_creation(Args::of(call), keys_.of(call.caller), now, clients_.seals());
    for (auto& fact : facts.shown)
        if (fact.label == name_is_free) fact.value = "(not asked)";
    return {.facts = std::move(facts),
            .note =
                "Whether the name is taken was not asked: that needs a call to TrueFoundry. With --sandbox "
                "the sandbox is asked."};
}

std::vector<std::string> CreateAccessToken::touches(const policy::Call&, const Json& structured) const {
    return uris_of(structured);
}

Async<Result<bool>> CreateAccessToken::stands(policy::Call call, Json structured) {
    co_return co_await is_listed(clients_.of(call.caller), std::move(structured));
}

Async<Result<tools::ToolResult>> CreateAccessToken::settle(policy::Call call, policy::Facts,
                                                           policy::Time begun) {
    auto token_name = TokenName::read(Args::read(call.arguments).name);
    if (!token_name) co_return token_name.error();
    LostCreation lost{.name = std::move(*token_name),
                      .begun = begun,
                      .age = clock_.now() - begun,
                      .how = tools::sentences::process_ended};
    co_return co_await look_for(clients_.of(call.caller), std::move(lost));
}

}  // namespace tfy::access_tokens
