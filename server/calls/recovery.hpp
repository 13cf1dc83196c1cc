// Calls that a process began and did not live to end: after a crash each is settled by its tool, from what
// TrueFoundry lists and the ledger says. Nothing is ever done again.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "server/approvals/approvals.hpp"
#include "server/observability/log.hpp"
#include "server/upstream/key_identities.hpp"
#include "tools/base_url.hpp"
#include "tools/registry/catalog.hpp"

namespace tfy::calls {

class Recovery {
public:
    struct Rooms {
        boost::asio::io_context& loop;
        approvals::Approvals& desk;
        const registry::Catalog& catalog;
        const observability::Log& log;
    };

    /// How long a control plane that cannot be read is asked again: a machine may start before its network.
    struct Timeouts {
        std::chrono::milliseconds first_pause{1'000};  // each is twice the one before
        std::chrono::milliseconds longest_pause{60'000};
        std::chrono::milliseconds in_all{600'000};
    };

    /// All must outlive it. `base_url` is where this process asks: a call that went to another control plane
    /// cannot be settled from here.
    Recovery(Rooms rooms, std::filesystem::path state_dir, tools::BaseUrl base_url)
        : Recovery(rooms, std::move(state_dir), std::move(base_url), Timeouts{}) {}
    Recovery(Rooms rooms, std::filesystem::path state_dir, tools::BaseUrl base_url, Timeouts patience);

    /// From here on nothing is said of what was begun with another user's key, which lists other tokens; it
    /// ends as unknown. What was begun before anyone wrote that down is settled as if the key were the same.
    void tell_keys_apart(upstream::HoldersOfKeys keys) { keys_ = std::move(keys); }

    /// Executing, and the process that began it is no longer there. Asks the ledger alone.
    Async<Result<std::vector<policy::Approval>>> find();
    /// Ends it as succeeded, failed or unknown, journalled as "settled". Takes as long as upstream does;
    /// until then the row is executing, and a caller that repeats the call waits for it as for any running
    /// call. If several processes settle the same one, the first counts. A server that stops while
    /// TrueFoundry cannot be read leaves it to the next one.
    Async<void> settle(policy::Approval orphan);
    /// Settles what is found now, and from here on looks every half minute for what another process that
    /// ended has left: this one may be the only one that still runs. What is to show a value that such a
    /// process took with it ends, too. Errc::storage.
    Async<Result<void>> start();

private:
    Async<void> keep_looking();
    Async<Result<void>> look();
    Async<void> settle_once(policy::Approval orphan);
    Async<std::optional<Result<tools::ToolResult>>> fate(policy::Approval orphan);
    Async<Result<tools::ToolResult>> ask(policy::Approval orphan);
    Async<Result<void>> sees_its_tokens(policy::Approval orphan);

    Rooms deps_;
    std::filesystem::path state_dir_;
    tools::BaseUrl base_url_;
    Timeouts patience_;
    std::set<std::string> settling_;  // approvals
    upstream::HoldersOfKeys keys_ = {};
};

}  // namespace tfy::calls
