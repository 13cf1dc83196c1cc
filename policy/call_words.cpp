#include "policy/call_words.hpp"

#include <map>

#include "manifests/embedded.hpp"
#include "policy/time.hpp"
#include "policy/visible.hpp"
#include "protocol/parse.hpp"

namespace tfy::policy {
namespace {

constexpr std::size_t most_of_tool = 60, most_of_name = 200, most_of_fact = 200;

using Table = std::map<std::string_view, CallWords, std::less<>>;

// The definitions are part of the program, and a test reads the words of each.
Table read_table() {
    Table table;
    for (const auto name : manifests::tool_names()) {
        const auto definition = protocol::parse(manifests::file("tools/" + std::string(name) + ".json"));
        if (!definition || !definition->is_object() || !definition->contains("approval")) continue;
        const auto& words = definition->at("approval");
        const auto& takes = definition->at("inputSchema").at("properties");
        table.emplace(name, CallWords{.title = words.value("title", std::string{}),
                                      .verb = words.value("verb", std::string{}),
                                      .button = words.value("button", std::string{}),
                                      .danger = words.value("danger", false),
                                      .together = words.value("together", std::string{}),
                                      .takes_reason = takes.contains("reason")});
    }
    return table;
}

std::string with_subject(std::string words, const Approval& approval, const Seals& seal) {
    if (!approval.facts.subject.empty()) words += " " + shown(seal, approval.facts.subject, most_of_name);
    return words;
}

}  // namespace

CallWords words_for(std::string_view tool, const Seals& seal) {
    static const auto table = read_table();
    if (const auto found = table.find(tool); found != table.end()) return found->second;
    const auto name = shown(seal, tool, most_of_tool);
    return {.title = name, .verb = name, .button = "Approve"};
}

std::optional<std::string> reason_given(const Approval& approval, const Seals& seal) {
    auto reason = follows_from(approval).empty() ? approval.agent_reason : std::string{};
    if (reason.empty() && !words_for(approval.call.tool, seal).takes_reason) return std::nullopt;
    return reason;
}

std::string headline(const Approval& approval, const Seals& seal) {
    return with_subject(words_for(approval.call.tool, seal).title, approval, seal);
}

std::string line_of(const Approval& approval, const Seals& seal) {
    return with_subject(words_for(approval.call.tool, seal).verb, approval, seal);
}

Json asked_members(const Approval& approval, const Seals& seal) {
    auto facts = Json::array();
    for (const auto& fact : approval.facts.shown) {
        if (fact.label == permission_label) continue;
        facts.push_back({{"label", shown(seal, fact.label, most_of_fact)},
                         {"value", shown(seal, fact.value, most_of_fact)}});
    }
    return {{"action", headline(approval, seal)},
            {"effect", shown(seal, approval.facts.effect)},
            {"facts", std::move(facts)}};
}

Json decision_members(const Approval& approval, const Seals& seal) {
    if (!approval.decision()) return Json::object();
    const auto& decision = *approval.decision();
    const std::string permitted = decision.permission.empty() ? "" : "a standing permission of ";
    return {{"decided_by", permitted + shown_line(seal.seal_text(decision.by), most_of_name)},
            {"decided_at", format_time(decision.at)}};
}

}  // namespace tfy::policy
