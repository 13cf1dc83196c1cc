#include "tools/access_tokens/token_words.hpp"

#include <algorithm>
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

/// A line as a cell of a Markdown table.
std::string in_cell(std::string_view line) {
    std::string escaped;
    for (const char c : line) {
        if (c == '|' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

struct Remark {
    std::string_view word;   // for programs
    std::string_view words;  // for people
};

// What deserves a look at a token that works.
std::vector<Remark> remarks_on(const AccessToken& token, std::string_view state, policy::Time now) {
    std::vector<Remark> remarks;
    if (state == "expired") return remarks;
    if (!token.expires) remarks.push_back({"no_expiry", "no expiry"});
    if (unused_for(token, long_unused, now)) remarks.push_back({"unused_90_days", "unused for 90 days"});
    return remarks;
}

}  // namespace

TokenWriter::Written TokenWriter::write(const AccessToken& token, std::string_view state) {
    const auto id = tools::one_line(*seal_, token.id);
    const auto name = tools::one_line(*seal_, token.name);
    const auto remarks = remarks_on(token, state, now_);

    std::string remarked;
    for (const auto& remark : remarks) remarked.append(remarked.empty() ? "" : "; ").append(remark.words);
    auto row = "| " + in_cell(name) + " | " + in_cell(id) + " | " +
               (token.created ? tools::day(*token.created) : "Unknown") + " | " +
               (token.expires ? tools::day(*token.expires) : "Never") + " | " +
               (token.last_used ? tools::ago(*token.last_used, now_) : "Never used") + " | " +
               std::string(state) + " | " + (remarked.empty() ? "–" : remarked) + " |\n";

    Json json = Json::object();  // one by one: an initializer list would copy each of them
    json["id"] = id;
    json["name"] = name;
    json["created_at"] = or_null(token.created);
    json["expires_at"] = or_null(token.expires);
    json["last_used_at"] = or_null(token.last_used);
    json["expired"] = state == "expired";
    json["state"] = state;
    json["type"] = in_common(token.type);
    json["owner"] = in_common(token.owner);
    auto& words = json["remarks"] = Json::array();
    for (const auto& remark : remarks) words.push_back(remark.word);
    return {std::move(row), std::move(json)};
}

policy::Time TokenWriter::holds_until(const AccessToken& token) const {
    auto until = policy::Time::max();
    const auto& last = token.last_used ? token.last_used : token.created;
    if (last && !unused_for(token, long_unused, now_))
        until = *last + long_unused + std::chrono::milliseconds{1};
    if (token.last_used) until = std::min(until, tools::ago_holds_until(*token.last_used, now_));
    return until;
}

Json TokenWriter::in_common(const std::string& text) {
    if (text.empty()) return nullptr;
    const auto known = in_common_.find(text);
    if (known != in_common_.end()) return known->second;
    return in_common_.emplace(text, tools::one_line(*seal_, text)).first->second;
}

}  // namespace tfy::access_tokens
