// The tools of a dry run: they know their arguments and their words, hold no value and reach nobody.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "tools/escrow.hpp"
#include "tools/registry/catalog.hpp"
#include "tools/sandbox/control_plane.hpp"
#include "tools/status/status.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::cli {

class DryTools final : private tools::Escrow,
                       private access_tokens::Rotations,
                       private status::ApprovalReader {
public:
    /// `sandbox`: the tokens that may be looked at; nullptr for none. `clock` must outlive the tools.
    DryTools(std::unique_ptr<sandbox::TokenStore> sandbox, const Clock& clock);
    ~DryTools() override;

    const registry::Catalog::Entry* find(std::string_view tool) const { return catalog_.find(tool); }
    /// Whether facts() can read what `tool` asks about. Never a value that waits in a server's memory.
    bool can_read(std::string_view tool) const;
    /// As the server would read them, from the sandbox.
    Result<policy::Facts> facts(const registry::Catalog::Entry& entry, policy::Call call);

private:
    Async<Result<tools::Deposit>> hold(policy::Secret value, std::string name,
                                       tools::Recipients recipients) override;
    void set_token_id(const std::string&, std::string) override {}
    Async<Result<tools::HeldFacts>> look(std::string reveal_id, std::string principal) override;
    Async<Result<redaction::Reveal>> claim(std::string reveal_id, std::string principal,
                                           std::string destination) override;
    Async<Result<void>> reserve(std::string approval_id, std::string old_id) override;
    Async<void> release(std::string approval_id) override;
    Async<Result<access_tokens::Rotation>> begin(access_tokens::RotationOrder order,
                                                 access_tokens::Successor made) override;
    Async<Result<std::optional<access_tokens::Rotation>>> under_way(std::string old_id) override;
    Async<Result<tools::EscrowState>> fate(std::string reveal_id, std::string principal) override;
    Async<Result<policy::Approval>> find(std::string id) override;
    Async<tools::ToolResult> answer(policy::Approval approval) override;
    registry::Catalog assemble(const Clock& clock);

    std::optional<sandbox::ControlPlane> plane_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
    truefoundry::Client client_;
    registry::Catalog catalog_;
};

}  // namespace tfy::cli
