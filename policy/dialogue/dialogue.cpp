#include "policy/dialogue/dialogue.hpp"

namespace tfy::dialogue {
namespace {

using policy::Approval;

constexpr int most_unclear = 4;  // answers to one form, before its client is told to come back later

DestinationOffer offer_to(const ClientAbilities& client, const Approval& approval) {
    if (approval.terms().destinations.empty()) return {};
    return client.reaches_page ? offer_with_page(approval.terms()) : offer_without_page(approval.terms());
}

NextStep show(Position& position, const ClientAbilities& client, const Approval& approval, policy::Time now,
              const policy::Seals& seal) {
    position.shown = approval.digest();
    if (form_may_decide(client, approval) && position.unclear < most_unclear)
        return Show{Show::Way::form, approval_form(approval, now, client.version, offer_to(client, approval),
                                                   position.problem, seal)};
    if (client.page_address.empty()) return Hold{};
    return Show{Show::Way::address, page_question(approval, client.page_address, client.version, seal)};
}

// Shown again with what is to be mended, and not for ever.
NextStep again(Position& position, const ClientAbilities& client, const Approval& approval,
               std::string problem, policy::Time now, const policy::Seals& seal) {
    position.problem = std::move(problem);
    if (++position.unclear >= most_unclear) return Hold{};
    return show(position, client, approval, now, seal);
}

NextStep hear(Position& position, const ClientAbilities& client, const Approval& approval,
              const Json& elicited, policy::Time now, const policy::Seals& seal) {
    if (form_may_decide(client, approval)) {
        auto read = read_form(elicited, position.shown, offer_to(client, approval));
        if (read) return std::move(*read);
        return again(position, client, approval, read.error().message, now, seal);
    }
    // "accept" means that the page was opened, not that anything was approved.
    if (client.page_address.empty() || opened_page(elicited)) return Hold{.page_open = true};
    return Pending{};
}

}  // namespace

bool form_may_decide(const ClientAbilities& client, const Approval& approval) {
    return client.shows_forms && approval.terms().min_assurance == policy::Assurance::client;
}

NextStep resume(Position& position, const ClientAbilities& client, const Approval& approval,
                const Event& event, policy::Time now, const policy::Seals& seal) {
    if (approval.state() != Approval::State::pending) return Decided{};
    if (const auto* answered = std::get_if<Answered>(&event))
        return hear(position, client, approval, answered->elicited, now, seal);
    if (const auto* refused = std::get_if<NotTaken>(&event))
        return again(position, client, approval, refused->problem, now, seal);
    if (std::holds_alternative<Looked>(event)) return Pending{};
    if (std::holds_alternative<Unanswered>(event) || std::holds_alternative<NotAsked>(event)) return Hold{};
    return show(position, client, approval, now, seal);
}

void count(UnresponsiveClients& clients, const Approval& approval, const policy::Caller& caller,
           const Event& event) {
    const bool pending = approval.state() == Approval::State::pending;
    if (std::holds_alternative<Answered>(event) || std::holds_alternative<CameBack>(event))
        clients.answered(caller, approval.id);
    else if (std::holds_alternative<Called>(event) && pending)
        clients.came_without_answer(caller, approval.id);
    else if (std::holds_alternative<Unanswered>(event))
        clients.unanswered(caller);
    else if (std::holds_alternative<Looked>(event) && !pending)
        clients.settled(caller, approval.id);
}

}  // namespace tfy::dialogue
