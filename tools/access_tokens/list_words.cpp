#include "tools/access_tokens/list_words.hpp"

#include <algorithm>

#include "tools/access_tokens/token_words.hpp"

namespace tfy::access_tokens {
namespace {

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
    const auto use = empty ? tools::those_offered({create_tool}) : use_of_an_id();
    if (use.empty()) return "Tell the user what is listed.";
    return empty ? "Create one with " + use + " if the user wants one."
                 : "Use an id from here with " + use + ".";
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

tools::ToolResult show_page(const ListPage& page, const ListQuery& choice, bool first_page, policy::Time now,
                            const std::string& cursor, const policy::Seals& seal) {
    tools::ToolResult result{.text = "Personal Access Tokens:\n\n" + std::string(token_table_head),
                             .structured = {{"tokens", Json::array()}, {"total", page.total()}}};
    const bool more = !cursor.empty();
    const auto go_on = more ? how_to_go_on(page, cursor) : std::string{};
    if (more) result.structured["next_cursor"] = cursor;
    if (page.moved() > 0) result.structured["moved"] = page.moved();
    const auto tokens = page.tokens();
    TokenWriter writer(seal, now);
    auto& listed = result.structured["tokens"];
    for (const auto* token : tokens) {
        auto written = writer.write(*token, choice.state_of(*token, now));
        result.text += written.row;
        listed.push_back(std::move(written.json));
    }
    if (tokens.empty()) result.text = nothing_listed(choice, first_page) + "\n";
    result.text += go_on;
    result.structured["message"] =
        tokens.empty() ? nothing_listed(choice, first_page) : counted(tokens.size(), page.total());
    result.structured["next"] = what_next(more, tokens.empty());
    if (page.moved() > 0) result.text += what_moved(page);
    result.text += "\nToken values are never listed: they are only shown once, at creation time.\n";
    return result;
}

policy::Time holds_until(const ListPage& page, const ListQuery& choice, policy::Time now,
                         const policy::Seals& seal) {
    const TokenWriter writer(seal, now);
    auto until = policy::Time::max();
    for (const auto* token : page.tokens())
        until = std::min({until, choice.state_holds_until(*token, now), writer.holds_until(*token)});
    return until;
}

}  // namespace tfy::access_tokens
