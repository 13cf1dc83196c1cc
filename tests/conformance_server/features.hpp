// The fixtures as features of a server.
#pragma once

#include "tests/conformance_server/fixture.hpp"

namespace tfy::conformance {

class Tools final : public mcp::ToolFeature {
public:
    /// `rooms` must outlive it.
    explicit Tools(Rooms& rooms);
    const std::vector<Json>& definitions() const override;
    Async<Result<MethodResult>> call(Requester& requester, CallToolParams params) override;

private:
    Rooms& deps_;
    std::vector<Tool> tools_;
    std::vector<Json> definitions_;
};

class Prompts final : public mcp::PromptFeature, public mcp::CompletionFeature {
public:
    const std::vector<Json>& definitions() const override;
    Async<Result<MethodResult>> get(Requester& requester, protocol::GetPromptParams params) override;
    Async<Result<Found>> complete(Requester& requester, protocol::CompleteParams params) override;
};

class Resources final : public mcp::ResourceFeature {
public:
    Async<Result<protocol::Page>> list(Requester& requester, std::optional<std::string> cursor) override;
    const std::vector<Json>& templates() const override;
    Async<Result<MethodResult>> read(Requester& requester, protocol::ReadResourceParams params) override;
    Async<bool> may_watch(Requester& requester, std::string uri) override;
};

}  // namespace tfy::conformance
