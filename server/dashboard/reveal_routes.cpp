// Values that wait for their one showing. Only a POST with this session's nonce shows one.
#include <algorithm>
#include <array>

#include "policy/human.hpp"
#include "policy/visible.hpp"
#include "protocol/text_in.hpp"
#include "server/dashboard/dashboard.hpp"
#include "server/dashboard/replies.hpp"
#include "tools/sentences.hpp"

namespace tfy::dashboard {
namespace {

constexpr std::size_t most_looked_at = 50;
constexpr std::chrono::hours told_for{24};

Json outcome_of(const policy::Approval& approval) {
    if (!approval.outcome.is_object()) return nullptr;
    const auto found = approval.outcome.find("structured");
    return found == approval.outcome.end() ? Json(nullptr) : *found;
}

/// Its name; a rotation's request is named after the old one.
std::string new_token_of(const policy::Approval& approval) {
    auto name = protocol::text_in(outcome_of(approval), "name");
    return name.empty() ? approval.facts.subject : name;
}

/// It made a value that this person, or a form's unknown person, chose to see or promised to the agent.
bool made_value_for(const policy::Approval& approval, const std::string& person) {
    const auto& decision = approval.decision();
    if (!decision || !decision->approved || decision->destination == policy::Destination::none ||
        approval.state() != policy::Approval::State::succeeded)
        return false;
    return decision->by == person || decision->assurance == policy::Assurance::client ||
           std::ranges::find(approval.votes(), person, &policy::Approval::Decision::by) !=
               approval.votes().end();
}

/// Whether any of these calls has deleted the token of this id.
bool deleted_by(const std::vector<policy::Approval>& all, const std::string& token) {
    return !token.empty() && std::ranges::any_of(all, [&](const policy::Approval& each) {
        return each.state() == policy::Approval::State::succeeded &&
               protocol::text_in(each.call.arguments, "id") == token;
    });
}

}  // namespace

Async<Json> Dashboard::value_of(policy::Approval approval) {
    constexpr std::array<const char*, 5> names = {"held", "elsewhere", "claimed", "lapsed", "lost"};
    const auto reveal_id = protocol::text_in(outcome_of(approval), "reveal_id");
    if (reveal_id.empty()) co_return nullptr;
    const auto fate = co_await reveals_.fate(reveal_id, approval.call.caller.principal);
    co_return fate ? Json(names.at(static_cast<std::size_t>(*fate))) : Json(nullptr);
}

// Of a day, so that no one has to guess why a value that they were promised is not here. The page asks only
// while it shows values.
Async<transport::HttpResponse> Dashboard::lost_values(PageRequest visit) {
    const auto found = co_await approvals_.history_page("", most_looked_at);
    if (!found) co_return error_reply(redaction_, found.error());
    Json lost = Json::array();
    for (const auto& approval : found->approvals) {
        if (!made_value_for(approval, visit.session->person()) ||
            approval.updated + told_for < clock_.now() ||
            deleted_by(found->approvals, protocol::text_in(outcome_of(approval), "id")))
            continue;
        const auto fate = co_await value_of(approval);
        if (fate == "lapsed" || fate == "lost")
            lost.push_back({{"id", approval.id},
                            {"token_name", policy::shown(redaction_, new_token_of(approval))},
                            {"how", fate}});
    }
    const Json body = {{"lost", std::move(lost)}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::reveals(PageRequest visit) {
    Json all = Json::array();
    std::set<std::string> held;
    for (const auto& value : reveals_.waiting()) {
        held.insert(value.reveal_id);
        if (!value.recipients.may_see(visit.session->person())) continue;
        all.push_back({{"reveal_id", value.reveal_id},
                       {"token_name", policy::shown(redaction_, value.token_name)},
                       {"masked", policy::shown(redaction_, value.masked)},
                       {"until", policy::format_time(value.until)},
                       {"for_agent", value.recipients.for_agent},
                       {"nonce", nonces_.issue(visit.session->key(), value.reveal_id)}});
    }
    nonces_.keep_only(held);
    const Json body = {{"reveals", std::move(all)}, {"now", policy::format_time(clock_.now())}};
    co_return json_reply(redaction_, 200, body);
}

Async<transport::HttpResponse> Dashboard::reveal(PageRequest visit) {
    const auto nonce = visit.body.find("nonce");
    const bool spent = nonce != visit.body.end() && nonce->is_string() &&
                       nonces_.spend(visit.session->key(), visit.id, nonce->get_ref<const std::string&>());
    if (!spent) {
        const auto held = reveals_.waiting();
        const bool waits =
            std::ranges::any_of(held, [&](const auto& value) { return value.reveal_id == visit.id; });
        co_return waits
            ? error_reply(redaction_, 403, "nonce",
                          "This page is out of date. The value was not shown. Reload the page.")
            : error_reply(redaction_, 410, "gone",
                          std::string(tools::sentences::value_is_over) + tools::sentences::value_is_gone);
    }
    auto claimed = co_await reveals_.claim_for(visit.id, people_.human(*visit.session));
    if (!claimed) {
        const auto& error = claimed.error();
        const auto status = error.code == Errc::not_found ? 410 : page_status(error.code);
        co_return error_reply(redaction_, status, protocol::name(error.code), error.message);
    }
    const Json message = {{"value", claimed->placeholder()}};
    co_return sealed_reply(200, redaction_.now()->seal_reveal(message, std::move(*claimed)));
}

}  // namespace tfy::dashboard
