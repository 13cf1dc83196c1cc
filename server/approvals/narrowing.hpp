// An approver changes what is asked, to less of the same, before approving it.
#pragma once

#include "server/approvals/approvals.hpp"
#include "tools/registry/catalog.hpp"

namespace tfy::approvals {

class Narrowing {
public:
    /// All must outlive it.
    Narrowing(Approvals& desk, const registry::Catalog& catalog, const CurrentGate& gate, const Clock& clock)
        : desk_(desk), catalog_(catalog), gate_(gate), clock_(clock) {}

    /// The request with the new arguments, their facts read from upstream now and their digest: still
    /// pending, to be looked at and decided. Errc as the tool's narrow() and facts(), and policy::narrow();
    /// Errc::refused if the new call would fall under other terms than those that it was asked under.
    Async<Result<policy::Approval>> narrow(std::string id, policy::Human person, std::string shown_digest,
                                           tools::Narrower wish);
    /// What of this request can be changed now.
    tools::Narrowable narrowable(const policy::Approval& approval) const;

private:
    /// nullptr if the tool is not there any more as it was asked for.
    const registry::Catalog::Entry* entry_of(const policy::Approval& approval) const;
    Result<void> same_terms(const policy::Approval& approval, policy::Call call,
                            const policy::Facts& facts) const;

    Approvals& desk_;
    const registry::Catalog& catalog_;
    const CurrentGate& gate_;
    const Clock& clock_;
};

}  // namespace tfy::approvals
