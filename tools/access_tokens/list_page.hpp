// One page out of all tokens: what does not belong to it is let go as soon as it was looked at.
#pragma once

#include <set>
#include <vector>

#include "tools/access_tokens/list_query.hpp"
#include "tools/truefoundry/visitor.hpp"

namespace tfy::access_tokens {

class ListPage final : public truefoundry::Visitor {
public:
    /// The first `limit` tokens of `choice` after the cursor's. Keeps `limit` of them at any time.
    ListPage(ListQuery choice, std::optional<Cursor> after, std::size_t limit, policy::Time now);

    void begin() override;
    void see(const truefoundry::AccessToken& token, bool again) override;
    bool see_all(const truefoundry::SharedList& list) override;

    /// In order; good as long as this page.
    std::vector<const truefoundry::AccessToken*> tokens() const;
    /// Number of matching tokens on all pages.
    std::size_t total() const { return total_; }
    /// How many of them stand before the end of this page.
    std::size_t so_far() const { return before_ + size(); }
    /// The list that it is a part of, where that is kept; else nullptr.
    const truefoundry::SharedList& list() const { return whole_; }
    /// For the next page; nullopt on the last one.
    std::optional<Cursor> next() const;
    /// Of a list by last use: how many were used since its first page was made. They moved meanwhile.
    std::size_t moved() const { return moved_; }

private:
    std::size_t size() const { return kept_.size() + part_.size(); }
    const truefoundry::AccessToken& last() const { return part_.empty() ? *kept_.rbegin() : *part_.back(); }

    struct Precedes {
        Order order;
        bool operator()(const truefoundry::AccessToken& a, const truefoundry::AccessToken& b) const {
            return order.precedes(a, b);
        }
    };

    ListQuery choice_;
    std::optional<Cursor> after_;
    std::size_t limit_;
    policy::Time now_;
    std::set<truefoundry::AccessToken, Precedes> kept_;
    // Instead of that: the part of a list that is kept anyway.
    truefoundry::SharedList whole_ = {};
    std::vector<const truefoundry::AccessToken*> part_ = {};
    std::size_t total_ = 0;
    std::size_t before_ = 0;
    std::size_t moved_ = 0;
};

}  // namespace tfy::access_tokens
