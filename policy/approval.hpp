// One request for a person's decision, and everything that may happen to it. A value: the store keeps it,
// compare-and-set on `state`.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "policy/facts.hpp"
#include "policy/key_identity.hpp"
#include "policy/terms.hpp"

namespace tfy::policy {

class Human;
struct DecisionInput;
struct Freeze;
struct KeyIdentity;
struct Signing;
struct StandingPermission;

/// What it takes and what became of it are private: the gate makes it, only the functions that are its
/// friends take it further, and the store restores it.
class Approval {
public:
    enum class State {
        pending,
        approved,
        executing,
        succeeded,
        failed,
        unknown,
        denied,
        expired,
        withdrawn,
        superseded  // it never ran, and no longer can: another call was first, or its tool is another one now
    };

    struct Decision {
        bool approved = false;
        std::string by;
        Assurance assurance = Assurance::client;
        Time at = {};
        std::string reason = {};
        Destination destination = Destination::none;
        std::string permission =
            {};  // the standing permission that it was given with; empty: for this call alone
        Json signature = nullptr;  // Signature::json(), with the assurance `passkey`
        bool froze = false;  // a denial that came with freezing the caller; older ones say so in `reason`
    };

    /// A person made the request narrower before it was approved.
    struct Narrowing {
        std::string by;
        Time at = {};
        Json before = Json::object();  // the arguments until then
    };

    /// A person gave it its time a second time.
    struct Extension {
        std::string by;
        Time at = {};
    };

    std::string id;            // random, public: "apr_" and 26 characters
    Call call;                 // what would run, if digest() is its digest: Gate::redeem compares them
    std::string asked_digest;  // of the call as it was asked: by this the same call finds its request again
    std::vector<Narrowing> narrowings = {};
    std::optional<Extension> extended = {};
    Facts facts;
    std::string agent_reason;                            // the agent's newest words, not verified
    int rewordings = 0;                                  // how often it gave others before
    Duration repeat_outcome = std::chrono::minutes{10};  // see answers_until()
    KeyIdentity holder = {};  // whose key was in use when it was asked, and its facts were read: it runs with
                              // that user's key or not at all; empty: not known
    // Of the stored row that this was read from, not of its record:
    std::int64_t revision = 0;               // the store counts it up
    std::optional<Time> answers_until = {};  // see answers(); none: its caller was not told how it ended
    Time created = {};
    Time updated = {};          // when `state` last changed, as far as it was written
    Time expires = {};          // pending: no one may decide after it; approved: end of the claim window
    std::string instance = {};  // the process that executes it
    Json outcome = nullptr;     // the masked tool result: {text, structured, isError}; of a call that ran,
                                // that is superseded, or that was withdrawn for a reason

    State state() const { return state_; }
    /// Of `call`: what people are shown and decide on.
    const std::string& digest() const { return digest_; }
    /// What it takes to decide on it.
    const Terms& terms() const { return terms_; }
    /// Whether what it needs is gone when it expires: no more time would help.
    bool is_all_its_time() const { return facts.until && *facts.until <= expires; }
    /// Who said yes to digest(), each person once.
    const std::vector<Decision>& votes() const { return votes_; }
    /// The one that ended the waiting.
    const std::optional<Decision>& decision() const { return decision_; }
    /// The arguments as the agent sent them.
    const Json& asked_arguments() const {
        return narrowings.empty() ? call.arguments : narrowings.front().before;
    }
    Json json() const;
    /// Of what was stored as json(); for nothing else.
    static Result<Approval> restore(const Json& stored);

private:
    friend Result<Approval> approve(Approval, const Human&, const DecisionInput&, Time, Duration,
                                    const Seals&);
    friend Result<Approval> deny(Approval, const Human&, std::string, Time, const Seals&);
    friend Result<Approval> narrow(Approval, const Human&, std::string_view, Json, Facts, Time, const Seals&);
    friend Result<Approval> withdraw(Approval, Time, const std::string&, const std::string&);
    friend Result<Approval> stop(Approval, const Freeze&, const Seals&);
    friend std::optional<Approval> without_person(Approval, std::string_view, Time);
    friend Approval lapse(Approval, Time);
    friend Result<Approval> supersede(Approval, const std::string&, Time, const std::string&);
    friend Result<Approval> begin(Approval, std::string, Time);
    friend Result<Approval> finish(Approval, State, Json, Time);
    friend Result<Approval> approve_under(const StandingPermission&, Approval, const KeyIdentity&, Time,
                                          Duration, const Seals&);
    friend class Gate;               // request, follow_up
    friend struct ApprovalForTests;  // defined in tests/fakes only

    std::string digest_;
    Terms terms_ = {};
    State state_ = State::pending;
    std::vector<Decision> votes_ = {};
    std::optional<Decision> decision_ = {};
};

/// An approval and its record: json() as text.
struct StoredApproval {
    StoredApproval(Approval made);
    StoredApproval(Approval made, std::string written)
        : approval(std::move(made)), record(std::move(written)) {}

