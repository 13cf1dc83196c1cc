#include "tools/access_tokens/delete.hpp"

#include "tools/access_tokens/deletion.hpp"
#include "tools/access_tokens/resources.hpp"
#include "tools/sentences.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;
using truefoundry::TokenId;

Error not_deleted(Error why) {
    if (why.code == Errc::not_found) why.message += " Nothing was deleted.";
    return why;
}

tools::ToolResult report_deletion(const AccessToken& token, const policy::Seals& seal) {
    const auto title = tools::one_line(seal, title_of(token));
    return {.text = "Token deleted.\n\nName: " + title + "\nID: " + token.id + "\n\n" +
                    tools::sentences::still_in_use + "\n",
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

Async<Result<policy::Facts>> DeleteAccessToken::facts(policy::Call call) {
    auto id = TokenId::read(Args::read(call.arguments).id);
    if (!id) co_return id.error();
    auto api = clients_.of(call.caller);
    const auto token = co_await api.find(std::move(*id));
    if (!token) co_return not_deleted(token.error());
    const auto rotation = co_await rotations_.under_way(token->id);
    if (!rotation) co_return rotation.error();
    auto facts = describe_deletion(*token, keys_.of(call.caller), clock_.now(), clients_.seals());
    if (*rotation)
        facts.warnings.push_back("It is being rotated. " + what_becomes_of_old(**rotation, clients_.seals()) +
                                 " If you approve, it is deleted now.");
    co_return facts;
}

std::vector<std::string> DeleteAccessToken::touches(const policy::Call& call, const Json&) const {
    return uris_of(call.arguments);
}

Async<Result<tools::ToolResult>> DeleteAccessToken::run(policy::ApprovedPermit permit) {
    const auto id = TokenId::read(Args::read(permit.call().arguments).id);
    if (!id) co_return id.error();

    auto api = clients_.of(permit.call().caller);
    const auto token = co_await api.find(*id);
    if (!token) co_return not_deleted(token.error());
    if (permit.grant().facts.changed(target_of(*token)))
        co_return Error{Errc::superseded,
                        "The token " + tools::in_quotes(clients_.seals(), title_of(*token)) +
                            " has changed since its deletion was approved. Nothing was deleted. List the "
                            "tokens, and ask again if the user still wants it deleted."};
    if (const auto removed = co_await delete_unchanged(api, *token); !removed) co_return removed.error();
    co_return report_deletion(*token, clients_.seals());
}

Async<Result<tools::ToolResult>> DeleteAccessToken::settle(policy::Call call, policy::Facts facts,
                                                           policy::Time begun) {
    const auto id = TokenId::read(Args::read(call.arguments).id);
    if (!id) co_return id.error();
    const auto gone = co_await look_whether_deleted(clients_.of(call.caller), *id, clock_.now() - begun,
                                                    tools::sentences::process_ended);
    if (!gone) co_return gone.error();
    const auto name = facts.target.is_object() ? facts.target.value("name", facts.subject) : facts.subject;
    co_return report_deletion({.id = id->text(), .name = name}, clients_.seals());
}

}  // namespace tfy::access_tokens
