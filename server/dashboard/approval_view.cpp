#include "server/dashboard/approval_view.hpp"

#include "policy/call_words.hpp"
#include "policy/narrowed_arguments.hpp"
#include "policy/program_words.hpp"
#include "policy/standing_permission.hpp"
#include "policy/visible.hpp"
#include "server/storage/rotation_row.hpp"
#include "tools/own_command.hpp"

namespace tfy::dashboard {
namespace {

using policy::Approval;

/// Makes text safe, and remembers whether that changed any.
struct Shower {
    const policy::Seals& seal;
    bool marked = false;

    std::string operator()(std::string_view text) {
        marked = marked || policy::deceptive(text);
        return policy::shown(seal, text);
    }
    std::string lines(std::string_view text) {
        const auto sealed = seal.seal_text(text);
        auto safe = policy::shown_lines(sealed);
        marked = marked || safe != sealed.text();
        return safe;
    }
};

Json facts_view(const policy::Facts& facts, Shower& show) {
    Json shown = Json::array();
    for (const auto& fact : facts.shown)
        shown.push_back({{"label", show(fact.label)}, {"value", show(fact.value)}});
    Json warnings = Json::array();
    for (const auto& warning : facts.warnings) warnings.push_back(show(warning));
    return {{"subject", show(facts.subject)},
            {"to_type", show(facts.to_type())},
            {"effect", show(facts.effect)},
            {"shown", shown},
            {"warnings", warnings}};
}

std::string program_view(const policy::Program& program, Shower& show) {
    show.marked = show.marked || policy::deceptive(program.host) || policy::deceptive(program.name);
    return policy::program_words(program, show.seal);
}

Json words_view(const Approval& approval, const policy::Seals& seal) {
    const auto words = policy::words_for(approval.call.tool, seal);
    return {{"title", words.title}, {"button", words.button}, {"danger", words.danger}};
}

Json decision_view(const Approval& approval, Shower& show) {
    if (!approval.decision()) return nullptr;
    const auto& decision = *approval.decision();
    return {{"approved", decision.approved},
            {"by", show(decision.by)},
            {"assurance", policy::to_string(decision.assurance)},
            {"at", policy::format_time(decision.at)},
            {"reason", show(decision.reason)},
            {"destination", approval.terms().destinations.empty()
                                ? Json(nullptr)
                                : Json(policy::to_string(decision.destination))},
            {"permission", decision.permission.empty() ? Json(nullptr) : Json(decision.permission)},
            {"froze", decision.froze}};
}

Json votes_view(const Approval& approval, Shower& show) {
    Json votes = Json::array();
    for (const auto& vote : approval.votes())
        votes.push_back({{"by", show(vote.by)},
                         {"assurance", policy::to_string(vote.assurance)},
                         {"at", policy::format_time(vote.at)},
                         {"destination", approval.terms().destinations.empty()
                                             ? Json(nullptr)
                                             : Json(policy::to_string(vote.destination))}});
    return votes;
}

Json narrowings_view(const Approval& approval, Shower& show) {
    Json all = Json::array();
    for (const auto& each : policy::narrowed_arguments(approval))
        all.push_back({{"by", show(each.by)},
                       {"at", policy::format_time(each.at)},
                       {"argument", show(each.argument)},
                       {"asked", each.asked.empty() ? Json(nullptr) : Json(show(each.asked))},
                       {"approved", show(each.now)}});
    return all;
}

// A rotation: what the new token has where the old one has what. null where nothing is replaced.
Json difference_view(const policy::Facts& facts, Shower& show) {
    const auto plan = access_tokens::RotationPlan::read(facts.target);
    if (!plan) return nullptr;
    const auto end = [](const std::string& time) {
        const auto read = policy::read_time(time);
        return read ? policy::format_time(*read) : std::string("never");
    };
    const auto before = plan->old.value("expires", Json(nullptr));
    return {{{"label", "Name"}, {"before", show(plan->old_title())}, {"after", show(plan->new_name)}},
            {{"label", "Expires"},
             {"before", end(before.is_string() ? before.get<std::string>() : std::string{})},
             {"after", end(plan->expiration_date)}},
            {{"label", "Old token"},
             {"before", "works"},
             {"after", "is deleted " + access_tokens::after_grace(*plan)}}};
}

// Who may decide, who did, and what it takes.
void add_people(Json& view, const Approval& approval, Shower& show) {
    const auto& terms = approval.terms();
    const auto& person = approval.call.caller.person;
    Json approvers = Json::array();
    for (const auto& name : terms.approvers) approvers.push_back(show(name));
    view["approvers"] = std::move(approvers);
    view["quorum"] = terms.quorum;
    view["votes"] = votes_view(approval, show);
    view["self_approval"] = terms.self_approval;
    view["asked_by_person"] = person.empty() ? Json(nullptr) : Json(show(person));
}

// What the viewer may do; nothing of it where nothing waits.
void add_leave(Json& view, const Approval& approval, const Viewer& viewer, const policy::Seals& seal) {
    view["may_decide"] = nullptr;
    view["may_narrow"] = nullptr;
    view["may_extend"] = false;
    if (approval.state() != Approval::State::pending) return;
    if (!viewer.decides) {
        const auto why_not = not_confirmed(viewer.person);
        view["may_decide"] = {{"approve", false}, {"deny", false}, {"why_not", policy::shown(seal, why_not)}};
        return;
    }
    const auto why_not = policy::cannot_approve(approval, viewer.person, seal);
    view["may_decide"] = {{"approve", !why_not},
                          {"deny", !policy::cannot_deny(approval, viewer.person, seal)},
                          {"why_not", why_not ? Json(*why_not) : Json(nullptr)}};
    view["may_extend"] = !policy::cannot_extend(approval, viewer.person, seal);
    if (viewer.narrowable.any() && !policy::cannot_narrow(approval, viewer.person, seal))
        view["may_narrow"] = {{"name", viewer.narrowable.name},
                              {"expiration", viewer.narrowable.expiration},
                              {"team", viewer.narrowable.team}};
}

// The words of a success stand in the agent's conversation; a failure's are what the person needs here.
Json outcome_view(const Json& outcome, Shower& show) {
    if (!outcome.is_object()) return nullptr;
    const auto failed = outcome.find("isError");
    const bool is_error = failed != outcome.end() && failed->is_boolean() && failed->get<bool>();
    const auto text = outcome.find("text");
    const auto structured = outcome.find("structured");
    Json status = nullptr;
    if (structured != outcome.end() && structured->is_object())
        if (const auto named = structured->find("status"); named != structured->end() && named->is_string())
            status = show(named->get<std::string>());
    const bool has_words = is_error && text != outcome.end() && text->is_string();
    return {{"is_error", is_error},
            {"status", status},
            {"text", has_words ? Json(show.lines(text->get<std::string>())) : Json(nullptr)}};
}

}  // namespace

std::string not_confirmed(const std::string& person) {
    return "You are not confirmed yet. A second person who may decide confirms you: on this page, under "
           "People, or in a terminal with " +
           tools::own_command("people confirm " + person) + ".";
}

Json approval_view(const Approval& approval, const Viewer& viewer, const policy::Seals& seal) {
    Shower show{seal};
    const auto reason = policy::reason_given(approval, seal);
    Json destinations = Json::array();
    for (const auto each : approval.terms().destinations) destinations.push_back(policy::to_string(each));
    Json view = {{"id", approval.id},
                 {"tool", show(approval.call.tool)},
                 {"words", words_view(approval, seal)},
                 {"may_be_permitted", policy::may_be_permitted(approval.call)},
                 {"state", policy::to_string(approval.state())},
                 {"created", policy::format_time(approval.created)},
                 {"updated", policy::format_time(approval.updated)},
                 {"request_expires_at", policy::format_time(approval.expires)},
                 {"facts", facts_view(approval.facts, show)},
                 {"differs", difference_view(approval.facts, show)},
                 {"arguments",
                  show.lines(approval.call.arguments.dump(2, ' ', false, Json::error_handler_t::replace))},
                 {"digest", approval.digest()},
                 {"short_digest", policy::short_digest(approval.digest())},
                 {"agent_reason", reason ? Json(show.lines(*reason)) : Json(nullptr)},
                 {"follows", show(policy::follows_from(approval))},
                 {"principal", show(approval.call.caller.principal)},
                 {"asked_by", show(policy::asker_of(approval.call.caller))},
                 {"program", program_view(approval.call.caller.program, show)},
                 {"client", show(approval.call.caller.client)},
                 {"because", show(approval.terms().because)},
                 {"min_assurance", policy::to_string(approval.terms().min_assurance)},
                 {"reason_required", approval.terms().reason_required},
                 {"destinations", std::move(destinations)},
                 {"decision", decision_view(approval, show)},
                 {"outcome", outcome_view(approval.outcome, show)}};
    if (policy::may_be_permitted(approval.call)) {
        const auto kind = policy::token_kind(approval.call);
        view["token_kind"] = {
            {"team", show(kind.team)}, {"account", show(kind.account)}, {"token_type", show(kind.type)}};
    }
    add_people(view, approval, show);
    view["narrowings"] = narrowings_view(approval, show);
    view["extended"] = nullptr;
    if (const auto& extension = approval.extended)
        view["extended"] = {{"by", show(extension->by)}, {"at", policy::format_time(extension->at)}};
    add_leave(view, approval, viewer, seal);
    view["marked"] = show.marked;
    return view;
}

}  // namespace tfy::dashboard
