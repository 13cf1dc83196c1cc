// tfy_access_tokens_reveal: shows a value that was just created, once, after a person approved that.
#pragma once

#include <array>

#include "tools/access_tokens/names.hpp"
#include "tools/escrow.hpp"
#include "tools/tool.hpp"

namespace tfy::access_tokens {

/// Has no outputSchema, and so no structuredContent: a host that shows only structuredContent would lose the
/// value, and one that shows both would show it twice.
class RevealAccessToken final : public tools::ChangeTool {
public:
    struct Args {
        std::string reveal_id;

        static constexpr std::array fields{"reveal_id"};
        static Args read(const Json& arguments);
    };

    RevealAccessToken(tools::Escrow& escrow, const Clock& clock, const policy::Seals& seal)
        : escrow_(escrow), clock_(clock), seal_(seal) {}

    std::string_view name() const override { return reveal_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    Async<Result<policy::Facts>> facts(policy::Call call) override;
    tools::DryFacts dry_facts(const policy::Call& call, policy::Time now) const override;
    /// Errc::refused if another running process holds the value.
    Async<Result<void>> can_run_here(policy::Call call) override;
    Async<Result<tools::ToolResult>> run(policy::ApprovedPermit permit) override;
    /// Never a value: either it may have been shown (Errc::ambiguous), or it was not and never will be
    /// (Errc::not_found).
    Async<Result<tools::ToolResult>> settle(policy::Call call, policy::Facts facts,
                                            policy::Time begun) override;

private:
    /// What became of a value that custody does not find.
    Async<Error> in_words(std::string reveal_id, std::string principal, Error error);

    tools::Escrow& escrow_;
    const Clock& clock_;
    const policy::Seals& seal_;
};

}  // namespace tfy::access_tokens
