// Requests to one server, carried by the thread that waits for them; answers go back to the loop that asked.
#include "server/http_client/curl_exchange.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http_client/transfer_thread.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/observability/failpoint.hpp"
#include "server/upstream/api_key.hpp"

namespace tfy::http_client {
namespace {

namespace asio = boost::asio;
using truefoundry::ApiRequest;

using Answer = TransferThread::Answer;
using Authorization = std::function<std::string()>;

class CurlExchange final : public truefoundry::Exchange {
public:
    CurlExchange(std::shared_ptr<TransferThread> thread, OriginServer origin, Authorization authorization)
        : thread_(std::move(thread)),
          origin_(std::make_shared<const OriginServer>(std::move(origin))),
          authorization_(std::move(authorization)) {}

    Async<Answer> send(ApiRequest request) override {
        const bool changes = request.method != "GET";
        if (changes) TFY_FAILPOINT("upstream.send");
        auto answer = co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
            [this](auto handler, ApiRequest asked) { begin(std::move(handler), std::move(asked)); },
            asio::use_awaitable, std::move(request));
        if (changes) TFY_FAILPOINT("upstream.answered");
        co_return answer;
    }

private:
    template <class Handler>
    void begin(Handler handler, ApiRequest request) {
        const auto ticket = thread_->next_ticket();
        auto slot = asio::get_associated_cancellation_slot(handler);
        if (slot.is_connected())
            slot.assign([weak = std::weak_ptr(thread_), ticket](asio::cancellation_type) {
                if (const auto thread = weak.lock()) thread->abort(ticket);
            });
        auto loop =
            asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
        auto waiting = std::make_shared<Handler>(std::move(handler));
        auto reply = [loop, waiting, slot](Answer answer) {
            asio::post(loop, [waiting, slot, answer = std::move(answer)]() mutable {
                if (slot.is_connected()) slot.clear();
                auto resume = std::move(*waiting);
                std::move(resume)(std::move(answer));
            });
        };
        thread_->post({ticket, origin_, std::move(request), authorization_, std::move(reply)});
    }

    std::shared_ptr<TransferThread> thread_;
    std::shared_ptr<const OriginServer> origin_;
    Authorization authorization_;
};

OriginServer origin_of(UpstreamOptions options) {
    const auto url = UrlParts::read(options.base_url).value_or(UrlParts{});
    return {.options = std::move(options),
            .scheme = url.scheme == "http" && url.is_loopback() ? "http" : "https",
            .host = url.host,
            .loopback = url.is_loopback()};
}

}  // namespace

std::shared_ptr<TransferThread> start_transfers() { return std::make_shared<TransferThread>(); }

std::unique_ptr<truefoundry::Exchange> make_curl_exchange(UpstreamOptions options, policy::Secret api_key) {
    return make_curl_exchange(std::move(options),
                              std::make_shared<const upstream::OwnKey>(std::move(api_key)));
}

std::unique_ptr<truefoundry::Exchange> make_curl_exchange(UpstreamOptions options,
                                                          std::shared_ptr<const upstream::OwnKey> api_key) {
    return std::make_unique<CurlExchange>(start_transfers(), origin_of(std::move(options)),
                                          [key = std::move(api_key)] { return key->authorization(); });
}

std::unique_ptr<truefoundry::Exchange> make_keyless_exchange(std::shared_ptr<TransferThread> thread,
                                                             UpstreamOptions options) {
    return std::make_unique<CurlExchange>(std::move(thread), origin_of(std::move(options)),
                                          [] { return std::string{}; });
}

}  // namespace tfy::http_client
