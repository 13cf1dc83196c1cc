// An approval as it is stored: every part, spelt so that a later version can still read it.
#include <utility>

#include "policy/approval.hpp"
#include "policy/stored.hpp"

namespace tfy::policy {
namespace {

constexpr std::string_view reads = "reads", changes = "changes";
constexpr auto remind_member = "remind_after_ms", escalate_member = "escalate_after_ms";

std::optional<Effect> read_effect(std::string_view text) {
    if (text == reads) return Effect::reads;
    if (text == changes) return Effect::changes;
    return std::nullopt;
}

Json json_of(const Caller& caller) {
    Json body = {{"principal", caller.principal},
                 {"client", caller.client},
                 {"default_assurance", to_string(caller.default_assurance)},
                 {"person", caller.person}};
    const auto& [host, name, listed] = caller.program;
    if (!host.empty() || !name.empty())
        body["program"] = {{"host", host}, {"name", name}, {"listed", listed}};
    if (!caller.label.empty()) body["label"] = caller.label;
    return body;
}

Program read_program(const Members& caller) {
    if (!caller.has("program")) return {};
    const auto from = caller.member("program");
    return {from.text("host"), from.text("name"), from.flag("listed")};
}

Json json_of(const Call& call) {
    return {{"server", call.server},
            {"base_url", call.base_url},
            {"tool", call.tool},
            {"tool_version", call.tool_version},
            {"effect", call.effect == Effect::reads ? reads : changes},
            {"arguments", call.arguments},
            {"caller", json_of(call.caller)}};
}

Call read_call(const Members& from) {
    const auto caller = from.member("caller");
    return {from.text("server"),
            from.text("base_url"),
            from.text("tool"),
            from.text("tool_version"),
            from.one_of("effect", read_effect, Effect::changes),
            from.object("arguments"),
            {.principal = caller.text("principal"),
             .client = caller.text("client"),
             .default_assurance = caller.one_of("default_assurance", read_assurance, Assurance::signed_in),
             .person = caller.has("person") ? caller.text("person") : std::string{},
             .program = read_program(caller),
             .label = caller.has("label") ? caller.text("label") : std::string{}}};
}

Json json_of(const Approval::Decision& decision) {
    Json json = {{"approved", decision.approved},
                 {"by", decision.by},
                 {"assurance", to_string(decision.assurance)},
                 {"at", format_time(decision.at)},
                 {"reason", decision.reason},
                 {"destination", to_string(decision.destination)},
                 {"permission", decision.permission},
                 {"signature", decision.signature}};
    if (decision.froze) json["froze"] = true;
    return json;
}

Approval::Decision read_decision(const Members& from) {
    return {from.flag("approved"),
            from.text("by"),
            from.one_of("assurance", read_assurance, Assurance::client),
            from.time("at"),
            from.text("reason"),
            from.one_of("destination", read_destination, Destination::none),
            from.has("permission") ? from.text("permission") : std::string{},
            from.has("signature") ? from.value("signature") : Json(nullptr),
            from.has("froze") && from.flag("froze")};
}

Json json_of(const Approval::Narrowing& narrowing) {
    return {{"by", narrowing.by}, {"at", format_time(narrowing.at)}, {"before", narrowing.before}};
}

Json json_of(const Approval::Extension& extension) {
    return {{"by", extension.by}, {"at", format_time(extension.at)}};
}

template <class Each>
Json json_of(const std::vector<Each>& all) {
    auto list = Json::array();
    for (const auto& each : all) list.push_back(json_of(each));
    return list;
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

/// A record of 0.1.0: one yes was always enough, and nothing was ever narrowed.
bool is_early(const Members& approval) { return !approval.has("asked_digest"); }

Terms read_terms(const Members& from) {
    Terms terms{.min_assurance = from.one_of("min_assurance", read_assurance, Assurance::passkey),
                .reason_required = from.flag("reason_required"),
                .destinations = read_destinations(from),
                .because = from.text("because")};
    if (is_early(from)) return terms;
    terms.approvers = from.texts("approvers");
    terms.quorum = static_cast<std::size_t>(from.integer("quorum"));
    terms.self_approval = from.flag("self_approval");
    if (from.has("denied_for_ms")) terms.denied_for = Duration{from.integer("denied_for_ms")};
    if (from.has(remind_member)) terms.remind_after = Duration{from.integer(remind_member)};
    if (from.has(escalate_member)) {
        terms.escalate_after = Duration{from.integer(escalate_member)};
        terms.escalate_to = from.texts("escalate_to");
    }
    return terms;
}

/// What a record of 0.1.0 does not have.
void read_later_members(const Members& from, Approval& into) {
    if (is_early(from)) {
        into.updated = from.has("updated") ? from.time("updated") : into.created;
        into.asked_digest = into.digest();
        return;
    }
    if (from.has("rewordings")) into.rewordings = static_cast<int>(from.integer("rewordings"));
    if (from.has("repeat_outcome_ms")) into.repeat_outcome = Duration{from.integer("repeat_outcome_ms")};
    if (from.has("holder"))
        into.holder = {from.member("holder").text("print"), from.member("holder").text("user")};
    into.updated = from.time("updated");
    into.asked_digest = from.text("asked_digest");
    for (const auto& each : from.list("narrowings"))
        into.narrowings.push_back({each.text("by"), each.time("at"), each.object("before")});
    if (from.has("extended") && !from.is_null("extended")) {
        const auto extension = from.member("extended");
        into.extended = {extension.text("by"), extension.time("at")};
    }
}

}  // namespace

Json Approval::json() const {
    auto names = Json::array();
    for (const auto destination : terms_.destinations) names.push_back(to_string(destination));
    Json stored = {{"id", id},
                   {"call", json_of(call)},
                   {"digest", digest_},
                   {"asked_digest", asked_digest},
                   {"narrowings", json_of(narrowings)},
                   {"extended", extended ? json_of(*extended) : Json(nullptr)},
                   {"facts", facts.json()},
                   {"agent_reason", agent_reason},
                   {"rewordings", rewordings},
                   {"min_assurance", to_string(terms_.min_assurance)},
                   {"approvers", terms_.approvers},
                   {"quorum", terms_.quorum},
                   {"self_approval", terms_.self_approval},
                   {"reason_required", terms_.reason_required},
                   {"destinations", std::move(names)},
                   {"because", terms_.because},
                   {"denied_for_ms", terms_.denied_for.count()},
                   {"repeat_outcome_ms", repeat_outcome.count()},
                   {"state", to_string(state())},
                   {"created", format_time(created)},
                   {"updated", format_time(updated)},
                   {"expires", format_time(expires)},
                   {"votes", json_of(votes())},
                   {"decision", decision() ? json_of(*decision()) : Json(nullptr)},
                   {"instance", instance},
                   {"outcome", outcome}};
    // Only if they are set: Nudges looks for them.
    if (terms_.remind_after) stored[remind_member] = terms_.remind_after->count();
    if (terms_.escalate_after) {
        stored[escalate_member] = terms_.escalate_after->count();
        stored["escalate_to"] = terms_.escalate_to;
    }
    if (!holder.print.empty()) stored["holder"] = {{"print", holder.print}, {"user", holder.user}};
    return stored;
}

StoredApproval::StoredApproval(Approval made)
    : approval(std::move(made)),
      record(approval.json().dump(-1, ' ', false, Json::error_handler_t::replace)) {}

Result<Approval> Approval::restore(const Json& stored) {
    std::string problem;
    const Members from(stored, "", problem);
    Approval approval;
    approval.id = from.text("id");
    approval.call = read_call(from.member("call"));
    approval.digest_ = from.text("digest");
    approval.facts = read_facts(from.member("facts"));
    approval.agent_reason = from.text("agent_reason");
    approval.call.reason = approval.agent_reason;
    approval.terms_ = read_terms(from);
    approval.state_ = from.one_of("state", read_state, State::unknown);
    approval.created = from.time("created");
    approval.expires = from.time("expires");
    if (!from.is_null("decision")) approval.decision_ = read_decision(from.member("decision"));
    if (!is_early(from))
        for (const auto& vote : from.list("votes")) approval.votes_.push_back(read_decision(vote));
    else if (approval.decision_ && approval.decision_->approved)
        approval.votes_ = {*approval.decision_};
    read_later_members(from, approval);
    approval.instance = from.text("instance");
    approval.outcome = from.value("outcome");
    if (!problem.empty())
        return Error{Errc::storage,
                     "A stored approval cannot be read: " + problem + ". Nothing was done with it."};
    return approval;
}

}  // namespace tfy::policy
