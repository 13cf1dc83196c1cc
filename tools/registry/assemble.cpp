#include "tools/registry/assemble.hpp"

#include "tools/access_tokens/create.hpp"
#include "tools/access_tokens/delete.hpp"
#include "tools/access_tokens/get.hpp"
#include "tools/access_tokens/list.hpp"
#include "tools/access_tokens/reveal.hpp"
#include "tools/access_tokens/rotate.hpp"

namespace tfy::registry {

using namespace access_tokens;
using namespace status;

Catalog assemble(ToolServices of) {
    std::vector<std::unique_ptr<tools::Tool>> all;
    all.push_back(std::make_unique<ListAccessTokens>(of.clients, of.clock, of.seal_key));
    all.push_back(std::make_unique<GetAccessToken>(of.clients, of.clock));
    all.push_back(std::make_unique<CreateAccessToken>(of.clients, of.escrow, of.clock, of.keys));
    all.push_back(std::make_unique<DeleteAccessToken>(of.clients, of.rotations, of.clock, of.keys));
    all.push_back(std::make_unique<RevealAccessToken>(of.escrow, of.clock, of.clients.seals()));
    all.push_back(
        std::make_unique<RotateAccessToken>(of.clients, of.escrow, of.rotations, of.clock, of.keys));
    all.push_back(std::make_unique<GetApproval>(of.approvals, of.clients.seals()));
    all.push_back(std::make_unique<ConfigSet>(of.clients, of.configuration));
    all.push_back(std::make_unique<ConfigStatus>(of.clients, of.clock, std::move(of.configuration)));
    auto catalog = Catalog::assemble(std::move(all));
    return std::move(catalog.value());  // the definitions are part of the program: a test assembles them too
}

}  // namespace tfy::registry
