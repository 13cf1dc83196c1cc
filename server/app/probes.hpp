// /livez and /readyz: whether the process answers, and whether the next call could be carried out.
#pragma once

#include <chrono>
#include <functional>
#include <string_view>

#include "server/observability/log.hpp"
#include "server/sealing/sealer.hpp"
#include "server/storage/store.hpp"
#include "server/transport/http.hpp"
#include "tools/status/preflight.hpp"

namespace tfy::app {

/// All must outlive it. One loop only.
class Probes {
public:
    /// Why nothing can be asked of the control plane, as far as can be told without asking it.
    using Configured = std::function<std::optional<status::Preflight>()>;
    /// What should not be so with the key, and is no obstacle.
    using KeyWarnings = std::function<std::vector<std::string>()>;

    /// Whether the journal was found broken.
    using JournalBroken = std::function<bool()>;

    Probes(storage::Store& store, const sealing::Sealer& redaction, const observability::Log& log,
           Configured configured, KeyWarnings warnings, JournalBroken broken)
        : store_(store),
          redaction_(redaction),
          log_(log),
          configured_(std::move(configured)),
          warnings_(std::move(warnings)),
          broken_(std::move(broken)) {}

    static bool has(std::string_view path) { return path == "/livez" || path == "/readyz"; }
    /// /livez: {"ok": true}. /readyz: 503 with {"ok": false, "why"} if the journal cannot be written, the
    /// known tokens not be read, or the control plane not be asked.
    /// {"ok": true, "warning"} if the journal is broken, or the key works on, though the place that it came
    /// from does not. Anyone
    /// may ask: what is said names no path and no address; the log does.
    Async<void> reply_to(const transport::HttpRequest& request, transport::Responder& answer);

private:
    Async<void> live(transport::Responder& answer);
    Async<void> ready(transport::Responder& answer);
    Async<Result<void>> can_write();
    Async<void> reply(transport::Responder& answer, Json body);

    storage::Store& store_;
    const sealing::Sealer& redaction_;
    const observability::Log& log_;
    Configured configured_;
    KeyWarnings warnings_;
    JournalBroken broken_;
    std::chrono::steady_clock::time_point written_at_ = {};
};

}  // namespace tfy::app
