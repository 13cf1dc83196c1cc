#include "server/mcp/pending_requests.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "policy/sealed_state.hpp"

namespace tfy::mcp {
namespace asio = boost::asio;

namespace {
constexpr std::size_t most_remembered = 1000;
}  // namespace

Async<Result<Json>> PendingRequests::ask(transport::Outbox& outbox, std::string asker, std::string method,
                                         Json params, std::chrono::milliseconds limit) {
    const protocol::RequestId id("tfy-" + policy::random_id());
    asio::steady_timer bell(co_await asio::this_coro::executor, limit);
    const auto [open, inserted] = open_.emplace(id.key(), Open{std::move(asker), &bell, {}});
    const std::unique_ptr<const std::string, std::function<void(const std::string*)>> forget(
        &open->first, [this](const std::string* key) { close(*key); });
    const auto sent =
        co_await outbox.send(redaction_.seal(protocol::write_request(id, method, std::move(params))));
    if (!sent) co_return sent.error();
    boost::system::error_code woken;
    if (!open->second.response) co_await bell.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!open->second.response) co_return Error{Errc::expired, "The client did not answer the question."};
    auto& response = *open->second.response;
    if (response.error) co_return Error{Errc::refused, "The client answered the question with an error."};
    co_return std::move(response.result);
}

void PendingRequests::close(const std::string& key) {
    const auto found = open_.find(key);
    over_.emplace_back(std::move(found->second.asker), key);
    if (over_.size() > most_remembered) over_.pop_front();
    open_.erase(found);
}

bool PendingRequests::asked(const std::string& asker, const protocol::RequestId& id) const {
    const auto found = open_.find(id.key());
    if (found != open_.end()) return found->second.asker == asker;
    return std::ranges::find(over_, std::pair(asker, id.key())) != over_.end();
}

bool PendingRequests::answer(const std::string& asker, const protocol::Response& response) {
    const auto found = open_.find(response.id.key());
    if (found == open_.end() || found->second.asker != asker || found->second.response) return false;
    found->second.response = response;
    found->second.bell->cancel();
    return true;
}

}  // namespace tfy::mcp
