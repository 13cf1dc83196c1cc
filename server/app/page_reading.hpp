// What people read on the page of tokens and of this server: what the reading tools answer them.
#pragma once

#include <functional>
#include <string>

#include "server/app/own_checks.hpp"
#include "server/features/caller_view.hpp"
#include "server/notify/notifier.hpp"

namespace tfy::app {

/// All must outlive it.
class PageReading {
public:
    PageReading(features::CallerView& tokens, calls::CallTool& calls, storage::Store& store,
                const approvals::CurrentGate& gate, const notify::Notifier& notifier,
                const sealing::Sealer& redaction, std::vector<std::string> doctor)
        : tokens_(tokens),
          calls_(calls),
          store_(store),
          gate_(gate),
          notifier_(notifier),
          redaction_(redaction),
          checks_(std::move(doctor)) {}

    /// See CallerView::tokens().
    Async<Result<Json>> tokens(std::string person);
    /// What tfy_config_status says, and journal {writable, why} and channels [{name, line, format, events,
    /// delivered, failed, dropped, trouble, since}].
    Async<Result<Json>> health(std::string person);
    /// See OwnChecks::run().
    Async<Result<Json>> checks(std::string) { return checks_.run(); }

private:
    features::CallerView& tokens_;
    calls::CallTool& calls_;
    storage::Store& store_;
    const approvals::CurrentGate& gate_;
    const notify::Notifier& notifier_;
    const sealing::Sealer& redaction_;
    OwnChecks checks_;
};

}  // namespace tfy::app
