#include "server/features/caller_view.hpp"

#include <algorithm>

#include "tools/access_tokens/names.hpp"
#include "tools/tool_names.hpp"

namespace tfy::features {
namespace {

using access_tokens::list_tool;
constexpr std::size_t listed_at_once = 100;
constexpr std::size_t most_pages = 10;  // each is a walk of its own over all that TrueFoundry lists

Error out_of_sight() {
    return {Errc::refused,
            "It is not among the newest 1,000 access tokens, and this server only checks those here. "
            "Nothing was done. Call " +
                std::string(list_tool) + " with name_contains instead."};
}

}  // namespace

Async<Result<Json>> CallerView::tokens(const mcp::Requester& requester) {
    const auto place = reading_.take(requester.caller.principal);
    if (!place)
        co_return Error{Errc::rate_limited,
                        "Too many of your reads are running. Nothing was done. Wait for one to end."};
    Json arguments = {{"limit", listed_at_once}};
    auto all = Json::array();
    Json last;
    for (std::size_t page = 0; page < most_pages; ++page) {
        auto listed = co_await calls_.look(requester, std::string(list_tool), arguments);
        if (!listed) co_return listed.error();
        last = requester.redaction.now()->scrub(std::move(listed->structured));
        for (auto& token : last.at("tokens")) all.push_back(std::move(token));
        if (!last.contains("next_cursor")) break;
        arguments["cursor"] = last.at("next_cursor");
    }
    if (!last.contains("next_cursor")) last["total"] = all.size();
    last["tokens"] = std::move(all);
    co_return last;
}

Async<Result<Json>> CallerView::token(const mcp::Requester& requester, truefoundry::TokenId id) {
    auto listed = co_await tokens(requester);
    if (!listed) co_return listed.error();
    for (auto& token : listed->at("tokens"))
        if (token.at("id") == id.text()) co_return std::move(token);
    if (listed->contains("next_cursor")) co_return out_of_sight();
    co_return Error{Errc::not_found, "No access token has this id. Nothing was done."};
}

Async<Result<Json>> CallerView::approval(const mcp::Requester& requester, std::string id) {
    Json arguments = {{"approval_id", std::move(id)}};
    auto found =
        co_await calls_.look(requester, std::string(tools::approvals_get_tool), std::move(arguments));
    if (!found) co_return found.error();
    co_return requester.redaction.now()->scrub(std::move(found->structured));
}

Async<std::vector<Json>> CallerView::open_approvals(const mcp::Requester& requester) {
    std::vector<Json> visible;
    auto open = co_await desk_.list(true);
    if (!open) co_return visible;
    std::erase_if(*open, [&](const policy::Approval& each) {
        return each.call.caller.principal != requester.caller.principal;
    });
    std::ranges::sort(*open, {},
                      [](const policy::Approval& each) { return std::pair(each.expires, each.id); });
    for (const auto& each : *open) {
        auto shown = co_await approval(requester, each.id);
        if (shown) visible.push_back(std::move(*shown));
    }
    co_return visible;
}

bool CallerView::may_see_tokens(const mcp::Requester& requester) const {
    return calls_.may_look(requester, list_tool, Json::object());
}

}  // namespace tfy::features
