#include "tools/access_tokens/token_words.hpp"

#include <utility>
#include <vector>

#include "tools/access_tokens/list_query.hpp"
#include "tools/text.hpp"

namespace tfy::access_tokens {
namespace {

using truefoundry::AccessToken;

constexpr std::chrono::days long_unused{90};

Json or_null(const std::optional<policy::Time>& time) {
    return time ? Json(policy::format_time(*time)) : Json(nullptr);
}
Json or_null(const std::string& text, const policy::Seals& seal) {
    return text.empty() ? Json(nullptr) : Json(tools::one_line(seal, text));
}

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

}  // namespace

Json token_json(const AccessToken& token, std::string_view state, policy::Time now,
                const policy::Seals& seal) {
    Json remarks = Json::array();
    for (const auto& [word, text] : remarks_on(token, state, now)) remarks.push_back(word);
    return {{"id", tools::one_line(seal, token.id)},
            {"name", tools::one_line(seal, token.name)},
            {"created_at", or_null(token.created)},
            {"expires_at", or_null(token.expires)},
            {"last_used_at", or_null(token.last_used)},
            {"expired", state == "expired"},
            {"state", state},
            {"type", or_null(token.type, seal)},
            {"owner", or_null(token.owner, seal)},
            {"remarks", std::move(remarks)}};
}

std::string token_row(const AccessToken& token, std::string_view state, policy::Time now,
                      const policy::Seals& seal) {
    std::string remarks;
    for (const auto& [word, text] : remarks_on(token, state, now))
        remarks += (remarks.empty() ? "" : "; ") + text;
    return "| " + tools::cell(seal, token.name) + " | " + tools::cell(seal, token.id) + " | " +
           (token.created ? tools::day(*token.created) : "Unknown") + " | " +
           (token.expires ? tools::day(*token.expires) : "Never") + " | " +
           (token.last_used ? tools::distance(*token.last_used, now) : "Never used") + " | " +
           std::string(state) + " | " + (remarks.empty() ? "–" : remarks) + " |\n";
}

}  // namespace tfy::access_tokens
