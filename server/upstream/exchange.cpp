#include "server/upstream/exchange.hpp"

#include <boost/asio/this_coro.hpp>

#include "server/loop/failpoint.hpp"

namespace tfy::upstream {
namespace {

http_client::WebRequest to_web(truefoundry::ApiRequest request) {
    return {.method = std::move(request.method),
            .target = std::move(request.target),
            .body = std::move(request.body),
            .timeout = request.timeout,
            .headers = std::move(request.headers)};
}

truefoundry::ApiResponse from_web(http_client::WebResponse response) {
    return {.status = response.status,
            .content_type = std::move(response.content_type),
            .request_id = std::move(response.request_id),
            .retry_after = response.retry_after,
            .body = std::move(response.body),
            .date = response.date};
}

class HttpsExchange final : public truefoundry::Exchange {
public:
    HttpsExchange(std::unique_ptr<http_client::HttpClient> client, std::shared_ptr<RequestCounts> counts)
        : client_(std::move(client)), counts_(std::move(counts)) {}

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        const bool changes = request.method != "GET";
        if (changes) TFY_FAILPOINT("upstream.send");
        const auto row = RequestCounts::row_of(request.method);
        const auto begun = std::chrono::steady_clock::now();
        auto answer = co_await client_->send(to_web(std::move(request)));
        const auto state = co_await boost::asio::this_coro::cancellation_state;
        if (counts_ && state.cancelled() == boost::asio::cancellation_type::none)
            counts_->add(row, answer ? answer->status : 0, std::chrono::steady_clock::now() - begun);
        if (changes) TFY_FAILPOINT("upstream.answered");
        if (!answer) co_return answer.error();
        co_return from_web(std::move(*answer));
    }

private:
    std::unique_ptr<http_client::HttpClient> client_;
    std::shared_ptr<RequestCounts> counts_;
};

}  // namespace

std::unique_ptr<truefoundry::Exchange> make_exchange(http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key,
                                                     std::shared_ptr<RequestCounts> counts) {
    return make_exchange(http_client::start_transfers(), std::move(options), std::move(key),
                         std::move(counts));
}

std::unique_ptr<truefoundry::Exchange> make_exchange(std::shared_ptr<http_client::TransferThread> thread,
                                                     http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key,
                                                     std::shared_ptr<RequestCounts> counts) {
    return std::make_unique<HttpsExchange>(
        http_client::make_client(std::move(thread), std::move(options),
                                 [key = std::move(key)] { return key->authorization(); }),
        std::move(counts));
}

}  // namespace tfy::upstream
