// How a client is made to ask its person about one approval: one conversation, whatever carries it.
//
//     Called, CameBack ─► Show ─► Answered ─► Decide ─► Looked ─► Decided
//                          ▲         │          │
//                          └─unclear─┴─NotTaken─┘   after the fourth, and if it cannot be asked: Hold ─►
//                          Looked
//
// resume() is pure. A driver carries out each step and comes back with the event that it led to: with the
// position sealed in requestState (modern), on its stack (legacy), or kept by task.
#pragma once

#include <string>
#include <variant>

#include "policy/dialogue/approval_form.hpp"
#include "policy/dialogue/unresponsive_clients.hpp"

namespace tfy::dialogue {

/// What the asking client can do for its person; one that does not answer can do nothing.
struct ClientAbilities {
    protocol::Version version = protocol::Version::v2026_07_28;
    bool shows_forms = false;
    bool opens_addresses = false;
    bool reaches_page = false;      // its person gets to the approvals page
    std::string page_address = {};  // of this approval, if it is to be opened by the client
};

/// Where a conversation is.
struct Position {
    std::string shown = {};    // digest of what the open question is about
    int unclear = 0;           // answers to the form that were no decision
    std::string problem = {};  // what was wrong with the last one
};

struct Called {};    // the client calls; it does not come with the state of a question
struct CameBack {};  // with the state of its question, and no answer
struct Answered {
    Json elicited;  // a result of elicitation/create
};
struct Unanswered {};  // it said that it cannot, or let the time pass
struct NotAsked {};    // the question did not reach it
struct NotTaken {
    std::string problem;  // why its decision does not count, as a sentence
};
struct Looked {};  // the row was read again: after Decide and Hold, and when it was decided elsewhere
using Event = std::variant<Called, CameBack, Answered, Unanswered, NotAsked, NotTaken, Looked>;

struct Show {
    enum class Way { form, address } way;
    Json question;  // params of elicitation/create
};
struct Hold {
    bool page_open = false;  // the person was sent there by their client
};
struct Decided {};  // the row is not pending any more
struct Pending {};  // it stays so for now: the client calls again
using NextStep = std::variant<Show, Decide, Hold, Decided, Pending>;

/// What comes next. `approval` is the row as it is now, `now` the time that a form counts down from, `seal`
/// what its texts are sealed with.
NextStep resume(Position& position, const ClientAbilities& client, const policy::Approval& approval,
                const Event& event, policy::Time now, const policy::Seals& seal);

/// Whether an answer of this client's person may decide.
bool form_may_decide(const ClientAbilities& client, const policy::Approval& approval);

/// What an event says of the client: an answer, silence, or nothing.
void count(UnresponsiveClients& clients, const policy::Approval& approval, const policy::Caller& caller,
           const Event& event);

}  // namespace tfy::dialogue
