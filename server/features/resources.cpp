#include "server/features/resources.hpp"

#include <algorithm>

#include "manifests/embedded.hpp"
#include "policy/sealed_state.hpp"
#include "server/features/definitions.hpp"
#include "tools/access_tokens/resources.hpp"
#include "tools/identifier.hpp"
#include "tools/tool_names.hpp"

namespace tfy::features {
namespace {

using access_tokens::tokens_uri;
constexpr std::string_view token_template = "tfy://access-tokens/{id}";
constexpr std::string_view approval_template = "tfy://approvals/{id}";
constexpr std::string_view variable = "{id}";
constexpr char content_type[] = "application/json";
/// What shows the state of a request in hosts that render MCP Apps; the definitions of tools name it.
constexpr std::string_view approval_app = "ui://tfy-pat-mcp/approval";
constexpr char app_type[] = "text/html;profile=mcp-app";
constexpr std::size_t page_size = 50;

// The first character of a place in the list. Each entry has a place of its own, and they sort as they are
// listed.
constexpr char first_place[] = "0";
constexpr char approvals_place = '1';
constexpr char tokens_place = '2';

std::string uri_of(std::string_view uri_template, std::string_view id) {
    return std::string(uri_template.substr(0, uri_template.size() - variable.size())).append(id);
}

/// The id in a uri that is spelt just as uri_of() does it.
std::optional<std::string> id_in(std::string_view uri_template, std::string_view uri) {
    auto id = protocol::match_template(uri_template, uri);
    return id && uri_of(uri_template, *id) == uri ? id : std::nullopt;
}

std::string place_of(char section, const Json& order, const Json& id) {
    return section + order.get<std::string>() + '\n' + id.get<std::string>();
}

/// A cursor is good for the caller that got it.
std::string purpose_for(const mcp::Requester& requester) {
    return "cursor resources/list of " + requester.caller.principal;
}

/// The place that a page ended at; empty for the first page.
Result<std::string> start_of(const std::optional<std::string>& cursor, const mcp::Requester& requester,
                             const policy::SealKey& key) {
    if (!cursor) return std::string{};
    const auto place = policy::open_state(*cursor, purpose_for(requester), key);
    if (!place || !place->is_string())
        return Error{Errc::invalid_params,
                     "params.cursor was not given out for this list. Nothing was done. Start again without a "
                     "cursor."};
    return place->get<std::string>();
}

std::string day_of(const Json& time, const char* where_null) {
    return time.is_string() ? time.get<std::string>().substr(0, 10) : where_null;
}

Error unread(std::string_view uri, const Error& why, const sealing::Sealer& redaction) {
    const auto named = redaction.escaped(uri);
    return {why.code,
            named + " could not be read. " + why.message,
            {{"uri", named}, {"status", protocol::name(why.code)}}};
}

}  // namespace

struct Resources::Target {
    enum class Of { tokens, token, approval } of;
    std::string id;
};

struct Resources::Listed {
    std::string place;
    Json definition;
};

Resources::Resources(CallerView& view, policy::SealKey key, const ToolNames& offered)
    : view_(view), key_(key) {
    for (auto& each : definitions_in("resources"))
        if (each.contains("uri"))
            tokens_ = std::move(each);
        else
            templates_.push_back(std::move(each));
    std::erase_if(templates_, [&](const Json& each) {
        const bool is_token = each.at("uriTemplate") == token_template;
        return !offered.contains(is_token ? access_tokens::list_tool : tools::approvals_get_tool);
    });
}

std::optional<Resources::Target> Resources::target_of(std::string_view uri) {
    using Of = Target::Of;
    if (uri == tokens_uri) return Target{Of::tokens, {}};
    auto token = id_in(token_template, uri);
    if (token && truefoundry::TokenId::read(*token)) return Target{Of::token, std::move(*token)};
    auto approval = id_in(approval_template, uri);
    if (approval && tools::is_identifier(*approval, "apr_"))
        return Target{Of::approval, std::move(*approval)};
    return std::nullopt;
}

Async<Result<Json>> Resources::find(const mcp::Requester& requester, Target target) {
    if (target.of == Target::Of::tokens) co_return co_await view_.tokens(requester);
    if (target.of == Target::Of::approval) co_return co_await view_.approval(requester, std::move(target.id));
    auto id = truefoundry::TokenId::read(target.id);
    if (!id) co_return id.error();
    co_return co_await view_.token(requester, std::move(*id));
}

Async<Result<mcp::MethodResult>> Resources::read(mcp::Requester& requester,
                                                 protocol::ReadResourceParams params) {
    if (params.uri == approval_app) {
        const std::vector<protocol::ResourceContents> app = {
            {params.uri, app_type, std::string(manifests::file("apps/approval.html"))}};
        co_return mcp::MethodResult{
            .result = protocol::write_read_resource(app, requester.context.version, protocol::for_an_hour)};
    }
    auto target = target_of(params.uri);
    if (!target) co_return protocol::resource_not_found(params.uri);
    auto found = co_await find(requester, std::move(*target));
    if (!found && found.error().code == Errc::not_found) co_return protocol::resource_not_found(params.uri);
    if (!found) co_return unread(params.uri, found.error(), requester.redaction);
    const std::vector<protocol::ResourceContents> contents = {{params.uri, content_type, found->dump()}};
    co_return mcp::MethodResult{
        .result = protocol::write_read_resource(contents, requester.context.version, protocol::not_at_all)};
}

Async<bool> Resources::may_watch(mcp::Requester& requester, std::string uri) {
    auto target = target_of(uri);
    if (!target) co_return false;
    if (target->of != Target::Of::approval) co_return view_.may_see_tokens(requester);
    const auto found = co_await view_.approval(requester, std::move(target->id));
    co_return found.has_value();
}

Async<Result<protocol::Page>> Resources::list(mcp::Requester& requester, std::optional<std::string> cursor) {
    const auto start = start_of(cursor, requester, key_);
    if (!start) co_return start.error();
    auto listed = co_await all(requester);
    const auto next = std::ranges::upper_bound(listed, *start, {}, &Listed::place);
    const auto rest = static_cast<std::size_t>(listed.end() - next);
    const auto end = next + static_cast<std::ptrdiff_t>(std::min(rest, page_size));
    protocol::Page page;
    std::for_each(next, end, [&](Listed& each) { page.items.push_back(std::move(each.definition)); });
    if (rest > page_size)
        page.next_cursor = policy::seal_state((end - 1)->place, purpose_for(requester), key_);
    co_return page;
}

/// Every entry, in the order of their places.
Async<std::vector<Resources::Listed>> Resources::all(const mcp::Requester& requester) {
    std::vector<Listed> listed;
    const bool with_tokens = view_.may_see_tokens(requester);
    if (with_tokens) listed.push_back({first_place, tokens_});
    const auto approvals = co_await view_.open_approvals(requester);
    for (const auto& each : approvals) listed.push_back(listed_approval(each));
    if (!with_tokens) co_return listed;
    const auto tokens = co_await view_.tokens(requester);
    if (!tokens) co_return listed;
    for (const auto& each : tokens->at("tokens"))
        if (truefoundry::TokenId::read(each.at("id").get_ref<const std::string&>()))
            listed.push_back(listed_token(each));
    std::ranges::sort(listed, {}, &Listed::place);
    co_return listed;
}

Resources::Listed Resources::listed_approval(const Json& approval) const {
    auto definition = *find_definition(templates_, "uriTemplate", approval_template);
    const auto id = approval.at("approval_id").get<std::string>();
    const auto state = approval.at("state").get<std::string>();
    definition.erase("uriTemplate");
    definition["uri"] = uri_of(approval_template, id);
    definition["name"] = id;
    definition["title"] = "Approval of " + approval.at("tool").get<std::string>();
    definition["description"] = "An open request of yours: " + state + ", until " +
                                approval.at("request_expires_at").get<std::string>() + ".";
    return {place_of(approvals_place, approval.at("request_expires_at"), id), std::move(definition)};
}

Resources::Listed Resources::listed_token(const Json& token) const {
    auto definition = *find_definition(templates_, "uriTemplate", token_template);
    const auto id = token.at("id").get<std::string>();
    const auto name = token.at("name").get<std::string>();
    definition.erase("uriTemplate");
    definition["uri"] = uri_of(token_template, id);
    definition["name"] = name;
    definition["title"] = "Access token " + name;
    definition["description"] = "Created: " + day_of(token.at("created_at"), "unknown") +
                                ". Expires: " + day_of(token.at("expires_at"), "never") +
                                ". State: " + token.at("state").get<std::string>() + ".";
    return {place_of(tokens_place, name, id), std::move(definition)};
}

}  // namespace tfy::features
