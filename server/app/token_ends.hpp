// Which tokens end soon, as TrueFoundry lists them to this server's own key, and when that key itself ends.
#pragma once

#include <memory>

#include "server/approvals/current_gate.hpp"
#include "server/notify/expiry_watch.hpp"
#include "server/upstream/api_key.hpp"
#include "tools/truefoundry/client.hpp"

namespace tfy::app {

/// `client` and `gate` must outlive it.
notify::ExpiryWatch::Sources sources_of_ends(truefoundry::Client& client,
                                             const std::shared_ptr<upstream::OwnKey>& key,
                                             const approvals::CurrentGate& gate);

}  // namespace tfy::app
