// The sandbox's control plane, in a world that a fault script may bend for one request.
#pragma once

#include "tests/lab/circumstances.hpp"
#include "tools/sandbox/control_plane.hpp"

namespace tfy::lab {

/// Keeps nothing beyond the process. One thread.
class LabPlane {
public:
    /// `clock` outlives it.
    explicit LabPlane(const Clock& clock, std::vector<sandbox::Account> more = {});

    sandbox::SandboxResponse handle(std::string_view method, std::string_view target, std::string_view bearer,
                                    std::string_view body, const Circumstances& circumstances = {});
    sandbox::ControlPlane& plane() { return plane_; }

private:
    class AskewClock final : public Clock {
    public:
        explicit AskewClock(const Clock& clock) : clock_(clock) {}
        policy::Time now() const override { return clock_.now() + ahead; }
        std::chrono::seconds ahead{0};

    private:
        const Clock& clock_;
    };

    LabPlane(const Clock& clock, std::vector<sandbox::Account> more,
             std::unique_ptr<sandbox::TokenStore> token_store);
    Result<void> change(const Interference& change, const std::string& account);
    void reshape(sandbox::SandboxResponse& answer, Shape shape);

    AskewClock clock_;
    sandbox::TokenStore& tokens_;  // the plane's
    sandbox::ControlPlane plane_;
};

}  // namespace tfy::lab
