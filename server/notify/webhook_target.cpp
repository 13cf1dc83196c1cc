#include "server/notify/webhook_target.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "policy/canonical_json.hpp"
#include "policy/notice/signature.hpp"
#include "server/storage/open_file.hpp"

namespace tfy::notify {
namespace {

constexpr std::size_t most_bytes = 4096;

Error wrong(int line, const std::string& what) {
    return {Errc::refused, "The webhook of line " + std::to_string(line) + " cannot be used: " + what + "."};
}

/// What a file that no one else may read holds. An Error's message is a clause.
Result<std::string> read_private(const std::string& file) {
    const storage::OpenFile open(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat found = {};
    if (!open || ::fstat(open.get(), &found) != 0)
        return Error{Errc::refused,
                     file + " cannot be read (" + std::generic_category().message(errno) + ")"};
    if ((found.st_mode & 077U) != 0)
        return Error{Errc::refused, "other users may read " + file + "; run chmod 600 on it"};
    std::array<char, most_bytes + 1> bytes{};
    const auto size = S_ISREG(found.st_mode) ? ::read(open.get(), bytes.data(), bytes.size()) : -1;
    if (size < 0 || static_cast<std::size_t>(size) > most_bytes)
        return Error{Errc::refused, file + " is no file of at most 4096 bytes"};
    std::string text(bytes.data(), static_cast<std::size_t>(size));
    explicit_bzero(bytes.data(), bytes.size());
    return text;
}

Result<policy::WebhookUrl> read_address(const policy::Webhook& webhook) {
    if (webhook.url_file.empty()) return policy::read_webhook_url(webhook.url);
    auto text = read_private(webhook.url_file);
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
    auto text = read_private(file);
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
