#include "tools/access_tokens/get.hpp"

#include "tools/access_tokens/list_query.hpp"
#include "tools/access_tokens/list_words.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/token_words.hpp"

namespace tfy::access_tokens {

using truefoundry::AccessToken;
using truefoundry::TokenId;
using truefoundry::TokenName;

GetAccessToken::Args GetAccessToken::Args::read(const Json& arguments) {
    return {.id = arguments.value("id", std::string{}), .name = arguments.value("name", std::string{})};
}

Result<Json> GetAccessToken::canonical(Json arguments, policy::Time) const {
    const auto args = Args::read(arguments);
    if (args.id.empty() == args.name.empty())
        return Error{Errc::refused, "Give the token's id or its name, and not both. Nothing was looked up."};
    if (!args.id.empty())
        if (const auto id = TokenId::read(args.id); !id) return id.error();
    if (!args.name.empty())
        if (const auto name = TokenName::read(args.name); !name) return name.error();
    return arguments;
}

// TrueFoundry has no read of one token that is safe to rely on; a deletion and this look up the same list.
Async<Result<AccessToken>> GetAccessToken::find(truefoundry::Client api, Args args) const {
    if (!args.id.empty()) {
        auto id = TokenId::read(args.id);
        if (!id) co_return id.error();
        co_return co_await api.find(std::move(*id));
    }
    auto name = TokenName::read(args.name);
    if (!name) co_return name.error();
    auto found = co_await api.find_by_name(std::move(*name));
    if (!found && found.error().code == Errc::not_found)
        co_return Error{Errc::not_found,
                        found.error().message,
                        {{"next", "Check the name" + tools::by_tool(list_tool) + ", then call again."}}};
    co_return found;
}

Async<Result<tools::ToolResult>> GetAccessToken::run(policy::ReadPermit permit) {
    auto api = clients_.of(permit.call().caller);
    const auto found = co_await find(std::move(api), Args::read(permit.call().arguments));
    if (!found) co_return found.error();
    const auto now = clock_.now();
    const auto use = use_of_an_id();
    auto written = TokenWriter(clients_.seals(), now).write(*found, ListQuery{}.state_of(*found, now));
    co_return tools::ToolResult{
        .text = "Personal Access Token:\n\n" + std::string(token_table_head) + written.row +
                "\nToken values are never listed: they are only shown once, at creation time.\n",
        .structured = {
            {"token", std::move(written.json)},
            {"message", "This is the token as TrueFoundry lists it now; its value cannot be shown."},
            {"next", use.empty() ? std::string("Tell the user what it says.")
                                 : "Use its id with " + use + " if the user wants that."}}};
}

}  // namespace tfy::access_tokens
