// tfy_access_tokens_list: whose tokens there are, when they end and when they were last used; never a value.
#pragma once

#include <array>

#include "tools/access_tokens/list_page.hpp"
#include "tools/access_tokens/names.hpp"
#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

class ListAccessTokens final : public tools::ReadTool {
public:
    struct Args {
        std::size_t limit = 50;
        std::string cursor = {};
        ListQuery choice = {};

        static constexpr std::array fields{
            "limit", "cursor", "name_contains", "state", "expiring_within_days", "unused_for_days", "sort"};
        static Args read(const Json& arguments);
    };

    /// `key` seals the cursors: one that outlives the process keeps them good.
    ListAccessTokens(const truefoundry::Clients& clients, const Clock& clock, policy::SealKey key)
        : clients_(clients), clock_(clock), key_(key) {}

    std::string_view name() const override { return list_tool; }
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    Async<Result<tools::ToolResult>> run(policy::ReadPermit permit) override;

private:
    tools::ToolResult answer(ListPage page, Args args, policy::Time now, std::string whose) const;

    const truefoundry::Clients& clients_;
    const Clock& clock_;
    policy::SealKey key_;
};

}  // namespace tfy::access_tokens
