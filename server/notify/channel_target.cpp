#include "server/notify/channel_target.hpp"

#include <algorithm>

#include "policy/canonical_json.hpp"
#include "policy/notice/signature.hpp"
#include "server/storage/private_files.hpp"

namespace tfy::notify {
namespace {

using Format = policy::Channel::Format;

constexpr std::size_t most_bytes = 4096, routing_key_length = 32;

Error wrong(const policy::Channel& channel, const std::string& what) {
    const auto which = channel.name.empty() ? std::string("The webhook") : "The channel " + channel.name;
    return {Errc::refused,
            which + " of line " + std::to_string(channel.line) + " cannot be used: " + what + "."};
}

std::string without_end(std::string text) {
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
        text.pop_back();
    return text;
}

Result<policy::WebhookUrl> read_address(const policy::Channel& channel) {
    if (channel.format == Format::email) return policy::read_mail_url(channel.url);
    if (channel.url_file.empty()) return policy::read_webhook_url(channel.url);
    auto text = storage::read_private_file(channel.url_file, most_bytes);
    if (!text) return text.error();
    auto url = without_end(std::move(*text));
    auto read = policy::read_webhook_url(url);
    policy::wipe(url);
    if (!read) return Error{Errc::refused, "the address in " + channel.url_file + " " + read.error().message};
    return read;
}

/// One line of printable characters.
Result<policy::Secret> read_password(std::string text) {
    auto word = without_end(std::move(text));
    const bool good = !word.empty() && std::ranges::none_of(word, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
    if (good) return policy::Secret(std::move(word));
    policy::wipe(word);
    return Error{Errc::refused, "does not hold a password on one line"};
}

Result<policy::Secret> read_routing_key(std::string text) {
    auto word = without_end(std::move(text));
    const auto is_letter_or_digit = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    if (word.size() == routing_key_length && std::ranges::all_of(word, is_letter_or_digit))
        return policy::Secret(std::move(word));
    policy::wipe(word);
    return Error{Errc::refused, "does not hold a routing key, which has 32 letters and digits"};
}

Result<policy::Secret> read_secret(Format format, std::string text) {
    if (format == Format::email) return read_password(std::move(text));
    if (format == Format::pagerduty) return read_routing_key(std::move(text));
    return notice::read_signing_key(std::move(text));
}

Result<std::shared_ptr<const policy::Secret>> read_key(const policy::Channel& channel) {
    const auto& file = channel.secret_file;
    if (file.empty()) return std::shared_ptr<const policy::Secret>{};
    auto text = storage::read_private_file(file, most_bytes);
    if (!text) return text.error();
    auto key = read_secret(channel.format, std::move(*text));
    if (!key) return Error{Errc::refused, file + " " + key.error().message};
    return std::make_shared<const policy::Secret>(std::move(*key));
}

std::string short_hash(const std::string& text) {
    constexpr std::string_view prefix = "sha256:";
    return policy::sha256(text).substr(prefix.size(), 32);
}

// Servers with other rules may share the state directory: what waits for one's channel must not go to
// another's of the same name.
std::string id_of(const policy::Channel& channel, const policy::WebhookUrl& url) {
    const auto address = url.origin + url.target;
    if (channel.name.empty()) return "wh_" + short_hash(address);
    auto place = std::string(policy::to_string(channel.format)) + "\n" + address;
    auto recipients = channel.to;
    std::ranges::sort(recipients);
    for (const auto& to : recipients) place += "\n" + to;
    return "notify." + channel.name + "." + short_hash(place);
}

}  // namespace

Result<ChannelTarget> open_channel(const policy::Channel& channel) {
    auto url = read_address(channel);
    if (!url) return wrong(channel, url.error().message);
    auto key = read_key(channel);
    if (!key) return wrong(channel, key.error().message);
    auto id = id_of(channel, *url);
    return ChannelTarget{std::move(id), channel, std::move(*url), std::move(*key)};
}

Result<std::vector<ChannelTarget>> open_channels(const std::vector<policy::Channel>& channels) {
    std::vector<ChannelTarget> targets;
    for (const auto& channel : channels) {
        auto target = open_channel(channel);
        if (!target) return target.error();
        if (std::ranges::find(targets, target->id, &ChannelTarget::id) != targets.end())
            return wrong(channel, "another webhook has the same address");
        targets.push_back(std::move(*target));
    }
    return targets;
}

}  // namespace tfy::notify
