#include "server/calls/dialogues.hpp"

#include "policy/sealed_state.hpp"
#include "protocol/elicitation.hpp"
#include "server/people/client_form.hpp"

namespace tfy::calls {
namespace {

using policy::Approval;
using State = policy::Approval::State;

constexpr std::chrono::seconds progress_interval{5};

/// URL mode is as old as 2025-11-25: before it, `url` among a client's capabilities means nothing.
bool takes_url(const protocol::ClientContext& client) {
    return client.capabilities.elicitation_url && client.version >= protocol::Version::v2025_11_25;
}

/// On the page by their own decision: what waits appears before their eyes.
bool is_on_page(const Approval::Decision& decision) {
    return decision.assurance >= policy::Assurance::signed_in && decision.permission.empty();
}

/// Its address, if the value of what ran waits there for a person who has to be led to it.
std::string waits_at(const Approval& approval, const tools::ToolResult& result) {
    if (!approval.decision() || is_on_page(*approval.decision()) || !result.structured.is_object()) return {};
    return result.structured.value("reveal_url", std::string{});
}

}  // namespace

bool turned_down(const Json& response) {
    const auto read = protocol::read_elicited(response);
    return read && read->action != protocol::Elicited::Action::accept;
}

Json waiting_note(const Approval& approval) {
    return {{"event", "waiting_for_a_person"},
            {"approval_id", approval.id},
            {"request_expires_at", policy::format_time(approval.expires)}};
}

Dialogues::Dialogues(approvals::Approvals& desk, approvals::ApprovalPage& page, const Clock& clock,
                     const observability::Log& log, policy::Duration hold)
    : desk_(desk), page_(page), clock_(clock), log_(log), hold_(hold) {}

std::optional<std::string> Dialogues::unreachable(const policy::Terms& terms, const policy::Caller& caller) {
    if (auto why = policy::nobody_may_approve(terms, caller, desk_.seals())) return why;
    if (terms.min_assurance <= policy::Assurance::terminal || page_.stands()) return std::nullopt;
    return "The rule asks for a person signed in to the approvals page, and this server cannot open the "
           "page. See its log.";
}

bool Dialogues::is_silent(const mcp::Requester& requester) {
    const auto now = clock_.now();
    if (clients_.newly_silent(requester.caller, now))
        log_.warn("a client does not answer its forms: it is not asked again",
                  {{"principal", requester.caller.principal}, {"client", requester.caller.client}});
    return clients_.is_silent(requester.caller, now);
}

bool Dialogues::opens_addresses(const mcp::Requester& requester) {
    return takes_url(requester.context) && !is_silent(requester);
}

Async<dialogue::ClientAbilities> Dialogues::client_of(Approval approval, const mcp::Requester& requester) {
    const auto& can = requester.context.capabilities;
    dialogue::ClientAbilities client{.version = requester.context.version,
                                     .shows_forms = can.elicitation_form && !is_silent(requester),
                                     .opens_addresses = opens_addresses(requester)};
    client.reaches_page = page_.reaches_person(client.opens_addresses);
    if (client.opens_addresses && approval.state() == State::pending &&
        !dialogue::form_may_decide(client, approval))
        client.page_address = co_await page_.address(approval.id, false);
    co_return client;
}

void Dialogues::asked(const Approval& approval, const mcp::Requester& requester) {
    clients_.asked(requester.caller, approval.id, approval.expires);
}

void Dialogues::count(const Approval& approval, const mcp::Requester& requester,
                      const dialogue::Event& event) {
    dialogue::count(clients_, approval, requester.caller, event);
}

Async<Result<dialogue::NextStep>> Dialogues::next(dialogue::Position& position,
                                                  const dialogue::ClientAbilities& client, Approval& approval,
                                                  dialogue::Event event) {
    for (;;) {
        auto step = dialogue::resume(position, client, approval, event, clock_.now(), desk_.seals());
        const auto* decision = std::get_if<dialogue::Decide>(&step);
        if (decision == nullptr) co_return step;
        auto taken = co_await decide(*decision, approval);
        if (!taken) co_return taken.error();
        event = std::move(*taken);
    }
}

Async<Result<dialogue::Event>> Dialogues::decide(const dialogue::Decide& decision, Approval& approval) {
    using What = dialogue::Decide::What;
    auto person = people::ClientForm::person(decision);
    Result<Approval> next = approval;
    switch (decision.what()) {
        case What::withdraw: next = co_await desk_.withdraw(approval.id, person.name()); break;
        case What::deny: next = co_await desk_.deny(approval.id, person, decision.choice().reason); break;
        case What::approve: next = co_await desk_.approve(approval.id, person, decision.choice()); break;
    }
    dialogue::Event event = dialogue::Looked{};
    if (!next) {
        if (next.error().code == Errc::storage) co_return next.error();
        event = dialogue::NotTaken{next.error().message};
        next = co_await desk_.find(approval.id);  // someone else may have decided meanwhile
    }
    if (!next) co_return next.error();
    approval = std::move(*next);
    co_return event;
}

Async<Result<Approval>> Dialogues::hold_for_person(Approval approval, mcp::Requester& requester) {
    const bool leads = !opens_addresses(requester);
    auto address = co_await page_.address(approval.id, leads);
    auto note = waiting_note(approval);
    if (!address.empty()) note["approval_url"] = std::move(address);
    const auto told = co_await requester.log(protocol::LogLevel::info, "approvals", std::move(note));
    if (!told) co_return told.error();
    co_return co_await hold(std::move(approval), requester);
}

Async<Result<Approval>> Dialogues::hold(Approval approval, mcp::Requester& requester) {
    const auto seen = approval.state();
    const auto start = clock_.now();
    const auto end = start + hold_;
    if (const auto open = co_await requester.outbox.expect_wait(); !open) co_return open.error();
    auto current = co_await desk_.find(approval.id);  // also if nothing is held: it may be over by now
    while (current && current->state() == seen && clock_.now() < end) {
        auto held = co_await desk_.wait(current->id, seen, std::min(end, clock_.now() + progress_interval));
        if (!held) co_return held.error();
        current = std::move(held->approval);
        if (held->woken != approvals::Woken::timed_out) break;
        const auto waited = std::chrono::duration<double>(clock_.now() - start).count();
        std::string words = "Waiting for a person to approve.";
        if (seen != State::pending) words = "The call is running.";
        const auto told = co_await requester.progress(waited, {}, std::move(words));
        if (!told) co_return told.error();
    }
    co_return current;
}

void Dialogues::open_for_value(const Approval& approval, const tools::ToolResult& result) {
    if (!waits_at(approval, result).empty()) page_.lead_to_value(approval.id);
}

std::optional<Json> Dialogues::value_question(const Approval& approval, const mcp::Requester& requester,
                                              const tools::ToolResult& result) {
    auto address = waits_at(approval, result);
    if (address.empty() || page_.opens_browser() || !opens_addresses(requester)) return std::nullopt;
    return protocol::write_url("See and save the new value on the approvals page: it is shown once.",
                               std::move(address), result.structured.value("reveal_id", std::string{}),
                               requester.context.version);
}

std::optional<Json> Dialogues::page_question(const mcp::Requester& requester,
                                             const tools::ToolResult& result) {
    if (!result.leads_to || !opens_addresses(requester)) return std::nullopt;
    return protocol::write_url(result.leads_to->why, result.leads_to->url, "url_" + policy::random_id(),
                               requester.context.version);
}

}  // namespace tfy::calls
