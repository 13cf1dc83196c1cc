#include "server/cli/dry_tools.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/delete.hpp"
#include "tools/access_tokens/list.hpp"
#include "tools/access_tokens/reveal.hpp"
#include "tools/access_tokens/rotate.hpp"

namespace tfy::cli {
namespace {

Error not_in_a_dry_run() { return {Errc::refused, "A dry run asks no person and runs nothing."}; }

class NoExchange final : public truefoundry::Exchange {
public:
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest) override {
        co_return not_in_a_dry_run();
    }
};

std::optional<sandbox::ControlPlane> plane_of(std::unique_ptr<sandbox::TokenStore> token_store,
                                              const Clock& clock) {
    if (!token_store) return std::nullopt;
    return std::optional<sandbox::ControlPlane>(std::in_place, std::move(token_store), clock);
}

}  // namespace

DryTools::DryTools(std::unique_ptr<sandbox::TokenStore> sandbox, const Clock& clock)
    : plane_(plane_of(std::move(sandbox), clock)),
      exchange_(plane_ ? sandbox::make_sandbox_exchange(*plane_) : std::make_unique<NoExchange>()),
      client_(*exchange_),
      catalog_(assemble(clock)) {}

DryTools::~DryTools() = default;

registry::Catalog DryTools::assemble(const Clock& clock) {
    tools::Escrow& escrow = *this;
    access_tokens::Rotations& rotations = *this;
    status::ApprovalReader& reader = *this;
    std::vector<std::unique_ptr<tools::Tool>> all;
    all.push_back(std::make_unique<access_tokens::ListAccessTokens>(client_, clock, policy::SealKey{}));
    all.push_back(std::make_unique<access_tokens::CreateAccessToken>(client_, escrow, clock));
    all.push_back(
        std::make_unique<access_tokens::DeleteAccessToken>(client_, clock, std::vector<std::string>{}));
    all.push_back(std::make_unique<access_tokens::RevealAccessToken>(escrow, clock));
    all.push_back(std::make_unique<access_tokens::RotateAccessToken>(client_, escrow, rotations, clock,
                                                                     std::vector<std::string>{}));
    all.push_back(std::make_unique<status::GetApproval>(reader));
    all.push_back(std::make_unique<status::ConfigStatus>(client_, clock, status::Configuration{}));
    auto catalog = registry::Catalog::assemble(std::move(all));
    return std::move(catalog.value());  // embedded: part of the binary
}

bool DryTools::can_read(std::string_view tool) const { return plane_ && tool != "tfy_access_tokens_reveal"; }

Result<policy::Facts> DryTools::facts(const registry::Catalog::Entry& entry, policy::Call call) {
    boost::asio::io_context loop;
    Result<policy::Facts> facts = not_in_a_dry_run();
    boost::asio::co_spawn(loop, entry.tool->facts(std::move(call)),
                          [&facts](const std::exception_ptr& bug, Result<policy::Facts> read) {
                              if (bug) std::rethrow_exception(bug);
                              facts = std::move(read);
                          });
    loop.run();
    return facts;
}

Async<Result<tools::Deposit>> DryTools::hold(policy::Secret, std::string, tools::Recipients) {
    co_return not_in_a_dry_run();
}
Async<Result<tools::HeldFacts>> DryTools::look(std::string, std::string) { co_return not_in_a_dry_run(); }
Async<Result<redaction::Reveal>> DryTools::claim(std::string, std::string, std::string) {
    co_return not_in_a_dry_run();
}
Async<Result<void>> DryTools::reserve(std::string, std::string) { co_return not_in_a_dry_run(); }
Async<void> DryTools::release(std::string) { co_return; }
Async<Result<access_tokens::Rotation>> DryTools::begin(access_tokens::RotationOrder,
                                                       access_tokens::Successor) {
    co_return not_in_a_dry_run();
}
// Who rotates meanwhile is not looked at: a dry run opens no state.
Async<Result<std::optional<access_tokens::Rotation>>> DryTools::under_way(std::string) {
    co_return std::optional<access_tokens::Rotation>{};
}
Async<Result<tools::EscrowState>> DryTools::fate(std::string, std::string) { co_return not_in_a_dry_run(); }
Async<Result<policy::Approval>> DryTools::find(std::string) { co_return not_in_a_dry_run(); }

Async<tools::ToolResult> DryTools::answer(policy::Approval) { co_return tools::failed(not_in_a_dry_run()); }

}  // namespace tfy::cli
