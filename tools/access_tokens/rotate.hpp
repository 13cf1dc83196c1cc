// tfy_access_tokens_rotate: makes the successor of a token after a person approved both halves; the old token
// goes later, when the new value was handed over.
#pragma once

#include <array>

#include "tools/access_tokens/creation.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/escrow.hpp"
#include "tools/key_facts.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

class RotateAccessToken final : public tools::ChangeTool {
public:
    struct Args {
        std::string id;
        std::string name = {};             // of the successor; empty: the old one's with a counter
        std::string expiration_date = {};  // canonical; empty: as long a life as the old one was given
        std::string grace_period;          // canonical
        std::string reason = {};           // the agent's words

        static constexpr std::array fields{"id", "name", "expirationDate", "grace_period", "reason"};
        static Args read(const Json& arguments);
        /// With the reason, which is no part of its arguments.
        static Args of(const policy::Call& call);
    };

    RotateAccessToken(const truefoundry::Clients& clients, tools::Escrow& escrow, Rotations& rotations,
                      const Clock& clock, tools::KeysOfCallers keys)
        : clients_(clients), escrow_(escrow), rotations_(rotations), clock_(clock), keys_(std::move(keys)) {}

    std::string_view name() const override { return rotate_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    /// What the call leaves open is resolved here, once, and is in the target. Errc::conflict if the
    /// name is taken or the token is being rotated already, before anyone is asked.
    Async<Result<policy::Facts>> facts(policy::Call call) override;
    /// A create of the new token and a delete of the old one.
    std::vector<Part> parts(const policy::Facts& facts) const override;
    bool yields_value() const override { return true; }
    std::vector<std::string> touches(const policy::Call& call, const Json& structured) const override;
    /// Errc::superseded if the old token is no longer the one that was approved, Errc::ambiguous if a
    /// token was or may have been made whose value no one has. The old token is never deleted here.
    Async<Result<tools::ToolResult>> run(policy::ApprovedPermit permit) override;
    /// Whether the successor is listed.
    Async<Result<bool>> stands(policy::Call call, Json structured) override;
    /// Of a call that a process began and did not end, by reading alone: Errc::upstream if no successor
    /// was made, Errc::ambiguous if one was made whose value is lost, or where no one knows. The old token
    /// was not deleted in any of these.
    Async<Result<tools::ToolResult>> settle(policy::Call call, policy::Facts facts,
                                            policy::Time begun) override;

private:
    Async<Result<void>> check_alone(std::string old_id) const;
    Async<Result<void>> check(truefoundry::Client api, RotationPlan plan) const;
    Async<Result<Created>> make_successor(const policy::ApprovedPermit& permit, RotationPlan plan);

    const truefoundry::Clients& clients_;
    tools::Escrow& escrow_;
    Rotations& rotations_;
    const Clock& clock_;
    tools::KeysOfCallers keys_;
};

}  // namespace tfy::access_tokens
