// A webhook of policy.toml with what is in files of its own: its address and its key.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policy/secret.hpp"
#include "policy/webhook.hpp"

namespace tfy::notify {

struct WebhookTarget {
    std::string id;  // "wh_…": the same for the same address, of which nothing can be read from it
    policy::Webhook wanted;
    policy::WebhookUrl url;
    std::shared_ptr<const policy::Secret> key;  // signs; nullptr: not signed
};

/// Errc::refused, with the line and the file, where one cannot be read, can be read by other users, or does
/// not hold what it must. The error holds neither address nor key.
Result<std::vector<WebhookTarget>> open_webhooks(const std::vector<policy::Webhook>& webhooks);

}  // namespace tfy::notify
