// tfy_access_tokens_get: one token by its id or its name, as the listing has it; never a value.
#pragma once

#include <array>

#include "tools/tool.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::access_tokens {

class GetAccessToken final : public tools::ReadTool {
public:
    struct Args {
        std::string id = {};
        std::string name = {};

        static constexpr std::array fields{"id", "name"};
        static Args read(const Json& arguments);
    };

    GetAccessToken(const truefoundry::Clients& clients, const Clock& clock)
        : clients_(clients), clock_(clock) {}

    std::string_view name() const override { return "tfy_access_tokens_get"; }
    /// Errc::refused unless there is exactly one of id and name.
    Result<Json> canonical(Json arguments, policy::Time now) const override;
    /// Errc::not_found. Of several tokens of one name, the newest.
    Async<Result<tools::ToolResult>> run(policy::ReadPermit permit) override;

private:
    Async<Result<truefoundry::AccessToken>> find(truefoundry::Client api, Args args) const;

    const truefoundry::Clients& clients_;
    const Clock& clock_;
};

}  // namespace tfy::access_tokens
