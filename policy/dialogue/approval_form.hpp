// What a client shows its person about one approval, and what the person's answer decides.
#pragma once

#include <string>
#include <utility>

#include "policy/approval.hpp"
#include "policy/dialogue/destination_offer.hpp"
#include "protocol/version.hpp"

namespace tfy::dialogue {

/// The form, as params of elicitation/create: facts, arguments, digest, the agent's words, what happens; then
/// decision, typed name, reason, destination. `offer`: where its value may go, empty if none comes of it.
/// `problem` says what was wrong with the last answer.
Json approval_form(const policy::Approval& approval, policy::Time now, protocol::Version version,
                   const DestinationOffer& offer, const std::string& problem, const policy::Seals& seal);
/// The approvals page's address, as params of elicitation/create.
Json page_question(const policy::Approval& approval, std::string address, protocol::Version version,
                   const policy::Seals& seal);

/// A decision that was read of a person's answer, and not made in any other way.
class Decide {
public:
    enum class What { approve, deny, withdraw };
    What what() const { return what_; }
    const policy::DecisionInput& choice() const { return choice_; }

private:
    friend Result<Decide> read_form(const Json& elicited, std::string shown_digest,
                                    const DestinationOffer& offer);
    explicit Decide(What what, policy::DecisionInput choice = {}) : what_(what), choice_(std::move(choice)) {}

    What what_;
    policy::DecisionInput choice_;
};
/// What an answer to the form (a result of elicitation/create) decides. Content is checked here: clients send
/// what they like. `shown_digest`: of what the form was about. If no destination was chosen it is the first
/// of the `offer`. An error's message says what to mend.
Result<Decide> read_form(const Json& elicited, std::string shown_digest, const DestinationOffer& offer);
/// Whether the person has gone to the page; that decides nothing.
bool opened_page(const Json& elicited);

}  // namespace tfy::dialogue
