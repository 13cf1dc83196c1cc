#include "tools/access_tokens/list_page.hpp"

#include <algorithm>
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
    part_.clear();
    whole_ = nullptr;
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

// With a filter each token is looked at: whether it fits may depend on the time.
bool ListPage::see_all(const truefoundry::SharedList& list) {
    const auto& order = choice_.order;
    if (!choice_.takes_all()) return false;
    const auto& all = list->in_order(order.number(), Precedes{order});
    auto from = all.begin();
    if (after_)
        from = std::ranges::partition_point(all, [&](const AccessToken* token) {
            return !order.precedes(after_->last, order.position(*token));
        });
    const auto rest = static_cast<std::size_t>(all.end() - from);
    whole_ = list;
    part_.assign(from, from + static_cast<std::ptrdiff_t>(std::min(limit_, rest)));
    total_ = all.size();
    before_ = total_ - rest;
    if (after_ && order.by == SortBy::last_used)
        moved_ = static_cast<std::size_t>(std::ranges::count_if(
            all, [&](const AccessToken* token) { return token->last_used > after_->since; }));
    return true;
}

std::vector<const AccessToken*> ListPage::tokens() const {
    if (kept_.empty()) return part_;
    std::vector<const AccessToken*> all;
    for (const auto& token : kept_) all.push_back(&token);
    return all;
}

std::optional<Cursor> ListPage::next() const {
    if (size() == 0 || so_far() >= total_) return std::nullopt;
    // Only a list by last use moves; elsewhere the same place is the same cursor, whenever it is asked for.
    const auto first_made = after_ ? after_->since : now_;
    return Cursor{.question = choice_.question(),
                  .since = choice_.order.by == SortBy::last_used ? first_made : policy::Time{},
                  .last = choice_.order.position(last())};
}

}  // namespace tfy::access_tokens
