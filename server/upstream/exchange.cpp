#include "server/upstream/exchange.hpp"

#include "server/observability/failpoint.hpp"

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
    explicit HttpsExchange(std::unique_ptr<http_client::HttpClient> client) : client_(std::move(client)) {}

    Async<Result<truefoundry::ApiResponse>> send(truefoundry::ApiRequest request) override {
        const bool changes = request.method != "GET";
        if (changes) TFY_FAILPOINT("upstream.send");
        auto answer = co_await client_->send(to_web(std::move(request)));
        if (changes) TFY_FAILPOINT("upstream.answered");
        if (!answer) co_return answer.error();
        co_return from_web(std::move(*answer));
    }

private:
    std::unique_ptr<http_client::HttpClient> client_;
};

}  // namespace

std::unique_ptr<truefoundry::Exchange> make_exchange(http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key) {
    return make_exchange(http_client::start_transfers(), std::move(options), std::move(key));
}

std::unique_ptr<truefoundry::Exchange> make_exchange(std::shared_ptr<http_client::TransferThread> thread,
                                                     http_client::ServerOptions options,
                                                     std::shared_ptr<const OwnKey> key) {
    return std::make_unique<HttpsExchange>(http_client::make_client(
        std::move(thread), std::move(options), [key = std::move(key)] { return key->authorization(); }));
}

}  // namespace tfy::upstream
