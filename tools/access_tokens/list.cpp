#include "tools/access_tokens/list.hpp"

#include <algorithm>

#include "tools/access_tokens/cursor.hpp"
#include "tools/text.hpp"

namespace tfy::tools {
namespace {

using truefoundry::AccessToken;
using Tokens = std::vector<AccessToken>;

constexpr std::chrono::days soon{30};

std::string lower(std::string text) {
    for (auto& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::string_view state_of(const AccessToken& token, policy::Time now) {
    if (token.expired || (token.expires && *token.expires <= now)) return "expired";
    return token.expires && *token.expires <= now + soon ? "expiring" : "active";
}

// A token that expires soon is still active.
bool has_state(const AccessToken& token, std::string_view wanted, policy::Time now) {
    const auto state = state_of(token, now);
    return wanted.empty() || state == wanted || (wanted == "active" && state == "expiring");
}

// Upstream has searched already; a control plane that does not know the parameter lists all.
Tokens choose(Tokens tokens, const ListAccessTokens::Args& args, policy::Time now) {
    const auto part = lower(args.name_contains);
    std::erase_if(tokens, [&](const AccessToken& token) {
        return !has_state(token, args.state, now) || lower(token.name).find(part) == std::string::npos;
    });
    std::ranges::sort(tokens, [](const AccessToken& a, const AccessToken& b) {
        return a.created != b.created ? a.created > b.created : a.id < b.id;
    });
    return tokens;
}

std::size_t start_of(const Tokens& tokens, const std::string& cursor) {
    const auto last = read_cursor(cursor);
    if (!last) return 0;
    const auto anchor = std::ranges::find(tokens, last->anchor, &AccessToken::id);
    if (anchor != tokens.end()) return static_cast<std::size_t>(anchor - tokens.begin()) + 1;
    return std::min(last->offset, tokens.size());
}

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(one_line(text)); }

Json as_json(const AccessToken& token, policy::Time now) {
    const auto state = state_of(token, now);
    return {{"id", one_line(token.id)},
            {"name", one_line(token.name)},
            {"created_at", or_null(token.created)},
            {"expires_at", or_null(token.expires)},
            {"last_used_at", or_null(token.last_used)},
            {"expired", state == "expired"},
            {"state", state},
            {"type", or_null(token.type)},
            {"owner", or_null(token.owner)}};
}

std::string as_row(const AccessToken& token, policy::Time now) {
    return "| " + cell(token.name) + " | " + cell(token.id) + " | " +
           (token.created ? day(*token.created) : "Unknown") + " | " +
           (token.expires ? day(*token.expires) : "Never") + " | " +
           (token.last_used ? day(*token.last_used) : "Never used") + " | " +
           std::string(state_of(token, now)) + " |\n";
}

std::string nothing_listed(const ListAccessTokens::Args& args) {
    if (args.name_contains.empty() && args.state.empty() && args.cursor.empty())
        return "There are no personal access tokens.";
    return "No personal access token fits. Leave out name_contains, state and cursor to see all of them.";
}

}  // namespace

ListAccessTokens::Args ListAccessTokens::Args::read(const Json& arguments) {
    return {.limit = arguments.value("limit", std::size_t{50}),
            .cursor = arguments.value("cursor", std::string{}),
            .name_contains = arguments.value("name_contains", std::string{}),
            .state = arguments.value("state", std::string{})};
}

Result<Json> ListAccessTokens::canonical(Json arguments, policy::Time) const {
    const auto args = Args::read(arguments);
    if (!args.cursor.empty() && !read_cursor(args.cursor))
        return Error{Errc::refused,
                     "This cursor was not given out by this tool. Nothing was listed. Leave it out to start "
                     "with the first page."};
    arguments["limit"] = args.limit;
    return arguments;
}

Async<Result<policy::Facts>> ListAccessTokens::facts(policy::Call) {
    co_return policy::Facts{.subject = {}, .effect = "Lists the access tokens, without their values."};
}

Async<Result<ToolResult>> ListAccessTokens::run(policy::Permit permit) {
    const auto args = Args::read(permit.call().arguments);
    auto api = client_.traced(permit.call().caller.trace);
    auto listed = co_await api.list(args.name_contains);
    if (!listed) co_return listed.error();

    const auto now = clock_.now();
    const auto tokens = choose(std::move(*listed), args, now);
    const auto start = start_of(tokens, args.cursor);
    const auto end = std::min(tokens.size(), start + args.limit);
    ToolResult result{
        .text =
            "Personal Access Tokens:\n\n| Name | ID | Created At | Expires At | Last Used | State |\n"
            "|---|---|---|---|---|---|\n",
        .structured = {{"tokens", Json::array()}, {"total", tokens.size()}}};
    for (auto i = start; i < end; ++i) {
        result.text += as_row(tokens[i], now);
        result.structured["tokens"].push_back(as_json(tokens[i], now));
    }
    if (start == end) result.text = nothing_listed(args) + "\n";
    if (end < tokens.size()) {
        const auto next = write_cursor({end, tokens[end - 1].id});
        result.structured["next_cursor"] = next;
        result.text += "\n" + std::to_string(end) + " of " + std::to_string(tokens.size()) +
                       " so far. For more, call again with cursor \"" + next + "\".\n";
    }
    result.text += "\nToken values are never listed: they are only shown once, at creation time.\n";
    co_return result;
}

}  // namespace tfy::tools
