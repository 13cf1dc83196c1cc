// Asking the person through the client: a form written by this server, answered with the client's word for
// it.
#pragma once

#include <optional>
#include <string>

#include "policy/approval.hpp"
#include "policy/dialogue/destination_offer.hpp"
#include "protocol/elicitation.hpp"

namespace tfy::people {

class ClientForm {
public:
    /// The form for one approval: facts, arguments, digest, the agent's words, what happens; decision, typed
    /// name, reason, destination. `problem` says what was wrong with the last answer.
    /// `offer`: where its value may go, empty where none comes of it.
    static Json form(const policy::Approval& approval, policy::Time now, protocol::Version version,
                     const dialogue::DestinationOffer& offer, const std::string& problem = {});

    /// The person that the client speaks for. Only the least assurance comes of it: hosts have hooks that
    /// answer for people.
    static policy::Human person();

    struct Answer {
        enum class Kind { approve, deny, cancel, unclear } kind = Kind::unclear;
        policy::DecisionInput choice = {};
        std::string problem = {};  // for unclear
    };
    /// Content is checked here: clients send what they like. `shown_digest`: of what the form was about.
    /// Where no destination was chosen it is the first of the `offer`.
    static Answer read(const protocol::Elicited& elicited, std::string shown_digest,
                       const dialogue::DestinationOffer& offer);
};

}  // namespace tfy::people
