#include "tools/access_tokens/list_words.hpp"

#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;

constexpr std::chrono::days long_unused{90};

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}
Json or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(tools::one_line(text)); }

// What deserves a look at a token that works: {a word for programs, words for people}.
std::vector<std::pair<std::string, std::string>> remarks_on(const AccessToken& token, std::string_view state,
                                                            policy::Time now) {
    std::vector<std::pair<std::string, std::string>> remarks;
    if (state == "expired") return remarks;
    if (!token.expires) remarks.emplace_back("no_expiry", "no expiry");
    if (unused_for(token, long_unused, now))
        remarks.emplace_back("unused_90_days", "unused for " + std::to_string(long_unused.count()) + " days");
    return remarks;
}

Json as_json(const AccessToken& token, std::string_view state, policy::Time now) {
    Json remarks = Json::array();
    for (const auto& [word, text] : remarks_on(token, state, now)) remarks.push_back(word);
    return {{"id", tools::one_line(token.id)},
            {"name", tools::one_line(token.name)},
            {"created_at", or_null(token.created)},
            {"expires_at", or_null(token.expires)},
            {"last_used_at", or_null(token.last_used)},
            {"expired", state == "expired"},
            {"state", state},
            {"type", or_null(token.type)},
            {"owner", or_null(token.owner)},
            {"remarks", std::move(remarks)}};
}

std::string as_row(const AccessToken& token, std::string_view state, policy::Time now) {
    std::string remarks;
    for (const auto& [word, text] : remarks_on(token, state, now))
        remarks += (remarks.empty() ? "" : "; ") + text;
    return "| " + tools::cell(token.name) + " | " + tools::cell(token.id) + " | " +
           (token.created ? tools::day(*token.created) : "Unknown") + " | " +
           (token.expires ? tools::day(*token.expires) : "Never") + " | " +
           (token.last_used ? tools::distance(*token.last_used, now) : "Never used") + " | " +
           std::string(state) + " | " + (remarks.empty() ? "–" : remarks) + " |\n";
}

std::string nothing_listed(const ListQuery& choice, bool first_page) {
    if (choice.takes_all() && first_page) return "There are no personal access tokens.";
    return "No personal access token matches. Leave out the filters and the cursor to see all of them.";
}

/// "1 of 8 access tokens; …", "8 access tokens; …".
std::string counted(std::size_t listed, std::size_t total) {
    return (listed == total ? "" : std::to_string(listed) + " of ") + std::to_string(total) +
           " access token" + (total == 1 ? "" : "s") + "; values are never listed.";
}

std::string what_next(bool more, bool empty) {
    if (more) return "For more, call again with next_cursor as cursor and the same filters and sort.";
    return empty ? "Create one with tfy_access_tokens_create if the user wants one."
                 : "Use an id from here with tfy_access_tokens_delete or tfy_access_tokens_rotate.";
}

std::string how_to_go_on(const ListPage& page, const std::string& cursor) {
    return "\n" + std::to_string(page.so_far()) + " of " + std::to_string(page.total()) +
           " so far. For more, call again with cursor \"" + cursor +
           "\" and the same filters and sort, if you gave any.\n";
}

std::string what_moved(const ListPage& page) {
    return "\nSince the first page, " + std::to_string(page.moved()) +
           " of these tokens were used and moved in this order: pages may miss or repeat them. Sort by name "
           "or created to see each exactly once.\n";
}

}  // namespace

tools::ToolResult show_page(ListPage& page, const ListQuery& choice, bool first_page, policy::Time now,
                            const policy::SealKey& key) {
    tools::ToolResult result{
        .text =
            "Personal Access Tokens:\n\n| Name | ID | Created At | Expires At | Last Used | "
            "State | Remarks |\n"
            "|---|---|---|---|---|---|---|\n",
        .structured = {{"tokens", Json::array()}, {"total", page.total()}}};
    const auto next = page.next();
    const auto cursor = next ? write_cursor(*next, key) : std::string{};
    const auto go_on = next ? how_to_go_on(page, cursor) : std::string{};
    if (next) result.structured["next_cursor"] = cursor;
    if (page.moved() > 0) result.structured["moved"] = page.moved();
    const auto tokens = page.take_tokens();
    for (const auto& token : tokens) {
        const auto state = choice.state_of(token, now);
        result.text += as_row(token, state, now);
        result.structured["tokens"].push_back(as_json(token, state, now));
    }
    if (tokens.empty()) result.text = nothing_listed(choice, first_page) + "\n";
    result.text += go_on;
    result.structured["message"] =
        tokens.empty() ? nothing_listed(choice, first_page) : counted(tokens.size(), page.total());
    result.structured["next"] = what_next(next.has_value(), tokens.empty());
    if (page.moved() > 0) result.text += what_moved(page);
    result.text += "\nToken values are never listed: they are only shown once, at creation time.\n";
    return result;
}

}  // namespace tfy::access_tokens
