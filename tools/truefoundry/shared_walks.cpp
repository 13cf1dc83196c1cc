// The first call of a group walks for all of it.
#include "tools/truefoundry/shared_walks.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace tfy::truefoundry {

namespace asio = boost::asio;

/// One call that waits.
struct SharedWalks::Visit {
    using Moment = asio::steady_timer::time_point;

    Visitor& visitor;
    asio::steady_timer bell;  // cancelled when there is something to look at
    std::optional<Result<void>> walked = {};

    Async<void> until_rung(Moment end) {
        bell.expires_at(end);
        std::ignore = co_await bell.async_wait(asio::as_tuple(asio::use_awaitable));
    }
};

/// Those that see one walk, as one visitor.
class SharedWalks::Group final : public Visitor {
public:
    /// For as long as this lives.
    class Place {
    public:
        Place(Group& group, Visit& visit) : group_(group), visit_(visit) { group.visits_.push_back(&visit); }
        ~Place() { std::erase(group_.visits_, &visit_); }
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;

    private:
        Group& group_;
        Visit& visit_;
    };

    void begin() override {
        for (auto* visit : visits_) visit->visitor.begin();
    }
    void see(const AccessToken& token, bool again) override {
        for (auto* visit : visits_) visit->visitor.see(token, again);
    }
    bool see_all(const SharedList& list) override {
        for (auto* visit : visits_) show_whole(list, visit->visitor);
        return true;
    }

    Visit& first() { return *visits_.front(); }
    void tell(const Result<void>& walked) {
        for (auto* visit : visits_) visit->walked = walked;
    }
    void ring() {
        for (auto* visit : visits_) visit->bell.cancel();
    }

private:
    std::vector<Visit*> visits_;
};

/// However a walk ends, the calls of its group go on, and the next group may set out.
class SharedWalks::Leading {
public:
    Leading(SharedWalks& walks, std::shared_ptr<Group> group) : walks_(walks), group_(std::move(group)) {}
    Leading(const Leading&) = delete;
    Leading& operator=(const Leading&) = delete;
    ~Leading() {
        close();
        if (under_way_) --walks_.under_way_;
        if (under_way_ && walks_.gathering_) walks_.gathering_->first().bell.cancel();
        group_->ring();
    }

    void set_out() {
        close();
        under_way_ = true;
        ++walks_.under_way_;
    }

private:
    void close() {
        if (walks_.gathering_ == group_) walks_.gathering_.reset();
    }

    SharedWalks& walks_;
    std::shared_ptr<Group> group_;
    bool under_way_ = false;
};

Async<Result<void>> SharedWalks::join(Visitor& visitor, const Walk& walk) {
    Visit visit{visitor, asio::steady_timer(co_await asio::this_coro::executor)};
    while ((co_await asio::this_coro::cancellation_state).cancelled() == asio::cancellation_type::none) {
        const bool leads = !gathering_;
        if (leads) gathering_ = std::make_shared<Group>();
        const auto group = gathering_;
        const Group::Place place(*group, visit);
        if (leads)
            co_await lead(group, walk);
        else
            co_await visit.until_rung(Visit::Moment::max());
        if (visit.walked) co_return std::move(*visit.walked);
    }
    co_return Error{Errc::cancelled,
                    "The list was not read: this server stops, or its caller left. Call again."};
}

// What the loop has ready joins before the walk begins.
Async<void> SharedWalks::lead(std::shared_ptr<Group> group, const Walk& walk) {
    Leading leading(*this, group);
    co_await asio::post(asio::use_awaitable);
    if (under_way_ >= most) co_await group->first().until_rung(Visit::Moment::clock::now() + longest_wait_);
    leading.set_out();
    const auto walked = co_await walk(*group);
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() == asio::cancellation_type::none) group->tell(walked);
}

}  // namespace tfy::truefoundry
