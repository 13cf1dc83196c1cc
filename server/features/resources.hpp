// What can be read and watched without calling a tool: the access tokens, each of them, and each of the
// caller's own approvals.
#pragma once

#include "policy/sealed_state.hpp"
#include "server/features/caller_view.hpp"
#include "server/features/offered_words.hpp"
#include "server/mcp/features.hpp"

namespace tfy::features {

class Resources final : public mcp::ResourceFeature {
public:
    /// `view` must outlive it; `key` seals the cursors. The definitions are the files of manifests/resources,
    /// as far as the tools that read them are offered.
    Resources(CallerView& view, policy::SealKey key, const ToolNames& offered);

    /// tfy://access-tokens, then the caller's open approvals, then the tokens by name. Without TrueFoundry
    /// the list is what it can be: a cursor names a place in that order, not a number of items.
    Async<Result<protocol::Page>> list(mcp::Requester& requester, std::optional<std::string> cursor) override;
    const std::vector<Json>& templates() const override { return templates_; }
    /// One JSON text. A uri that is spelt in any other way than here is not found: nothing else is asked for
    /// it. Other errors are JSON-RPC errors that say what was not done and what to do next.
    Async<Result<mcp::MethodResult>> read(mcp::Requester& requester,
                                          protocol::ReadResourceParams params) override;
    /// The caller's own approvals, and every token that could be: to ask TrueFoundry for each would delay the
    /// acknowledgment, and a token that is not there only never changes.
    Async<bool> may_watch(mcp::Requester& requester, std::string uri) override;

private:
    struct Target;
    struct Listed;
    static std::optional<Target> target_of(std::string_view uri);
    Async<Result<Json>> find(const mcp::Requester& requester, Target target);
    Async<std::vector<Listed>> all(const mcp::Requester& requester);
    Listed listed_approval(const Json& approval) const;
    Listed listed_token(const Json& token) const;

    CallerView& view_;
    policy::SealKey key_;
    Json tokens_;  // the definition of tfy://access-tokens
    std::vector<Json> templates_;
};

}  // namespace tfy::features
