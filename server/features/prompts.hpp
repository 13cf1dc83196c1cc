// Prompts: how a person starts one of the jobs with the tools. Definitions and texts are the files of
// manifests/prompts.
#pragma once

#include "server/features/offered_words.hpp"
#include "server/mcp/features.hpp"

namespace tfy::features {

class Prompts final : public mcp::PromptFeature {
public:
    /// Those whose steps name no other tools.
    explicit Prompts(ToolNames offered);

    const std::vector<Json>& definitions() const override { return definitions_; }
    /// One message from the user. What was filled in is in it as quoted data, one line a value. Refused
    /// are values that are longer than their definition allows, and those that hold the value of a token.
    Async<Result<mcp::MethodResult>> get(mcp::Requester& requester,
                                         protocol::GetPromptParams params) override;

private:
    ToolNames offered_;
    std::vector<Json> definitions_;
};

}  // namespace tfy::features
