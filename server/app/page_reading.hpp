// What people read on the page of tokens and of this server: what the reading tools answer them.
#pragma once

#include <functional>
#include <string>

#include "server/features/caller_view.hpp"

namespace tfy::app {

/// All must outlive it.
class PageReading {
public:
    PageReading(features::CallerView& tokens, calls::CallTool& calls, storage::Store& store,
                const approvals::CurrentGate& gate, const sealing::Sealer& redaction)
        : tokens_(tokens), calls_(calls), store_(store), gate_(gate), redaction_(redaction) {}

    /// See CallerView::tokens().
    Async<Result<Json>> tokens(std::string person);
    /// What tfy_config_status says, and journal {writable, why} and webhooks [{line, format, events}].
    Async<Result<Json>> health(std::string person);

private:
    features::CallerView& tokens_;
    calls::CallTool& calls_;
    storage::Store& store_;
    const approvals::CurrentGate& gate_;
    const sealing::Sealer& redaction_;
};

}  // namespace tfy::app
