#include "tools/access_tokens/list_page.hpp"

#include <iterator>
#include <utility>

namespace tfy::access_tokens {

using truefoundry::AccessToken;

ListPage::ListPage(ListQuery choice, std::optional<Cursor> after, std::size_t limit, policy::Time now)
    : choice_(std::move(choice)),
      after_(std::move(after)),
      limit_(limit),
      now_(now),
      kept_(Precedes{choice_.order}) {}

void ListPage::begin() {
    kept_.clear();
    total_ = before_ = moved_ = 0;
}

void ListPage::see(const AccessToken& token, bool again) {
    if (again || !choice_.fits(token, now_)) return;
    ++total_;
    if (after_ && choice_.order.by == SortBy::last_used && token.last_used > after_->since) ++moved_;
    if (after_ && !choice_.order.precedes(after_->last, choice_.order.position(token))) {
        ++before_;
        return;
    }
    if (!kept_.empty() && kept_.size() >= limit_ && !choice_.order.precedes(token, *kept_.rbegin()))
        return;  // behind a full page
    kept_.insert(token);
    if (kept_.size() > limit_) kept_.erase(std::prev(kept_.end()));
}

std::optional<Cursor> ListPage::next() const {
    if (kept_.empty() || so_far() >= total_) return std::nullopt;
    // Only a list by last use moves; elsewhere the same place is the same cursor, whenever it is asked for.
    const auto first_made = after_ ? after_->since : now_;
    return Cursor{.question = choice_.question(),
                  .since = choice_.order.by == SortBy::last_used ? first_made : policy::Time{},
                  .last = choice_.order.position(*kept_.rbegin())};
}

}  // namespace tfy::access_tokens
