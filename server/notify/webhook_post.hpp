// One webhook's way out: a POST of sealed text, signed.
#pragma once

#include "policy/redaction/redactor.hpp"
#include "policy/time.hpp"
#include "server/notify/webhook_target.hpp"
#include "tools/truefoundry/exchange.hpp"

namespace tfy::notify {

class WebhookPost {
public:
    WebhookPost(WebhookTarget target, std::unique_ptr<truefoundry::Exchange> exchange)
        : target_(std::move(target)), exchange_(std::move(exchange)) {}

    /// Waits for the answer, 15 s at the most. Any status is an answer; errors as Exchange::send has them.
    Async<Result<truefoundry::ApiResponse>> send(redaction::Redacted body, std::string id, policy::Time now);

    const WebhookTarget& target() const { return target_; }

private:
    WebhookTarget target_;
    std::unique_ptr<truefoundry::Exchange> exchange_;
};

}  // namespace tfy::notify
