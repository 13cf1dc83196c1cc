// The sandbox within this process, reached as the real control plane is.
#include "tools/sandbox/control_plane.hpp"

namespace tfy::sandbox {
namespace {

class SandboxExchange final : public truefoundry::Exchange {
public:
    explicit SandboxExchange(ControlPlane& plane) : plane_(plane) {}

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        auto answer = plane_.handle_own(request.method, request.target, request.body);
        co_return truefoundry::ApiResponse{.status = answer.status,
                                           .content_type = std::move(answer.content_type),
                                           .request_id = std::move(answer.request_id),
                                           .retry_after = {},
                                           .body = std::move(answer.body),
                                           .date = std::chrono::floor<std::chrono::seconds>(answer.answered),
                                           .shared = std::move(answer.shared)};
    }

private:
    ControlPlane& plane_;
};

}  // namespace

std::unique_ptr<truefoundry::Exchange> make_sandbox_exchange(ControlPlane& plane) {
    return std::make_unique<SandboxExchange>(plane);
}

}  // namespace tfy::sandbox
