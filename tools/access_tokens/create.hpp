// tfy_access_tokens_create: makes a token after a person approved it; its value goes into custody, never into
// the result.
#pragma once

#include <array>

#include "tools/access_tokens/names.hpp"
#include "tools/escrow.hpp"
#include "tools/key_facts.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

class CreateAccessToken final : public tools::ChangeTool {
public:
    struct Args {
        std::string name;
        std::string expiration_date = {};  // canonical, or empty: never
        std::string token_type = {};
        std::string team_name = {};
        std::string account_name = {};
        std::string reason = {};  // the agent's words

        static constexpr std::array fields{"payload", "reason"};
        static constexpr std::array payload_fields{"name", "expirationDate", "tokenType", "teamName",
                                                   "accountName"};
        static Args read(const Json& arguments);
        /// With the reason, which is no part of its arguments.
        static Args of(const policy::Call& call);
    };

    CreateAccessToken(const truefoundry::Clients& clients, tools::Escrow& escrow, const Clock& clock,
                      tools::KeysOfCallers keys = {})
        : clients_(clients), escrow_(escrow), clock_(clock), keys_(std::move(keys)) {}

    std::string_view name() const override { return create_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    bool yields_value() const override { return true; }
    tools::DryFacts dry_facts(const policy::Call& call, policy::Time now) const override;
    std::vector<std::string> touches(const policy::Call& call, const Json& structured) const override;
    tools::Narrowable narrowable() const override { return {.name = true, .expiration = true, .team = true}; }
    /// Another name, or an earlier end.
    Result<Json> narrow(Json arguments, const tools::Narrower& wish, policy::Time now) const override;
    /// Errc::conflict if the name is taken, before anyone is asked.
    Async<Result<policy::Facts>> facts(policy::Call call) override;
    /// Errc::ambiguous if a token was or may have been made whose value no one has.
    Async<Result<tools::ToolResult>> run(policy::ApprovedPermit permit) override;
    /// Whether the token that it made is listed.
    Async<Result<bool>> stands(policy::Call call, Json structured) override;
    Async<Result<tools::ToolResult>> settle(policy::Call call, policy::Facts facts,
                                            policy::Time begun) override;

private:
    const truefoundry::Clients& clients_;
    tools::Escrow& escrow_;
    const Clock& clock_;
    tools::KeysOfCallers keys_;
};

}  // namespace tfy::access_tokens
