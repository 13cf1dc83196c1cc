// Who is told of approvals outside of this process, as policy.toml names them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/error.hpp"

namespace tfy::policy {

struct Channel {
    enum class Format { json, slack, teams, email, pagerduty };
    enum class Event { requested, reminded, escalated, decided, expired, finished, token_expiring, test };

    std::string name = {};      // of [notify.NAME]; empty: a [[webhook]]
    std::string url = {};       // empty: it is in url_file
    std::string url_file = {};  // Slack's and Teams' addresses are secrets themselves
    Format format = Format::json;
    std::string secret_file = {};  // json: the key that signs, empty: not signed; email: the password;
                                   // pagerduty: the routing key
    std::string user = {};         // email: who signs in; empty: no one does
    std::string from = {};         // email
    std::vector<std::string> to = {};
    bool starttls = true;  // email by smtp://: required
    std::vector<Event> events = {Event::requested};
    std::vector<std::string> tools = {"*"};  // globs
    int line = 0;                            // where it is in the file

    /// What people call it: its name, or "webhook:12" after its line.
    std::string called() const;

    bool operator==(const Channel&) const = default;
};

std::string_view to_string(Channel::Format format);
std::optional<Channel::Format> read_format(std::string_view text);
std::string_view to_string(Channel::Event event);
/// None that a rules file cannot name.
std::optional<Channel::Event> read_event(std::string_view text);
std::span<const std::string_view> event_names();
/// What a journal record tells; nullopt for kinds that are no one's news.
std::optional<Channel::Event> event_of(std::string_view journal_kind);
/// A person still has to decide when it happens.
bool asks_for_decision(Channel::Event event);

/// Whether this channel is to hear of such events. Who hears of requests hears of reminders; PagerDuty also
/// hears of the end of what it was told, because otherwise its alert would stay open. Of an escalation hears
/// every channel that has a name: Terms::escalate_to says which.
bool hears(const Channel& channel, Channel::Event event);

struct WebhookUrl {
    std::string origin;  // "https://hooks.example.com:8443", "smtp://mail.example.com:587"
    std::string target;  // "/services/T0/B0/x?y": may be a secret, for no log; empty for mail
    std::string host;    // "hooks.example.com"
};
/// https://host[:port][/path][?query], or http:// to this machine. Errc::refused with a clause without a full
/// stop, which holds nothing of the text.
Result<WebhookUrl> read_webhook_url(std::string_view text);
/// smtp://host[:port] or smtps://host[:port]; the port is 587 or 465 if there is none. Errors the same.
Result<WebhookUrl> read_mail_url(std::string_view text);
/// "localhost", 127.0.0.0/8, "[::1]".
bool is_loopback(std::string_view host);

/// "tfy@example.com": ASCII, nothing that could end a header or an address.
bool is_mail_address(std::string_view text);

}  // namespace tfy::policy
