// One request for a person's decision, and everything that may happen to it. A value: the store keeps it,
// compare-and-set on `state`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/facts.hpp"
#include "policy/human.hpp"
#include "policy/rule.hpp"

namespace tfy::policy {

struct Approval {
    enum class State { pending, approved, executing, succeeded, failed, unknown, denied, expired, withdrawn };

    struct Decision {
        bool approved = false;
        std::string by;
        Assurance assurance = Assurance::client;
        Time at = {};
        std::string reason = {};
        Destination destination = Destination::none;
    };

    std::string id;  // random, public: "apr_" and 26 characters
    Call call;
    std::string digest;
    Facts facts;
    std::string agent_reason;  // the agent's words, not verified
    Assurance min_assurance = Assurance::signed_in;
    bool reason_required = false;
    std::vector<Destination> destinations =
        {};               // that the person may choose from, the default first; empty: no value comes of it
    std::string because;  // the rule's
    State state = State::pending;
    Time created = {};
    Time updated = {};  // when `state` last changed, as far as it was written
    Time expires = {};  // pending: nobody may decide after it; approved: end of the claim window
    std::optional<Decision> decision = {};  //
    std::string instance = {};              // the process that executes it
    Json outcome =
        nullptr;  // the masked tool result: {text, structured, isError}, once final after executing

    Json json() const;
    static Result<Approval> read(const Json& value);
};

std::string_view to_string(Approval::State state);
std::optional<Approval::State> read_state(std::string_view text);
/// pending, approved or executing: the same call by the same principal attaches to it.
bool is_open(Approval::State state);
/// The one table of what may follow what.
bool may_follow(Approval::State from, Approval::State to);

// Each takes an approval and gives the next one, or says why not. None of them runs anything.

struct Choice {
    std::string reason = {};
    std::optional<Destination> destination = {};  // none given: the default
    std::string typed_name = {};                  // must equal facts.subject to approve
    std::string digest = {};                      // what the person was shown
};

/// Errc::expired, Errc::refused (assurance too low, name not typed, reason missing, destination not allowed,
/// not pending), Errc::superseded (the digest that was shown is not this one's).
Result<Approval> approve(Approval approval, const Human& person, const Choice& choice, Time now,
                         Duration claim_window);
/// A reason is required on the page and in the terminal; an elicitation that is declined gives none.
Result<Approval> deny(Approval approval, const Human& person, std::string reason, Time now);
Result<Approval> withdraw(Approval approval, Time now);
/// pending or approved, and its time is over: expired. All else is unchanged.
Approval lapse(Approval approval, Time now);
Result<Approval> begin(Approval approval, std::string instance, Time now);
Result<Approval> finish(Approval approval, Approval::State end, Json outcome, Time now);

}  // namespace tfy::policy
