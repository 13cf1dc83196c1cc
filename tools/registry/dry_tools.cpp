#include "tools/registry/dry_tools.hpp"

namespace tfy::registry {
namespace {

Error not_in_a_dry_run() { return {Errc::refused, "A dry run asks no person and runs nothing."}; }

class NoExchange final : public truefoundry::Exchange {
public:
    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest) override {
        co_return not_in_a_dry_run();
    }
};

}  // namespace

DryTools::DryTools(std::unique_ptr<truefoundry::Exchange> exchange, const Clock& clock,
                   const policy::Seals& seal)
    : exchange_(exchange ? std::move(exchange) : std::make_unique<NoExchange>()),
      client_(*exchange_, seal),
      catalog_(assemble(
          {.clients = client_, .escrow = *this, .rotations = *this, .approvals = *this, .clock = clock})) {}

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

}  // namespace tfy::registry
