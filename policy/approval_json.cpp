// An approval as it is stored: every part, spelt so that a later version can still read it.
#include <utility>

#include "policy/approval.hpp"
#include "policy/stored.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view reads = "reads", changes = "changes";

std::optional<Effect> read_effect(std::string_view text) {
    if (text == reads) return Effect::reads;
    if (text == changes) return Effect::changes;
    return std::nullopt;
}

Json json_of(const Call& call) {
    return {{"server", call.server},
            {"base_url", call.base_url},
            {"tool", call.tool},
            {"tool_version", call.tool_version},
            {"effect", call.effect == Effect::reads ? reads : changes},
            {"arguments", call.arguments},
            {"caller",
             {{"principal", call.caller.principal},
              {"client", call.caller.client},
              {"default_assurance", to_string(call.caller.default_assurance)}}}};
}

Call read_call(const Members& from) {
    const auto caller = from.member("caller");
    return {from.text("server"),
            from.text("base_url"),
            from.text("tool"),
            from.text("tool_version"),
            from.one_of("effect", read_effect, Effect::changes),
            from.object("arguments"),
            {caller.text("principal"), caller.text("client"),
             caller.one_of("default_assurance", read_assurance, Assurance::signed_in)}};
}

Json json_of(const std::optional<Approval::Decision>& decision) {
    if (!decision) return nullptr;
    return {{"approved", decision->approved},
            {"by", decision->by},
            {"assurance", to_string(decision->assurance)},
            {"at", format_time(decision->at)},
            {"reason", decision->reason},
            {"destination", to_string(decision->destination)}};
}

Approval::Decision read_decision(const Members& from) {
    return {from.flag("approved"),
            from.text("by"),
            from.one_of("assurance", read_assurance, Assurance::client),
            from.time("at"),
            from.text("reason"),
            from.one_of("destination", read_destination, Destination::none)};
}

std::vector<Destination> read_destinations(const Members& from) {
    std::vector<Destination> all;
    for (const auto& name : from.texts("destinations")) {
        const auto destination = read_destination(name);
        if (destination)
            all.push_back(*destination);
        else
            from.fail("destinations", "has an unknown value");
    }
    return all;
}

}  // namespace

Json Approval::json() const {
    auto names = Json::array();
    for (const auto destination : destinations) names.push_back(to_string(destination));
    return {{"id", id},
            {"call", json_of(call)},
            {"digest", digest},
            {"facts", facts.json()},
            {"agent_reason", agent_reason},
            {"min_assurance", to_string(min_assurance)},
            {"reason_required", reason_required},
            {"destinations", std::move(names)},
            {"because", because},
            {"state", to_string(state)},
            {"created", format_time(created)},
            {"updated", format_time(updated)},
            {"expires", format_time(expires)},
            {"decision", json_of(decision)},
            {"instance", instance},
            {"outcome", outcome}};
}

Result<Approval> Approval::read(const Json& value) {
    std::string problem;
    const Members from(value, "", problem);
    Approval approval;
    approval.id = from.text("id");
    approval.call = read_call(from.member("call"));
    approval.digest = from.text("digest");
    approval.facts = read_facts(from.member("facts"));
    approval.agent_reason = from.text("agent_reason");
    approval.min_assurance = from.one_of("min_assurance", read_assurance, Assurance::passkey);
    approval.reason_required = from.flag("reason_required");
    approval.destinations = read_destinations(from);
    approval.because = from.text("because");
    approval.state = from.one_of("state", read_state, State::unknown);
    approval.created = from.time("created");
    // Records of 0.1.0 do not have it.
    approval.updated =
        value.is_object() && value.contains("updated") ? from.time("updated") : approval.created;
    approval.expires = from.time("expires");
    if (!from.is_null("decision")) approval.decision = read_decision(from.member("decision"));
    approval.instance = from.text("instance");
    approval.outcome = from.value("outcome");
    if (!problem.empty())
        return Error{Errc::storage,
                     "A stored approval cannot be read: " + problem + ". Nothing was done with it."};
    return approval;
}

}  // namespace tfy::policy
