// Requests are carried by the thread that waits for them; answers go back to the loop that asked.
#include "server/http_client/http_client.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "server/http_client/transfer_thread.hpp"
#include "server/http_client/url_parts.hpp"

namespace tfy::http_client {
namespace {

namespace asio = boost::asio;

using Answer = TransferThread::Answer;

class CurlClient final : public HttpClient {
public:
    CurlClient(std::shared_ptr<TransferThread> thread, OriginServer origin, SecretHeader secret_header)
        : thread_(std::move(thread)),
          origin_(std::make_shared<const OriginServer>(std::move(origin))),
          secret_header_(std::move(secret_header)) {}

    Async<Answer> send(WebRequest request) override {
        co_return co_await asio::async_initiate<const asio::use_awaitable_t<>&, void(Answer)>(
            [this](auto handler, WebRequest asked) { begin(std::move(handler), std::move(asked)); },
            asio::use_awaitable, std::move(request));
    }

private:
    template <class Handler>
    void begin(Handler handler, WebRequest request) {
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
        thread_->post({ticket, origin_, std::move(request), secret_header_, std::move(reply)});
    }

    std::shared_ptr<TransferThread> thread_;
    std::shared_ptr<const OriginServer> origin_;
    SecretHeader secret_header_;
};

OriginServer origin_of(ServerOptions options) {
    const auto url = UrlParts::read(options.base_url).value_or(UrlParts{});
    return {.options = std::move(options),
            .scheme = url.scheme == "http" && url.is_loopback() ? "http" : "https",
            .host = url.host,
            .loopback = url.is_loopback()};
}

}  // namespace

std::shared_ptr<TransferThread> start_transfers() { return std::make_shared<TransferThread>(); }

std::unique_ptr<HttpClient> make_client(std::shared_ptr<TransferThread> thread, ServerOptions options,
                                        SecretHeader secret_header) {
    return std::make_unique<CurlClient>(std::move(thread), origin_of(std::move(options)),
                                        std::move(secret_header));
}

}  // namespace tfy::http_client
