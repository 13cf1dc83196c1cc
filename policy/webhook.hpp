// Who is told of approvals outside of this process, as policy.toml names them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::policy {

struct Webhook {
    enum class Format { json, slack, teams };
    enum class Event { requested, decided, expired, finished };

    std::string url = {};       // empty: it is in url_file
    std::string url_file = {};  // Slack's and Teams' addresses are secrets themselves
    Format format = Format::json;
    std::string secret_file = {};                    // the key that signs; empty: not signed
    std::vector<Event> events = {Event::requested};  //
    std::vector<std::string> tools = {"*"};          // globs
    int line = 0;                                    // where it is in the file

    bool operator==(const Webhook&) const = default;
};

std::string_view to_string(Webhook::Format format);
std::optional<Webhook::Format> read_format(std::string_view text);
std::string_view to_string(Webhook::Event event);
std::optional<Webhook::Event> read_event(std::string_view text);
/// What a journal record tells; nullopt for kinds that are no one's news.
std::optional<Webhook::Event> event_of(std::string_view journal_kind);

struct WebhookUrl {
    std::string origin;  // "https://hooks.example.com:8443"
    std::string target;  // "/services/T0/B0/x?y": may be a secret, for no log
    std::string host;    // "hooks.example.com"
};
/// https://host[:port][/path][?query], or http:// to this machine. Errc::refused with a clause without a full
/// stop, which holds nothing of the text.
Result<WebhookUrl> read_webhook_url(std::string_view text);

}  // namespace tfy::policy
