#include "server/storage/own_commits.hpp"

namespace tfy::storage {

void OwnCommits::begin() {
    begun_at_ = stamps_.last();
    changes_ = database_->getTotalChanges();
    if (!begun_at_)
        known_.reset();
    else if (!known_ || committed_at_ != begun_at_)
        known_ = Known{};
    else
        known_->again = true;
}

// Between the commit and this look another process may have written: then it is not the next stamp. Where no
// row was changed there may be no commit at all.
void OwnCommits::committed() {
    committed_at_ = stamps_.last();
    const bool wrote = database_->getTotalChanges() != changes_;
    const bool ours = begun_at_ && committed_at_ &&
                      (wrote ? follows(*committed_at_, *begun_at_) : *committed_at_ == *begun_at_);
    if (!ours) known_.reset();
}

void OwnCommits::note(const policy::Approval& approval) {
    if (!known_ || !known_->open) return;
    if (policy::is_open(approval.state()))
        known_->open->insert_or_assign(
            approval.id, OpenCall{approval.call.caller.principal, approval.call.base_url, approval.call.tool,
                                  approval.call.tool_version, approval.facts.needs});
    else
        known_->open->erase(approval.id);
}

}  // namespace tfy::storage
