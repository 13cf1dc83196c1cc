#include "server/callers/held_requests.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/this_coro.hpp>
#include <vector>

namespace tfy::callers {

namespace asio = boost::asio;

std::shared_ptr<void> HeldRequests::add(std::string held, End end) {
    const auto place = waiting_.emplace(std::move(held), std::move(end));
    return {static_cast<void*>(&place->second), [this, place](void*) { waiting_.erase(place); }};
}

Async<void> HeldRequests::look() {
    std::vector<std::string> all;
    for (auto each = waiting_.begin(); each != waiting_.end(); each = waiting_.upper_bound(each->first))
        all.push_back(each->first);
    const auto loop = co_await asio::this_coro::executor;
    for (auto& held : all) {
        if (awaited_.contains(held)) continue;
        auto news = callers_.news_of(held);
        if (!news) {
            end_unless_held(held);
            continue;
        }
        awaited_.insert(held);
        asio::co_spawn(loop, look_after_news(std::move(held), std::move(*news)), asio::detached);
    }
}

Async<void> HeldRequests::look_after_news(std::string held, Async<void> news) {
    co_await std::move(news);
    awaited_.erase(held);
    end_unless_held(held);
}

void HeldRequests::end_unless_held(const std::string& held) {
    if (callers_.still_holds(held)) return;
    std::vector<End> ends;  // one of them may let go of others
    for (auto [each, last] = waiting_.equal_range(held); each != last; ++each) ends.push_back(each->second);
    for (const auto& end : ends) end(callers_.challenge().invalid());
}

}  // namespace tfy::callers
