// The tools without a server: they know their arguments and their words, hold no value and reach no one but
// the TrueFoundry that they are given.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tools/registry/assemble.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::registry {

class DryTools final : private tools::Escrow,
                       private access_tokens::Rotations,
                       private status::ApprovalLookup {
public:
    /// `exchange`: whom facts are read from; nullptr for no one. `clock` must outlive the tools.
    DryTools(std::unique_ptr<truefoundry::Exchange> exchange, const Clock& clock, const policy::Seals& seal);

    const Catalog& catalog() const { return catalog_; }

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

    std::unique_ptr<truefoundry::Exchange> exchange_;
    truefoundry::Client client_;
    Catalog catalog_;
};

}  // namespace tfy::registry
