// One webhook's way out: a POST of sealed text, signed.
#pragma once

#include "policy/redaction/redactor.hpp"
#include "policy/time.hpp"
#include "server/http_client/http_client.hpp"
#include "server/notify/webhook_target.hpp"

namespace tfy::notify {

class WebhookPost {
public:
    WebhookPost(WebhookTarget target, std::unique_ptr<http_client::HttpClient> client)
        : target_(std::move(target)), client_(std::move(client)) {}

    /// Waits for the answer, 15 s at the most. Any status is an answer; errors as HttpClient::send has them.
    Async<Result<http_client::WebResponse>> send(redaction::Redacted body, std::string id, policy::Time now);

    const WebhookTarget& target() const { return target_; }

private:
    WebhookTarget target_;
    std::unique_ptr<http_client::HttpClient> client_;
};

}  // namespace tfy::notify
