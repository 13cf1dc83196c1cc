// The second half of a rotation, which outlives its call: the old token goes after the new value was handed
// over. The tools' side of the rotation desk.
#pragma once

#include <optional>
#include <string>

#include "policy/gate.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/async.hpp"

namespace tfy::access_tokens {

/// What a rotation is to do, resolved: it is in the facts' target, so that what the person saw is what
/// runs (docs/adr/0008).
struct RotationPlan {
    Json old = nullptr;  // the token that goes, as it must still be: {id, name, created, expires}
    std::string new_name;
    std::string expiration_date = {};  // canonical, or empty: never
    std::string token_type = {};       // the old one's, empty if not said
    std::string team_name = {};        // the old one's, empty if no team owned it
    std::string grace_period;          // canonical

    Json json() const;
    /// Errc::internal for what json() did not write.
    static Result<RotationPlan> read(const Json& target);

    std::string old_id() const { return old.at("id").get<std::string>(); }
    /// Its name, or its id where it has none.
    std::string old_title() const;
    /// read() gives no plan without one; a plan that was made without one throws.
    policy::Duration grace() const;
};

/// Leave to delete an old token later. Only a permit that a person's decision is behind gives one, for
/// the plan that this person saw; it takes one to write a rotation down.
class RotationOrder {
public:
    /// Errc::internal for a decision that is no approval or another tool, Errc::superseded if the plan is
    /// not the call's.
    static Result<RotationOrder> of(const policy::ApprovedPermit& permit);

    RotationOrder(RotationOrder&&) noexcept = default;
    RotationOrder& operator=(RotationOrder&&) noexcept = default;
    RotationOrder(const RotationOrder&) = delete;
    RotationOrder& operator=(const RotationOrder&) = delete;

    const std::string& approval_id() const { return approval_id_; }
    const std::string& principal() const { return principal_; }
    /// The control plane on which the call was approved: the old token is deleted there and nowhere else.
    const std::string& base_url() const { return base_url_; }
    const RotationPlan& plan() const { return plan_; }

private:
    RotationOrder(std::string approval_id, const policy::Call& call, RotationPlan plan)
        : approval_id_(std::move(approval_id)),
          principal_(call.caller.principal),
          base_url_(call.base_url),
          plan_(std::move(plan)) {}

    std::string approval_id_;
    std::string principal_;
    std::string base_url_;
    RotationPlan plan_;
};

/// Where a rotation is, for people and agents.
struct Rotation {
    /// waiting: no one has the new value yet. due: it was handed over, the old token goes at `due`. deleting:
    /// a process is at it. done: the old token is gone, and not_kept says that it
    /// was deleted here, gone_already that someone else did. kept: the old token stays.
    enum class State { waiting, due, deleting, done, kept };
    enum class Kept {
        not_kept,
        value_lapsed,
        value_lost,
        old_changed,
        by_person,
        refused,
        unreachable,
        gone_already
    };

    std::string id;  // "rot_" and 26 characters
    std::string approval_id;
    State state = State::waiting;
    Kept because = Kept::not_kept;
    RotationPlan plan;
    std::string new_id = {};               // empty if it could not be read
    std::optional<policy::Time> due = {};  // known once the value was handed over
    std::string page = {};                 // where a person may keep the old token; empty: in a terminal only
};

std::string_view to_string(Rotation::State state);
std::optional<Rotation::State> read_rotation_state(std::string_view text);
std::string_view to_string(Rotation::Kept because);
std::optional<Rotation::Kept> read_kept(std::string_view text);

/// What is so now, what happens next, and what to do, in two or three sentences.
std::string describe(const Rotation& rotation, const policy::Seals& seal);
/// The same without what to do.
std::string what_becomes_of_old(const Rotation& rotation, const policy::Seals& seal);
/// When the old token goes, as a clause: "15 minutes after the new value has been shown".
std::string when_it_goes(const Rotation& rotation);
std::string after_grace(const RotationPlan& plan, const std::string& value = "the new value");
/// The same as JSON: {id, state, because, old, new, due, message}.
Json report(const Rotation& rotation, const policy::Seals& seal);

/// The successor that was made.
struct Successor {
    std::string id;  // empty if it could not be read
    std::string reveal_id;
};

class Rotations {
public:
    virtual ~Rotations() = default;
    /// Before the successor is made: no other approval makes one for this old token until begin() or
    /// release() with this approval, or until the process ends. Errc::conflict if another does, or has;
    /// Errc::storage if it cannot be written down. Nothing is to be created then.
    virtual Async<Result<void>> reserve(std::string approval_id, std::string old_id) = 0;
    /// There is no successor, or none whose value anyone has.
    virtual Async<void> release(std::string approval_id) = 0;
    /// Writes down, durably, that the old token goes once the value of `made` was handed over and the grace
    /// is over. Errc::storage: it was not written, and the old token stays. Errc::conflict: this approval has
    /// its rotation already.
    virtual Async<Result<Rotation>> begin(RotationOrder order, Successor made) = 0;
    /// The rotation in which this old token still may go; nothing if there is none.
    virtual Async<Result<std::optional<Rotation>>> under_way(std::string old_id) = 0;
};

}  // namespace tfy::access_tokens
