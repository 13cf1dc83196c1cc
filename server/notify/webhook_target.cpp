#include "server/notify/webhook_target.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "policy/notice/signature.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::notify {
namespace {

constexpr std::size_t most_bytes = 4096;

Error wrong(int line, const std::string& what) {
    return {Errc::refused, "The webhook of line " + std::to_string(line) + " cannot be used: " + what + "."};
}

Result<policy::WebhookUrl> read_address(const policy::Webhook& webhook) {
    if (webhook.url_file.empty()) return policy::read_webhook_url(webhook.url);
    auto text = storage::read_private_file(webhook.url_file, most_bytes);
    if (!text) return text.error();
    while (!text->empty() && std::string_view(" \t\r\n").find(text->back()) != std::string_view::npos)
        text->pop_back();
    auto read = policy::read_webhook_url(*text);
    policy::wipe(*text);
    if (!read) return Error{Errc::refused, "the address in " + webhook.url_file + " " + read.error().message};
    return read;
}

Result<std::shared_ptr<const policy::Secret>> read_key(const std::string& file) {
    if (file.empty()) return std::shared_ptr<const policy::Secret>{};
    auto text = storage::read_private_file(file, most_bytes);
    if (!text) return text.error();
    auto key = notice::read_signing_key(std::move(*text));
    if (!key) return Error{Errc::refused, file + " " + key.error().message};
    return std::make_shared<const policy::Secret>(std::move(*key));
}

std::string id_of(const policy::WebhookUrl& url) {
    constexpr std::string_view prefix = "sha256:";
    return "wh_" + policy::sha256(url.origin + url.target).substr(prefix.size(), 32);
}

}  // namespace

Result<std::vector<WebhookTarget>> open_webhooks(const std::vector<policy::Webhook>& webhooks) {
    std::vector<WebhookTarget> targets;
    for (const auto& webhook : webhooks) {
        auto url = read_address(webhook);
        if (!url) return wrong(webhook.line, url.error().message);
        auto key = read_key(webhook.secret_file);
        if (!key) return wrong(webhook.line, key.error().message);
        auto id = id_of(*url);
        if (std::ranges::find(targets, id, &WebhookTarget::id) != targets.end())
            return wrong(webhook.line, "another webhook has the same address");
        targets.push_back({std::move(id), webhook, std::move(*url), std::move(*key)});
    }
    return targets;
}

}  // namespace tfy::notify
