#include "server/features/completions.hpp"

#include <algorithm>

#include "protocol/lower.hpp"
#include "server/features/definitions.hpp"

namespace tfy::features {
namespace {

using protocol::CompleteParams;

constexpr std::size_t most_values = 100;
// One list serves a person who is typing: TrueFoundry is not asked for every key.
constexpr policy::Duration fresh_for = std::chrono::seconds{5};

/// `name`: quoted already.
Error unknown(std::string_view what, std::string_view name, std::string_view see) {
    return {Errc::invalid_params, "Unknown " + std::string(what) + " " + std::string(name) +
                                      ". Nothing was completed. See " + std::string(see) + "."};
}

/// Whether the argument `name`, where it is settled, leaves a token that has `value` there.
bool allows(const std::map<std::string, std::string>& settled, const std::string& name, const Json& value) {
    const auto found = settled.find(name);
    return found == settled.end() || found->second.empty() || value == found->second;
}

}  // namespace

Completions::Completions(CallerView& view, const Clock& clock, std::vector<Json> prompts,
                         std::vector<Json> templates)
    : view_(view), clock_(clock), prompts_(std::move(prompts)), templates_(std::move(templates)) {}

Async<Result<mcp::CompletionFeature::Found>> Completions::complete(mcp::Requester& requester,
                                                                   CompleteParams params) {
    const bool prompt = params.of == CompleteParams::Of::prompt;
    const auto* definition = prompt ? find_definition(prompts_, "name", params.ref)
                                    : find_definition(templates_, "uriTemplate", params.ref);
    const auto* list = prompt ? "prompts/list" : "resources/templates/list";
    if (definition == nullptr)
        co_return unknown(prompt ? "prompt" : "template", requester.redaction.quoted(params.ref), list);
    const auto* argument = find_argument(*definition, params.argument);
    if (argument == nullptr) co_return unknown("argument", requester.redaction.quoted(params.argument), list);
    Candidates candidates;
    for (const auto& each : argument->value("suggests", Json::array()))
        candidates.push_back({each.get<std::string>()});
    const auto source = argument->value("completes", std::string{});
    if (!source.empty()) candidates = co_await taken_from(requester, source, std::move(params.context));
    co_return best_of(candidates, params.value);
}

mcp::CompletionFeature::Found Completions::best_of(const Candidates& candidates, std::string_view typed) {
    const auto wanted = protocol::lowered(typed);
    const auto place = [&wanted](const Candidate& each) -> std::size_t {
        const auto value = protocol::lowered(each.value);
        const auto also = protocol::lowered(each.also);
        if (value.starts_with(wanted)) return 0;
        if (!also.empty() && also.starts_with(wanted)) return 1;
        if (value.find(wanted) != value.npos) return 2;
        return also.find(wanted) != also.npos ? 3 : 4;
    };
    std::vector<std::string> ranked[4];
    Found found;
    for (const auto& each : candidates)
        if (const auto at = place(each); at < std::size(ranked)) ranked[at].push_back(each.value);
    for (auto& values : ranked) {
        found.total += values.size();
        for (auto& value : values)
            if (found.values.size() < most_values) found.values.push_back(std::move(value));
    }
    return found;
}

Async<Completions::Candidates> Completions::taken_from(const mcp::Requester& requester, std::string source,
                                                       Settled settled) {
    Candidates candidates;
    if (source == "approval_ids") {
        const auto open = co_await view_.open_approvals(requester);
        for (const auto& each : open)
            candidates.push_back(
                {each.at("approval_id").get<std::string>(), each.at("tool").get<std::string>()});
        co_return candidates;
    }
    const bool ids = source == "token_ids";
    const auto listed = co_await tokens(requester);
    for (const auto& each : listed) {
        if (!allows(settled, ids ? "name" : "id", each.at(ids ? "name" : "id"))) continue;
        const auto name = each.at("name").get<std::string>();
        candidates.push_back(ids ? Candidate{each.at("id").get<std::string>(), name} : Candidate{name});
    }
    const auto by_name = [](const Candidate& each) { return std::pair(each.also, each.value); };
    std::ranges::sort(candidates, {}, by_name);
    const auto doubled = std::ranges::unique(candidates, {}, &Candidate::value);
    candidates.erase(doubled.begin(), doubled.end());
    co_return candidates;
}

/// An array; empty if they cannot be read, which is kept just as long.
Async<Json> Completions::tokens(const mcp::Requester& requester) {
    if (!view_.may_see_tokens(requester)) co_return Json::array();
    const auto now = clock_.now();
    std::erase_if(recent_, [&](const auto& each) { return each.second.read + fresh_for <= now; });
    if (const auto known = recent_.find(requester.caller.principal); known != recent_.end())
        co_return known->second.tokens;
    auto listed = co_await view_.tokens(requester);
    auto found = listed ? std::move(listed->at("tokens")) : Json::array();
    recent_[requester.caller.principal] = {now, found};
    co_return found;
}

}  // namespace tfy::features
