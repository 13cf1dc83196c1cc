#include "policy/webhook.hpp"

#include <algorithm>

namespace tfy::policy {
namespace {

using Event = Webhook::Event;
using Format = Webhook::Format;

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

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "[::1]" ||
           (host.starts_with("127.") && only_of(host, "0123456789."));
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

}  // namespace

std::string_view to_string(Format format) {
    switch (format) {
        case Format::json: return "json";
        case Format::slack: return "slack";
        case Format::teams: break;
    }
    return "teams";
}

std::optional<Format> read_format(std::string_view text) {
    for (const auto format : {Format::json, Format::slack, Format::teams})
        if (to_string(format) == text) return format;
    return std::nullopt;
}

std::string_view to_string(Event event) {
    switch (event) {
        case Event::requested: return "requested";
        case Event::decided: return "decided";
        case Event::expired: return "expired";
        case Event::finished: break;
    }
    return "finished";
}

std::optional<Event> read_event(std::string_view text) {
    for (const auto event : {Event::requested, Event::decided, Event::expired, Event::finished})
        if (to_string(event) == text) return event;
    return std::nullopt;
}

std::optional<Event> event_of(std::string_view journal_kind) {
    for (const auto* decided : {"approved", "permitted", "denied"})
        if (journal_kind == decided) return Event::decided;
    if (journal_kind.starts_with("withdrawn") || journal_kind == "superseded") return Event::decided;
    for (const auto event : {Event::requested, Event::expired, Event::finished})
        if (to_string(event) == journal_kind) return event;
    return std::nullopt;
}

Result<WebhookUrl> read_webhook_url(std::string_view text) {
    const auto is_odd = [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
    };
    if (std::ranges::any_of(text, is_odd))
        return no_address("holds a space, a backslash or a control character");
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

}  // namespace tfy::policy
