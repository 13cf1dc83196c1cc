// Requests are carried by the thread that waits for them; answers go back to the loop that asked.
#include "server/http_client/http_client.hpp"

#include "server/http_client/transfer_thread.hpp"
#include "server/http_client/url_parts.hpp"
#include "server/http_client/web_transfer.hpp"

namespace tfy::http_client {
namespace {

using Answer = TransferThread::Answer;

class CurlClient final : public HttpClient {
public:
    CurlClient(std::shared_ptr<TransferThread> thread, OriginServer origin, SecretHeader secret_header)
        : thread_(std::move(thread)),
          origin_(std::make_shared<const OriginServer>(std::move(origin))),
          secret_header_(std::move(secret_header)) {}

    Async<Answer> send(WebRequest request) override {
        // The transfer refers to the origin; the function lives as long as it.
        auto asked = std::make_shared<WebRequest>(std::move(request));
        TransferThread::Prepare prepare = [origin = origin_, asked, secret = secret_header_] {
            return WebTransfer::prepare(*origin, std::move(*asked), secret ? secret() : std::string{});
        };
        return carry(thread_, std::move(prepare));
    }

private:
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
