#include "server/notify/webhook_post.hpp"

#include "policy/notice/signature.hpp"

namespace tfy::notify {

Async<Result<http_client::WebResponse>> WebhookPost::send(redaction::Redacted body, std::string id,
                                                          policy::Time now) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    http_client::WebRequest request{.method = "POST",
                                    .target = target_.url.target,
                                    .body = std::string(body.text()),
                                    .timeout = std::chrono::seconds{15}};
    request.headers = {{"webhook-id", id}, {"webhook-timestamp", std::to_string(seconds)}};
    if (target_.key)
        request.headers.emplace_back("webhook-signature", notice::sign(*target_.key, id, seconds, body));
    co_return co_await client_->send(std::move(request));
}

}  // namespace tfy::notify