    Approval approval;
    std::string record;
};

std::string_view to_string(Approval::State state);
std::optional<Approval::State> read_state(std::string_view text);
/// pending, approved or executing: the same call by the same principal attaches to it.
bool is_open(Approval::State state);
/// Whether the same call of the same principal is answered with this request, open or ended, and opens none
/// of its own. An ended one answers at least once.
bool answers(const Approval& approval, Time now);
/// Until when an ended request goes on answering once its caller was told, at `told`, how it ended. What ran,
/// or may have, is repeated for `repeat_outcome`, so that a lost answer does no harm; a denial counts for as
/// long as its rule says; what changed nothing is told once, and the same call asks anew.
Time answers_until(const Approval& approval, Time told);
/// Whether `open` can no longer run because `done` ran: it consumed what that needs.
bool supersedes(const Approval& done, const Approval& open);
/// Whether it is pending or approved, and relies on what `key` names.
bool waits_for(const Approval& approval, const std::string& key);
/// Whether it came with the decision on an earlier call (Gate::follow_up): no one is asked for it. No agent
/// can make one: what it asks for is decided on after it was asked.
bool is_follow_up(const Approval& approval);
/// The id of the request whose decision covers this one, too; empty for all others. Where
/// there is one, `agent_reason` is this server's word of it, and no agent's.
std::string follows_from(const Approval& approval);
/// Whether both would change the same token.
bool same_target(const Approval& one, const Approval& other);
/// The one table of what may follow what.
bool may_follow(Approval::State from, Approval::State to);
/// What its terms still ask for beyond `votes`, as a sentence; nothing if enough people who may decide
/// said yes, each surely enough. Asked again before anything runs.
std::optional<std::string> unmet(const Approval& approval);

// Why the person of this name cannot say yes, say no or change what is asked, as a sentence; nothing where
// they can. Assurance and time are other questions.

/// Not one of those who may decide, or said yes already.
std::optional<std::string> cannot_approve(const Approval& approval, std::string_view name, const Seals& seal);
/// The person whose agent asks can always say no.
std::optional<std::string> cannot_deny(const Approval& approval, std::string_view name, const Seals& seal);
std::optional<std::string> cannot_narrow(const Approval& approval, std::string_view name, const Seals& seal);
/// As to deny it; and once only.
std::optional<std::string> cannot_extend(const Approval& approval, std::string_view name, const Seals& seal);

// Each takes an approval and gives the next one, or says why not. None of them runs anything.

struct DecisionInput {
    std::string reason = {};
    std::optional<Destination> destination = {};  // none given: the default
    std::string typed_name = {};                  // must equal facts.to_type() to approve
    std::string digest = {};                      // what the person was shown
};

/// One person's yes: approved if it completes the quorum, else still pending with one vote more.
/// Errc::expired, Errc::refused (not one who may decide, voted before, assurance too low, name not typed,
/// reason missing, destination not allowed or another than those before chose, not pending), Errc::superseded
/// (the digest that was shown is not this one's).
Result<Approval> approve(Approval approval, const Human& person, const DecisionInput& choice, Time now,
                         Duration claim_window, const Seals& seal);
/// What this person's passkey has to sign to say so; errors as of approve() and deny(), whatever its
/// assurance. With a signature, those take nothing else than what was signed.
Result<Json> approval_to_sign(const Approval& approval, std::string_view person, const DecisionInput& choice,
                              const Signing& signing, Time now, const Seals& seal);
Result<Json> denial_to_sign(const Approval& approval, std::string_view person, const std::string& reason,
                            const Signing& signing, Time now, const Seals& seal);
/// A reason is required on the page and in the terminal; an elicitation that is declined gives none.
Result<Approval> deny(Approval approval, const Human& person, std::string reason, Time now,
                      const Seals& seal);
/// A person's change of what is asked, made before anyone's yes counts: votes so far are void, and the
/// digest is that of the new arguments. Whether they ask for less than before is the tool's to say, and
/// whether its rule still holds the gate's. Errc as for approve(); nothing is decided by it.
Result<Approval> narrow(Approval approval, const Human& person, std::string_view shown_digest, Json arguments,
                        Facts facts, Time now, const Seals& seal);
/// The time that it was asked with, once more. Votes stay, and nothing is decided by it.
Result<Approval> extend(Approval approval, const Human& person, Time now, const Seals& seal);
/// Its agent gives another reason. Errc::rate_limited if it did so too often: each one is journalled.
Result<Approval> reword(Approval approval, std::string reason);
/// `why`: sentences that its caller is told in place of the usual ones; `next`: what is to be done then, if
/// it is not to call again.
Result<Approval> withdraw(Approval approval, Time now, const std::string& why = {},
                          const std::string& next = {});
/// What is left of it once the person of this name counts no more: pending without their vote; withdrawn if
/// they approved it, or their agent asks, and no one has begun it; that says why, and in the second case that
/// to call again does not help. Nothing if it does not concern them, runs or is over.
std::optional<Approval> without_person(Approval approval, std::string_view name, Time now);
/// What the agents of a suspended person are to do, by their principal; and the part of it that says what
/// helps. A server on stdio learns whose agent it serves when it starts.
std::string after_suspension(const std::string& person, std::string_view principal);
std::string_view what_helps_after_suspension(std::string_view principal);
/// pending or approved, and its time is over: expired. All else is unchanged.
Approval lapse(Approval approval, Time now);
/// pending or approved, and it can no longer run; `why` is a sentence. `next`: what its caller is to do then,
/// if it is not to look first.
Result<Approval> supersede(Approval approval, const std::string& why, Time now, const std::string& next = {});
Result<Approval> begin(Approval approval, std::string instance, Time now);
Result<Approval> finish(Approval approval, Approval::State end, Json outcome, Time now);

}  // namespace tfy::policy
