// A new value waits for its person: they are led to it, unless they are there already.
#include "policy/dialogue/approval_form.hpp"
#include "protocol/elicitation.hpp"
#include "server/calls/approval_answer.hpp"
#include "server/calls/presenter.hpp"
#include "tools/access_tokens/rotate_words.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;

/// On the page by their own decision: what waits appears before their eyes.
bool is_on_page(const Approval::Decision& decision) {
    return decision.assurance >= policy::Assurance::signed_in && decision.permission.empty();
}

/// Its address, where the value of what ran waits there for a person who has to be led to it.
std::string waits_at(const Approval& approval, const tools::ToolResult& result) {
    if (!approval.decision || is_on_page(*approval.decision) || !result.structured.is_object()) return {};
    return result.structured.value("reveal_url", std::string{});
}

}  // namespace

Async<Approval> Presenter::as_it_is(Approval approval) {
    auto outcome = read_outcome(approval.outcome);
    if (approval.state != Approval::State::succeeded || !outcome.structured.is_object()) co_return approval;
    co_await tell_fate(outcome, approval);
    co_await tell_rotation(outcome, approval);
    approval.outcome = outcome_of(outcome);
    co_return approval;
}

// What cannot be read is told as it was written down.
Async<void> Presenter::tell_fate(tools::ToolResult& outcome, const Approval& approval) {
    auto reveal_id = outcome.structured.value("reveal_id", std::string{});
    if (!fate_ || reveal_id.empty()) co_return;
    const auto fate = co_await fate_(std::move(reveal_id), approval.call.caller.principal);
    if (fate) access_tokens::tell_value(outcome, *fate, clock_.now());
}

Async<void> Presenter::tell_rotation(tools::ToolResult& outcome, const Approval& approval) {
    if (!rotation_of_ || !outcome.structured.contains("rotation_id")) co_return;
    const auto rotation = co_await rotation_of_(approval.id);
    if (rotation && *rotation) access_tokens::tell_old_token(outcome, **rotation);
}

dialogue::DestinationOffer Presenter::offer_to(const Approval& approval, const mcp::Requester& requester) {
    if (approval.terms.destinations.empty()) return {};
    if (page_.reaches_person(opens_addresses(requester))) return dialogue::offer_with_page(approval.terms);
    return dialogue::offer_without_page(approval.terms);
}

Json Presenter::form(const Approval& approval, const mcp::Requester& requester, policy::Time at,
                     const std::string& problem) {
    return dialogue::approval_form(approval, at, requester.context.version, offer_to(approval, requester),
                                   problem);
}

void Presenter::open_for_value(const Approval& approval, const tools::ToolResult& result) {
    if (!waits_at(approval, result).empty()) page_.lead_to_value(approval.id);
}

Async<std::optional<mcp::MethodResult>> Presenter::lead_to_value(Approval approval, mcp::Requester& requester,
                                                                 const tools::ToolResult& result) {
    auto address = waits_at(approval, result);
    const auto reveal_id =
        result.structured.is_object() ? result.structured.value("reveal_id", std::string{}) : std::string{};
    if (address.empty() || page_.opens_browser() || !opens_addresses(requester)) co_return std::nullopt;
    const auto version = requester.context.version;
    auto question = protocol::write_url("See and save the new value on the approvals page: it is shown once.",
                                        std::move(address), reveal_id, version);
    // The one who comes back with the state is told the stored outcome.
    if (protocol::is_modern(version)) co_return ask(approval, requester, std::move(question), 0);
    if (requester.questions != nullptr)
        co_await requester.questions->ask(requester.outbox, requester.session, "elicitation/create",
                                          std::move(question), hold_);
    co_return std::nullopt;
}

}  // namespace tfy::calls
