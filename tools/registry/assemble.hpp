// The one list of tools. Server, dry run, doctor and tests take theirs from here.
#pragma once

#include "policy/sealed_state.hpp"
#include "tools/access_tokens/rotations.hpp"
#include "tools/escrow.hpp"
#include "tools/key_facts.hpp"
#include "tools/registry/catalog.hpp"
#include "tools/status/status.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::registry {

/// What the tools work with. All references must outlive the catalog.
struct ToolServices {
    const truefoundry::Clients& clients;
    tools::Escrow& escrow;
    access_tokens::Rotations& rotations;
    status::ApprovalLookup& approvals;
    const Clock& clock;
    policy::SealKey seal_key = {};
    tools::KeysOfCallers keys = {};
    status::Configuration configuration = {};
};

/// Every tool with its definition, in the order of tools/list.
Catalog assemble(ToolServices services);

}  // namespace tfy::registry
