// tfy_access_tokens_delete: deletes a token for ever after a person approved exactly this token, as it was
// then.
#pragma once

#include <array>

#include "tools/access_tokens/names.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/key_facts.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

class DeleteAccessToken final : public tools::ChangeTool {
public:
    struct Args {
        std::string id;
        std::string reason = {};

        static constexpr std::array fields{"id", "reason"};
        static Args read(const Json& arguments);
    };

    /// All must outlive it.
    DeleteAccessToken(const truefoundry::Clients& clients, Rotations& rotations, const Clock& clock,
                      tools::KeysOfCallers keys)
        : clients_(clients), rotations_(rotations), clock_(clock), keys_(std::move(keys)) {}

    std::string_view name() const override { return delete_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    Async<Result<policy::Facts>> facts(policy::Call call) override;
    /// Errc::superseded if the token is no longer the one that was approved, Errc::ambiguous if no one
    /// knows whether it is gone.
    std::vector<std::string> touches(const policy::Call& call, const Json& structured) const override;
    Async<Result<tools::ToolResult>> run(policy::ApprovedPermit permit) override;
    Async<Result<tools::ToolResult>> settle(policy::Call call, policy::Facts facts,
                                            policy::Time begun) override;

private:
    const truefoundry::Clients& clients_;
    Rotations& rotations_;
    const Clock& clock_;
    tools::KeysOfCallers keys_;
};

}  // namespace tfy::access_tokens
