#include "policy/channel.hpp"

#include <algorithm>
#include <iterator>

namespace tfy::policy {
namespace {

using Event = Channel::Event;
using Format = Channel::Format;

bool only_of(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view digits = "0123456789";
constexpr std::string_view name_characters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-";

bool is_bracketed(std::string_view host) {
    return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
           only_of(host.substr(1, host.size() - 2), "0123456789abcdefABCDEF:.");
}

struct Authority {
    std::string_view host;
    std::string_view port;  // with its colon; empty if none
};

std::optional<Authority> read_authority(std::string_view text) {
    const auto bracket = text.find(']');
    const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
    const Authority authority{text.substr(0, colon),
                              colon == std::string_view::npos ? std::string_view{} : text.substr(colon)};
    const bool has_host = only_of(authority.host, name_characters) || is_bracketed(authority.host);
    const bool has_port = authority.port.empty() || only_of(authority.port.substr(1), digits);
    if (!has_host || !has_port || authority.port.size() > 6) return std::nullopt;
    return authority;
}

Error no_address(const char* why) { return {Errc::refused, why}; }

/// No space, backslash or control character.
bool is_plain(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\'; });
}

constexpr std::string_view events[] = {"requested", "reminded", "escalated",      "decided",
                                       "expired",   "finished", "token_expiring", "test"};
constexpr std::string_view formats[] = {"json", "slack", "teams", "email", "pagerduty"};

bool names(const Channel& channel, Event event) {
    return std::ranges::find(channel.events, event) != channel.events.end();
}

}  // namespace

std::string Channel::called() const { return name.empty() ? "webhook:" + std::to_string(line) : name; }

std::string_view to_string(Format format) { return formats[static_cast<std::size_t>(format)]; }

std::optional<Format> read_format(std::string_view text) {
    const auto* const found = std::ranges::find(formats, text);
    if (found == std::end(formats)) return std::nullopt;
    return static_cast<Format>(found - std::begin(formats));
}

std::string_view to_string(Event event) { return events[static_cast<std::size_t>(event)]; }

std::span<const std::string_view> event_names() { return std::span(events).first(std::size(events) - 1); }

std::optional<Event> read_event(std::string_view text) {
    const auto known = event_names();
    const auto found = std::ranges::find(known, text);
    if (found == known.end()) return std::nullopt;
    return static_cast<Event>(found - known.begin());
}

std::optional<Event> event_of(std::string_view journal_kind) {
    for (const auto* decided : {"approved", "permitted", "denied"})
        if (journal_kind == decided) return Event::decided;
    if (journal_kind.starts_with("withdrawn") || journal_kind == "superseded") return Event::decided;
    const auto event = read_event(journal_kind);
    return event == Event::decided ? std::nullopt : event;
}

bool asks_for_decision(Event event) {
    return event == Event::requested || event == Event::reminded || event == Event::escalated;
}

bool hears(const Channel& channel, Event event) {
    switch (event) {
        case Event::reminded: return names(channel, event) || names(channel, Event::requested);
        case Event::escalated: return !channel.name.empty();
        case Event::decided:
        case Event::expired: return names(channel, event) || channel.format == Format::pagerduty;
        default: return names(channel, event);
    }
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "[::1]" ||
           (host.starts_with("127.") && only_of(host, "0123456789."));
}

bool is_mail_address(std::string_view text) {
    const auto at = text.find('@');
    if (at == std::string_view::npos || text.size() > 254) return false;
    const auto local = text.substr(0, at);
    const auto domain = text.substr(at + 1);
    constexpr std::string_view local_characters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.!#$%&'*+-/=?^_`{|}~";
    return only_of(local, local_characters) && local.size() <= 64 && only_of(domain, name_characters) &&
           domain.front() != '.' && domain.front() != '-' && domain.back() != '.';
}

Result<WebhookUrl> read_webhook_url(std::string_view text) {
    if (!is_plain(text)) return no_address("holds a space, a backslash or a control character");
    const auto start = text.find("://");
    const auto scheme = start == std::string_view::npos ? std::string_view{} : text.substr(0, start);
    if (scheme != "https" && scheme != "http") return no_address("does not start with https://");
    const auto rest = text.substr(start + 3);
    if (rest.find('#') != std::string_view::npos) return no_address("must not hold a fragment");
    const auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (rest.substr(0, end).find('@') != std::string_view::npos)
        return no_address("must not hold a user name or a password");
    const auto authority = read_authority(rest.substr(0, end));
    if (!authority) return no_address("has no host that can be read");
    if (scheme == "http" && !is_loopback(authority->host))
        return no_address("must start with https:// (http:// works for this machine only)");
    const auto path = rest.substr(end);
    return WebhookUrl{std::string(text.substr(0, start + 3 + end)),
                      (path.starts_with('/') ? "" : "/") + std::string(path), std::string(authority->host)};
}

Result<WebhookUrl> read_mail_url(std::string_view text) {
    if (!is_plain(text)) return no_address("holds a space, a backslash or a control character");
    const auto start = text.find("://");
    const auto scheme = start == std::string_view::npos ? std::string_view{} : text.substr(0, start);
    if (scheme != "smtp" && scheme != "smtps") return no_address("does not start with smtp:// or smtps://");
    auto rest = text.substr(start + 3);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    const auto authority = read_authority(rest);
    if (!authority)
        return no_address(
            "has no host that can be read; it is host and port only, without user, password or path");
    const std::string port(authority->port.empty() ? (scheme == "smtp" ? ":587" : ":465") : authority->port);
    return WebhookUrl{std::string(scheme) + "://" + std::string(authority->host) + port, "",
                      std::string(authority->host)};
}

}  // namespace tfy::policy
